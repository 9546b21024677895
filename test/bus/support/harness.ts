// What every bus and link test needs: runs in virtual and in host time, recorders, and payloads.

import { createHash } from 'node:crypto';
import type { BusListener, CanFrame } from '../../../src/bus/bus.ts';
import type { Link, LinkListener } from '../../../src/bus/link.ts';
import type { EnvironmentFault } from '../../../src/core/faults.ts';
import type { Result } from '../../../src/core/result.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { hostTimer, monotonicMs } from '../../../src/core/time/hostTime.ts';
import { Pacer } from '../../../src/core/time/pacer.ts';

export interface Run {
  readonly clock: EventQueue;
  enter(run: () => void): void;
  /** Lets the run go on until `condition` holds; fails where it never will, or not in time. */
  until(condition: () => boolean): Promise<void>;
  /** Lets the run go on for a while: all that is pending (virtual), or what arrives in some milliseconds (host). */
  settle(): Promise<void>;
  stop(): void;
}

/** Time moves as fast as events are taken. */
export function virtualRun(): Run {
  const clock = new EventQueue();
  return {
    clock,
    enter: (run) => run(),
    async until(condition) {
      while (!condition()) if (!clock.step()) throw new Error('nothing is pending and the condition does not hold');
    },
    async settle() {
      while (clock.step());
    },
    stop() {},
  };
}

/** Time is the host's. `patienceMs` is how long `until` waits: generous, for emulated machines. */
export function hostRun(patienceMs: number, settleMs: number): Run {
  const clock = new EventQueue();
  let thrown: unknown;
  const pacer = new Pacer(clock, 1, (cause) => {
    thrown = cause ?? new Error('the pacer stopped');
  });
  pacer.start();
  const until = async (condition: () => boolean, limitMs: number, late: () => void) => {
    const startMs = monotonicMs();
    while (!condition()) {
      if (thrown !== undefined) throw thrown;
      if (monotonicMs() - startMs > limitMs) return late();
      await new Promise<void>((resolve) => hostTimer(1, resolve));
    }
    if (thrown !== undefined) throw thrown;
  };
  return {
    clock,
    enter: (run) => pacer.enter(run),
    until: (condition) =>
      until(condition, patienceMs, () => {
        throw new Error(`the condition did not hold within ${patienceMs} ms`);
      }),
    settle: () =>
      until(
        () => false,
        settleMs,
        () => {},
      ),
    stop: () => pacer.stop(),
  };
}

/** A bus listener that keeps what it is told. */
export class BusRecorder implements BusListener {
  readonly received: CanFrame[] = [];
  readonly sent: CanFrame[] = [];
  readonly faults: EnvironmentFault[] = [];
  onReceived: (frame: CanFrame) => void = () => {};
  onSent: (frame: CanFrame) => void = () => {};

  frameReceived(frame: CanFrame): void {
    this.received.push(frame);
    this.onReceived(frame);
  }

  frameSent(frame: CanFrame): void {
    this.sent.push(frame);
    this.onSent(frame);
  }

  nodeFailed(fault: EnvironmentFault): void {
    this.faults.push(fault);
  }

  get calls(): number {
    return this.received.length + this.sent.length + this.faults.length;
  }
}

export class LinkRecorder implements LinkListener {
  readonly received: Uint8Array[] = [];
  sent = 0;
  readonly failures: { readonly direction: string; readonly fault: EnvironmentFault }[] = [];
  onReceived: (message: Uint8Array) => void = () => {};
  onSent: () => void = () => {};
  onFailed: (direction: 'sending' | 'receiving') => void = () => {};

  messageReceived(message: Uint8Array): void {
    this.received.push(message);
    this.onReceived(message);
  }

  messageSent(): void {
    this.sent += 1;
    this.onSent();
  }

  transferFailed(direction: 'sending' | 'receiving', fault: EnvironmentFault): void {
    this.failures.push({ direction, fault });
    this.onFailed(direction);
  }

  get calls(): number {
    return this.received.length + this.sent + this.failures.length;
  }
}

export function recorded(link: Link): LinkRecorder {
  const recorder = new LinkRecorder();
  link.listen(recorder);
  return recorder;
}

/** Bytes that tell their place, and `salt`. */
export function payload(length: number, salt = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8) + salt * 31) & 0xff);
}

/** A message as its length and hash: comparing long arrays byte by byte is slow in vitest. */
export function brief(message: Uint8Array): string {
  return `${message.length} bytes, ${createHash('sha256').update(message).digest('hex').slice(0, 16)}`;
}

export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing');
  return value;
}

export function value<T>(result: Result<T, EnvironmentFault>): T {
  if (!result.ok) throw new Error(`${result.fault.code}: ${result.fault.message}`);
  return result.value;
}

export function codeOf(result: Result<unknown, EnvironmentFault>): string {
  return result.ok ? 'ok' : result.fault.code;
}
