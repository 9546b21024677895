// Owns: giving xstate the run's clock, and making an actor's error stop the run: xstate by itself rethrows it later, from a
// timer of the host's.
import type { AnyActor } from 'xstate';
import type { Clock, Timer } from '../core/time/clock.ts';
import { NS_PER_MS } from '../core/units.ts';

export interface XstateClock {
  setTimeout(run: (...args: unknown[]) => void, timeoutMs: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** For `createActor(machine, { clock })`: `after` delays in milliseconds, fractions allowed, on the run's clock. */
export function xstateClock(clock: Clock): XstateClock {
  return {
    setTimeout: (run, timeoutMs) => clock.after(Math.round(timeoutMs * NS_PER_MS), run),
    clearTimeout: (timer) => (timer as Timer).cancel(),
  };
}

/**
 * Tells the top-level states of an ECU's statechart as they are entered, and its end, from the event loop of the run. An error
 * is rethrown there, with its cause. It is the actor's only observer: beside one without an error handler, xstate would
 * rethrow as well.
 */
export function follow(actor: AnyActor, clock: Clock, entered: (state: string) => void, ended: () => void): void {
  let last = '';
  actor.subscribe({
    next: ({ value, status }) => {
      const state = typeof value === 'string' ? value : (Object.keys(value)[0] ?? '');
      if (state !== last) entered(state);
      last = state;
      if (status === 'done') clock.after(0, ended);
    },
    error: (cause) => {
      clock.after(0, () => {
        throw cause;
      });
    },
  });
}
