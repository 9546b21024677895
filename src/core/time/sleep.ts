// Owns: a task that waits for time to pass.

import { type Task, wait } from '../task.ts';
import type { Clock } from './clock.ts';

/** Waits `durationNs`, to the nearest nanosecond. At 0 the task still goes on in an event of its own, never inside this call. */
export function* sleep(clock: Clock, durationNs: number): Task<void> {
  yield* wait<void>((done) => {
    const timer = clock.after(Math.round(durationNs), done);
    return () => timer.cancel();
  });
}
