// Owns: asking one Secondary over its link: one request at a time, repeated with growing pauses until it is answered.
import type { LinkListener } from '../bus/link.ts';
import type { Clock, Timer } from '../core/clock.ts';
import type { Attack, RemoteFault, RemoteFaultCode } from '../core/faults.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { type Task, wait } from '../core/task.ts';
import { NS_PER_MS } from '../core/units.ts';
import type { EcuObserver } from '../ecu/observer.ts';
import { decodeResponse, encodeRequest, type RequestBody, type ResponseBody } from '../messages/codec.ts';
import { remoteFault } from '../uptane/faults.ts';
import type { KnownSecondary } from './ports.ts';

const firstPauseMs = 50;
const longestPauseMs = 2000;

/** How often a request is sent before the Secondary counts as unreachable: patience for a bus cut of some 10 s. */
const attemptsMax = 8;

/** A request leaves in this time even on the slowest bus. A peer that stops taking what is sent to it costs no more. */
const sendingMs = 2 * 60_000;

/** The request under way. */
interface Awaited {
  readonly id: number;
  /** The request has left. */
  readonly sent: () => void;
  readonly settle: (answer: ResponseBody | undefined) => void;
}

export class Conversation {
  readonly secondary: KnownSecondary;
  private readonly clock: Clock;
  private readonly answerMs: number;
  private readonly observer: EcuObserver;
  private lastId: number;
  private awaited: Awaited | undefined;

  /** `firstId` differs from start to start, so that an answer to a question before a reboot is not taken for a new one. */
  constructor(secondary: KnownSecondary, clock: Clock, observer: EcuObserver, answerMs: number, firstId: number) {
    this.secondary = secondary;
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
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      if (attempt > 0) yield* this.pause(Math.min(firstPauseMs * 2 ** attempt, longestPauseMs));
      const answer = yield* wait<ResponseBody | undefined>((done) => this.exchange(body, answerMs, done));
      if (answer === undefined) continue;
      if (answer.name === answerName) return ok(answer as Extract<ResponseBody, { name: Name }>);
      if (answer.name === 'refusal') return fail(refusedBy(this.secondary.serial, answer));
      const message = `${this.secondary.serial} answered ${body.name} with ${answer.name}`;
      return fail(remoteFault({ code: 'unexpected-message', clause: 'M1', message }));
    }
    const message = `${this.secondary.serial} did not answer ${body.name} in ${attemptsMax} attempts`;
    this.observer.networkFailed(message, this.secondary.serial);
    return fail(remoteFault({ code: 'timeout', clause: 'M1', message, attack: 'drop-request' }));
  }

  private *pause(pauseMs: number): Task<void> {
    yield* wait<void>((done) => {
      const timer = this.clock.after(Math.round(pauseMs * NS_PER_MS), done);
      return () => timer.cancel();
    });
  }

  /** The time for the answer runs from the moment the request has left: how long that takes is the link's matter. */
  private exchange(body: RequestBody, answerMs: number, done: (answer: ResponseBody | undefined) => void): () => void {
    this.lastId = (this.lastId + 1) >>> 0;
    const message = encodeRequest({ id: this.lastId, body });
    let timer: Timer = this.clock.after(sendingMs * NS_PER_MS, () => settle(undefined));
    let left = false;
    const end = () => {
      timer.cancel();
      this.awaited = undefined;
    };
    const settle = (answer: ResponseBody | undefined) => {
      end();
      done(answer);
    };
    const sent = () => {
      if (left) return;
      left = true;
      timer.cancel();
      timer = this.clock.after(answerMs * NS_PER_MS, () => settle(undefined));
    };
    this.awaited = { id: this.lastId, sent, settle };
    const taken = this.secondary.link.send(message);
    if (taken.ok) this.observer.messageSent(this.secondary.serial, body.name, message.length);
    else settle(undefined);
    return end;
  }

  private listener(): LinkListener {
    const { serial } = this.secondary;
    return {
      messageReceived: (message) => {
        const response = decodeResponse(message);
        if (!response.ok) {
          this.observer.networkFailed(`${serial} sent what is no response: ${response.fault}`, serial);
        } else if (response.value.id === this.awaited?.id) {
          this.awaited.settle(response.value.body);
        }
      },
      messageSent: () => this.awaited?.sent(),
      transferFailed: (direction, fault) => {
        this.observer.networkFailed(`${serial}: ${fault.message}`, serial);
        if (direction === 'sending') this.awaited?.settle(undefined);
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
    ...(refusal.attack !== '' && { attack: refusal.attack as Attack }),
  });
}
