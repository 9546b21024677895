// Owns: giving xstate the run's clock, and making an actor's error stop the run: xstate by itself rethrows it later, from a
// timer of the host's.
import type { AnyActorRef } from 'xstate';
import type { Clock, Timer } from '../core/clock.ts';
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

/** Rethrows an actor's error from the event loop of the run, with its cause. */
export function stopOnError(actor: AnyActorRef, clock: Clock): void {
  actor.subscribe({
    error: (cause) => {
      clock.after(0, () => {
        throw cause;
      });
    },
  });
}
