// Owns: one deadline on a clock that moves with every frame. Where it moves later, the pending event is kept and looks again
// when it fires, so that a transfer of thousands of frames leaves no thousands of cancelled events in the queue.
import type { Clock, Timer } from './clock.ts';

export class DeadlineTimer {
  private readonly clock: Clock;
  private readonly expired: () => void;
  private deadlineNs: number | undefined;
  private armedNs = 0;
  private timer: Timer | undefined;

  constructor(clock: Clock, expired: () => void) {
    this.clock = clock;
    this.expired = expired;
  }

  /** Sets or moves the deadline. */
  set(deadlineNs: number): void {
    this.deadlineNs = deadlineNs;
    if (this.timer !== undefined && this.armedNs <= deadlineNs) return;
    this.timer?.cancel();
    this.arm(deadlineNs);
  }

  /** No deadline, and nothing left in the clock. */
  cancel(): void {
    this.deadlineNs = undefined;
    this.timer?.cancel();
    this.timer = undefined;
  }

  private arm(timeNs: number): void {
    this.armedNs = timeNs;
    this.timer = this.clock.at(timeNs, this.fire);
  }

  private readonly fire = (): void => {
    this.timer = undefined;
    if (this.deadlineNs === undefined) return;
    if (this.deadlineNs > this.clock.nowNs()) {
      this.arm(this.deadlineNs);
      return;
    }
    this.deadlineNs = undefined;
    this.expired();
  };
}
