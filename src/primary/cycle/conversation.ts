// Owns: asking one Secondary over its link: one request at a time, repeated with growing pauses until it is answered.
import type { LinkListener } from '../../bus/link.ts';
import type { Attack, RemoteFault, RemoteFaultCode } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { type Task, wait } from '../../core/task.ts';
import type { Clock, Timer } from '../../core/time/clock.ts';
import { sleep } from '../../core/time/sleep.ts';
import { NS_PER_MS } from '../../core/units.ts';
import type { EcuObserver } from '../../ecu/observer.ts';
import { decodeResponse, encodeRequest, type RequestBody, type ResponseBody } from '../../messages/codec.ts';
import { remoteFault } from '../../uptane/model/faults.ts';
import { requestAttemptsMax, requestPauseFirstMs, requestPauseMsMax, requestSendingMsMax } from '../limits.ts';
import type { ChannelTurns } from './channelTurns.ts';
import type { KnownSecondary } from './ports.ts';

/** The request under way. */
interface Awaited {
  readonly id: number;
  /** The request has left. */
  readonly sent: () => void;
  /** The Secondary got only part of it, or the answer came only in part. */
  readonly lost: () => void;
  readonly settle: (answer: ResponseBody | undefined) => void;
}

export interface ConversationOptions {
  readonly secondary: KnownSecondary;
  readonly turns: ChannelTurns;
  readonly clock: Clock;
  readonly observer: EcuObserver;
  /** How long an answer is waited for, unless a question says otherwise. */
  readonly answerMs: number;
  /** Differs from start to start, so that an answer to a question before a reboot is not taken for a new one. */
  readonly firstId: number;
}

export class Conversation {
  readonly secondary: KnownSecondary;
  private readonly clock: Clock;
  private readonly answerMs: number;
  private readonly observer: EcuObserver;
  private readonly turns: ChannelTurns;
  /** How long the last request took to leave, from its turn on. */
  sendingNs = 0;
  private lastId: number;
  private awaited: Awaited | undefined;

  constructor({ secondary, turns, clock, observer, answerMs, firstId }: ConversationOptions) {
    this.secondary = secondary;
    this.turns = turns;
    this.clock = clock;
    this.observer = observer;
    this.answerMs = answerMs;
    this.lastId = firstId;
    secondary.link.listen(this.listener());
  }

  /** The answer of that name; a refusal, or silence after all attempts, is a fault. */
  *ask<Name extends ResponseBody['name']>(
    body: RequestBody,
    answerName: Name,
    answerMs = this.answerMs,
  ): Task<Result<Extract<ResponseBody, { name: Name }>, RemoteFault>> {
    for (let attempt = 0; attempt < requestAttemptsMax; attempt += 1) {
      if (attempt > 0) yield* this.pause(attempt);
      const answer = yield* this.askOnce(body, answerName, answerMs);
      if (answer !== undefined) return answer;
    }
    return fail(this.unanswered(body.name));
  }

  /** The same in one attempt: undefined where there is no answer. */
  *askOnce<Name extends ResponseBody['name']>(
    body: RequestBody,
    answerName: Name,
    answerMs = this.answerMs,
  ): Task<Result<Extract<ResponseBody, { name: Name }>, RemoteFault> | undefined> {
    const answer = yield* wait<ResponseBody | undefined>((done) => this.exchange(body, answerMs, done));
    if (answer === undefined) return undefined;
    if (answer.name === answerName) return ok(answer as Extract<ResponseBody, { name: Name }>);
    if (answer.name === 'refusal') return fail(refusedBy(this.secondary.serial, answer));
    const message = `${this.secondary.serial} answered ${body.name} with ${answer.name}`;
    return fail(remoteFault({ clause: 'M1', code: 'unexpected-message', message }));
  }

  /** After so many attempts in vain, before the next. */
  *pause(attempts: number): Task<void> {
    const pauseMs = Math.min(requestPauseFirstMs * 2 ** attempts, requestPauseMsMax);
    yield* sleep(this.clock, pauseMs * NS_PER_MS);
  }

  /** All attempts were in vain. */
  unanswered(requestName: string): RemoteFault {
    const message = `${this.secondary.serial} did not answer ${requestName} in ${requestAttemptsMax} attempts`;
    this.observer.networkFailed(message, this.secondary.serial);
    return remoteFault({ clause: 'M1', code: 'timeout', indicates: 'drop-request', message });
  }

  /** The time for the answer runs from the moment the request has left: how long that takes is the link's matter. */
  private exchange(body: RequestBody, answerMs: number, done: (answer: ResponseBody | undefined) => void): () => void {
    this.lastId = (this.lastId + 1) >>> 0;
    const message = encodeRequest({ id: this.lastId, body });
    let timer: Timer | undefined;
    let startedNs = 0;
    let state: 'waiting' | 'sending' | 'lost' | 'left' = 'waiting';
    const end = () => {
      timer?.cancel();
      this.awaited = undefined;
      endTurn();
    };
    const settle = (answer: ResponseBody | undefined) => {
      end();
      done(answer);
    };
    const start = () => {
      state = 'sending';
      startedNs = this.clock.nowNs();
      timer = this.clock.after(requestSendingMsMax * NS_PER_MS, () => settle(undefined));
      const taken = this.secondary.link.send(message);
      if (taken.ok) this.observer.messageSent(this.secondary.serial, body.name, message.length);
      else this.clock.after(0, () => settle(undefined));
    };
    const sent = () => {
      if (state === 'left' || state === 'waiting') return;
      this.sendingNs = this.clock.nowNs() - startedNs;
      timer?.cancel();
      if (state === 'lost') return settle(undefined);
      state = 'left';
      endTurn();
      timer = this.clock.after(answerMs * NS_PER_MS, () => settle(undefined));
    };
    // What the link has begun it sends to its end, although nobody waits for it any more.
    const lost = () => {
      if (state === 'left') settle(undefined);
      else if (state === 'sending') state = 'lost';
    };
    this.awaited = { id: this.lastId, sent, lost, settle };
    const endTurn = this.turns.take(start);
    return end;
  }

  private listener(): LinkListener {
    const { serial } = this.secondary;
    return {
      messageReceived: (message) => {
        const response = decodeResponse(message);
        if (!response.ok) {
          this.observer.networkFailed(`${serial} sent what is no response: ${response.fault}`, serial);
        } else if (response.value.body.name === 'requestLost') {
          this.awaited?.lost();
        } else if (response.value.id === this.awaited?.id) {
          this.awaited.settle(response.value.body);
        }
      },
      messageSent: () => this.awaited?.sent(),
      transferFailed: (direction, fault) => {
        this.observer.networkFailed(`${serial}: ${fault.message}`, serial);
        if (direction === 'sending') this.awaited?.settle(undefined);
        // Of an answer, a part is lost: asked again, the Secondary gives it again.
        else this.awaited?.lost();
      },
    };
  }
}

/** A refusal in the Secondary's words: they are shown, never acted on. */
function refusedBy(serial: string, refusal: Extract<ResponseBody, { name: 'refusal' }>): RemoteFault {
  return remoteFault({
    code: refusal.code as RemoteFaultCode,
    clause: refusal.clause,
    message: `${serial} refuses: ${refusal.message}`,
    ...(refusal.attack !== '' && { indicates: refusal.attack as Attack }),
  });
}
