// Owns: a connection to an slcan device over TCP, as its client: opening it, the frames that wait for their answers, and what the answers
// say. Any device that answers each line is as good as a run of ours. What it tells of the bus is not listened to.
import { connect, type Socket } from 'node:net';
import type { BusListener, BusNode, CanFrame } from '../../bus/bus.ts';
import type { Enter } from '../../bus/enter.ts';
import { checkFrame } from '../../bus/frame/checkFrame.ts';
import { type EnvironmentFault, environmentFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { hostTimer } from '../../core/time/hostTime.ts';
import { addressText, type HostPort } from '../addresses.ts';
import { slcanAnswerMsMax, slcanFramesAheadMax } from '../limits.ts';
import { slcanText } from '../slcanText.ts';
import type { RemoteBus } from './remoteBus.ts';
import { SlcanAnswers } from './slcanAnswers.ts';

export interface SlcanClientOptions {
  readonly at: HostPort;
  readonly enter: Enter;
}

/** Connects, and opens the device. Fault: `connection-failed`. */
export function joinSlcan({ at, enter }: SlcanClientOptions): Promise<Result<RemoteBus, EnvironmentFault>> {
  const name = addressText(at);
  const socket = connect({ port: at.port, host: at.host, noDelay: true });
  return new Promise((resolve) => {
    const failed = (why: string) => {
      cancel();
      socket.destroy();
      resolve(fail(environmentFault('connection-failed', why)));
    };
    const cancel = hostTimer(slcanAnswerMsMax, () => failed(`${name} does not answer as an slcan device`));
    socket.on('error', (cause: NodeJS.ErrnoException) =>
      failed(`cannot connect to ${name} (${cause.code ?? cause.message})`),
    );
    socket.on('close', () => failed(`${name} closed the connection`));
    // One that was left open is closed first; that answer says nothing.
    const answers = new SlcanAnswers();
    const heard: boolean[] = [];
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      heard.push(...answers.read(text));
      if (heard.length < 2) return;
      if (heard[1] !== true) return failed(`${name} does not open`);
      cancel();
      for (const event of ['data', 'error', 'close']) socket.removeAllListeners(event);
      resolve(ok(new SlcanClient(name, socket, answers, enter)));
    });
    socket.write('C\rO\r', 'latin1');
  });
}

class SlcanClient implements RemoteBus {
  readonly name: string;
  refused = 0;
  private readonly socket: Socket;
  /** Sent and not answered, in order. */
  private readonly unanswered: CanFrame[] = [];
  private listener: BusListener | undefined;
  private isOver = false;

  constructor(name: string, socket: Socket, answers: SlcanAnswers, enter: Enter) {
    this.name = name;
    this.socket = socket;
    socket.on('data', (text: string) => {
      const read = answers.read(text);
      if (read.length > 0) enter(() => this.answered(read));
    });
    // what 'close' follows, which tells all that matters
    socket.on('error', () => {});
    socket.on('close', () => enter(() => this.lost()));
  }

  attach(_: string, listener: BusListener): BusNode {
    this.listener = listener;
    const detach = () => {
      this.listener = undefined;
    };
    return { send: (frame) => this.send(frame), detach };
  }

  close(): void {
    this.isOver = true;
    // What waits in the socket goes out first.
    this.socket.end('C\r', 'latin1');
  }

  private send(frame: CanFrame): Result<void, EnvironmentFault> {
    if (this.isOver) return fail(environmentFault('closed', `the connection to ${this.name} is closed`));
    const fault = checkFrame(frame, true);
    if (fault !== undefined) return fail(fault);
    if (this.unanswered.length >= slcanFramesAheadMax) {
      return fail(environmentFault('queue-full', `${this.name} has ${this.unanswered.length} frames to answer`));
    }
    this.unanswered.push(frame);
    this.socket.write(`${slcanText(frame)}\r`, 'latin1');
    return ok();
  }

  private answered(answers: readonly boolean[]): void {
    for (const isTaken of answers) {
      const frame = this.unanswered.shift();
      if (frame === undefined) return;
      if (!isTaken) this.refused += 1;
      this.listener?.frameSent(frame);
    }
  }

  private lost(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.listener?.nodeFailed(environmentFault('closed', `${this.name} closed the connection`));
  }
}
