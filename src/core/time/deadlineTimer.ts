// Owns: one deadline on a clock that moves with every frame. Where it moves later, the pending event is kept and looks again
// when it fires, so that a transfer of thousands of frames leaves no thousands of cancelled events in the queue.
import type { Clock, Timer } from './clock.ts';

/** A time that does not come: a field that is always a number costs no allocation where it changes with every frame. */
const never = Number.POSITIVE_INFINITY;

export class DeadlineTimer {
  private readonly clock: Clock;
  private readonly expired: () => void;
  private deadlineNs = never;
  private armedNs = 0;
  private timer: Timer | undefined;

  constructor(clock: Clock, expired: () => void) {
    this.clock = clock;
    this.expired = expired;
  }

  /** Sets or moves the deadline; Infinity is none. */
  set(deadlineNs: number): void {
    if (deadlineNs === never) {
      this.cancel();
      return;
    }
    this.deadlineNs = deadlineNs;
    if (this.timer !== undefined && this.armedNs <= deadlineNs) return;
    this.timer?.cancel();
    this.arm(deadlineNs);
  }

  /** No deadline, and nothing left in the clock. */
  cancel(): void {
    this.deadlineNs = never;
    this.timer?.cancel();
    this.timer = undefined;
  }

  private arm(timeNs: number): void {
    this.armedNs = timeNs;
    this.timer = this.clock.at(timeNs, this.fire);
  }

  private readonly fire = (): void => {
    this.timer = undefined;
    if (this.deadlineNs === never) return;
    if (this.deadlineNs > this.clock.nowNs()) {
      this.arm(this.deadlineNs);
      return;
    }
    this.deadlineNs = never;
    this.expired();
  };
}
