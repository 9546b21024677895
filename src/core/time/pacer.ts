// Owns: tying an event queue to the host's time, for real buses and for a watched run. Events keep their exact queue times
// even where the host is late, so that a virtual bus is as exact paced as it is unpaced.

import { NS_PER_MS } from '../units.ts';
import type { EventQueue } from './clock.ts';
import { hostTimer, monotonicMs } from './hostTime.ts';

/** Host time spent on events before the terminal and the sockets get their turn. */
const sliceMs = 8;
/** The host's timers are not finer than this: what is due sooner is waited for on the event loop. */
const hostTimerMs = 2;

/** Runs an `EventQueue` at `speed` simulated seconds a host second. Stopped until `start`. */
export class Pacer {
  private readonly queue: EventQueue;
  private readonly failed: (cause: unknown) => void;
  private speed: number;
  private anchorMs = 0;
  private anchorNs = 0;
  private running = false;
  private cancelTimer: () => void = () => {};

  /** `failed` is told once of a callback that threw; the pacer has stopped by then. */
  constructor(queue: EventQueue, speed: number, failed: (cause: unknown) => void) {
    this.queue = queue;
    this.speed = speed;
    this.failed = failed;
  }

  start(): void {
    if (this.running) return;
    this.anchor(this.queue.nowNs());
    this.running = true;
    this.schedule();
  }

  /** Also the pause key: `start` goes on from the same simulated time. */
  stop(): void {
    this.running = false;
    this.cancelTimer();
  }

  get currentSpeed(): number {
    return this.speed;
  }

  setSpeed(speed: number): void {
    // The time that passed at the old speed counts: the next event may lie far behind it.
    this.anchor(this.running ? this.presentNs() : this.queue.nowNs());
    this.speed = speed;
    if (this.running) this.schedule();
  }

  /** Lets something from outside (a frame, a message) in at the present time, after all that was due before it. */
  enter(run: () => void): void {
    this.guarded(() => {
      if (this.running) this.queue.advanceTo(this.presentNs());
      run();
    });
    if (this.running) this.schedule();
  }

  /** The queue stands at the present from now on, where nothing is due before it. */
  catchUp(): void {
    if (!this.running) return;
    const presentNs = this.presentNs();
    const nextNs = this.queue.nextNs();
    if (nextNs === undefined || nextNs > presentNs) this.queue.advanceTo(presentNs);
  }

  private anchor(nowNs: number): void {
    this.anchorMs = monotonicMs();
    this.anchorNs = nowNs;
  }

  private presentNs(): number {
    return Math.max(
      this.queue.nowNs(),
      this.anchorNs + Math.round((monotonicMs() - this.anchorMs) * NS_PER_MS * this.speed),
    );
  }

  private schedule(): void {
    this.cancelTimer();
    const nextNs = this.queue.nextNs();
    if (nextNs === undefined) return;
    const waitMs = (nextNs - this.presentNs()) / NS_PER_MS / this.speed;
    this.cancelTimer = hostTimer(waitMs > hostTimerMs ? Math.floor(waitMs - 1) : 0, () => this.turn());
  }

  private turn(): void {
    const sliceEndMs = monotonicMs() + sliceMs;
    this.guarded(() => {
      for (;;) {
        const nextNs = this.queue.nextNs();
        if (!this.running || nextNs === undefined || nextNs > this.presentNs() || monotonicMs() > sliceEndMs) return;
        this.queue.step();
      }
    });
    if (this.running) this.schedule();
  }

  private guarded(run: () => void): void {
    try {
      run();
    } catch (cause) {
      this.stop();
      this.failed(cause);
    }
  }
}
