// Owns: the calendar of the simulated world: the time that the timeserver attests and the repositories write into metadata.
import type { Clock } from '../../core/time/clock.ts';
import { NS_PER_MS } from '../../core/units.ts';

export class Calendar {
  private readonly clock: Clock;
  private startMs: number;

  /** `start`: seconds since 1970 at the run's beginning. */
  constructor(clock: Clock, start: number) {
    this.clock = clock;
    this.startMs = start * 1000;
  }

  /** Seconds since 1970. */
  now(): number {
    return Math.floor((this.startMs + this.clock.nowNs() / NS_PER_MS) / 1000);
  }

  /** The world grows older while the vehicle is switched off; the run's own clock does not move. */
  skip(durationMs: number): void {
    this.startMs += durationMs;
  }
}
