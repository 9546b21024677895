// Owns: patience with the bus for somebody outside: a frame that its node's queue has no room for waits, and who leaves leaves
// after his frames. Must not know where they come from.
import type { CanFrame } from '../bus/bus.ts';
import type { EnvironmentFault } from '../core/faults.ts';
import type { Result } from '../core/result.ts';
import { hostTimer } from '../core/time/hostTime.ts';
import type { AttachableBus, Visitor } from './attachableBus.ts';
import { attachLeaveMsMax, attachPatienceMs } from './limits.ts';

/** Told whether the bus has taken a frame; `queue-full` where it had no room in `attachPatienceMs`. */
export type Taken = (result: Result<void, EnvironmentFault>) => void;

interface Offer {
  readonly frame: CanFrame;
  readonly taken: Taken;
}

export class Guest {
  private readonly visitor: Visitor;
  private offer: Offer | undefined;
  /** The last answer was that there is no room; why, as long as nothing has left since. */
  private fullBy: Result<void, EnvironmentFault> | undefined;
  private isPatient = false;
  private unsent = 0;
  private isGone = false;
  /** Set from `leave` on. */
  private left: (() => void) | undefined;
  private cancelPatience = () => {};
  private cancelLeaving = () => {};

  constructor(bus: AttachableBus, name: string, heard: (frame: CanFrame) => void) {
    this.visitor = bus.join(name, {
      frameReceived: (frame) => {
        if (this.left === undefined && !this.isGone) heard(frame);
      },
      frameSent: () => this.frameSent(),
    });
  }

  /** One frame at a time: `isBusy` until `taken` is told. */
  send(frame: CanFrame, taken: Taken): void {
    this.offer = { frame, taken };
    this.isPatient = true;
    this.cancelPatience = hostTimer(attachPatienceMs, () => {
      this.isPatient = false;
      if (this.fullBy !== undefined) this.answer(this.fullBy);
    });
    this.give(frame);
  }

  get isBusy(): boolean {
    return this.offer !== undefined;
  }

  /** Hears no more, and leaves the bus when what was taken has been sent, but no later than `attachLeaveMsMax`; then calls `left`. */
  leave(left: () => void): void {
    this.left = left;
    this.cancelLeaving = hostTimer(this.unsent > 0 ? attachLeaveMsMax : 0, () => this.go());
  }

  /** Leaves at once. */
  go(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.cancelPatience();
    this.cancelLeaving();
    this.visitor.leave();
    this.left?.();
  }

  private give(frame: CanFrame): void {
    this.fullBy = undefined;
    this.visitor.send(frame, (result) => {
      if (result.ok) this.unsent += 1;
      if (result.ok || result.fault.code !== 'queue-full' || !this.isPatient) this.answer(result);
      else this.fullBy = result;
    });
  }

  private answer(result: Result<void, EnvironmentFault>): void {
    const { offer } = this;
    this.cancelPatience();
    this.offer = undefined;
    this.fullBy = undefined;
    if (!this.isGone) offer?.taken(result);
  }

  private frameSent(): void {
    this.unsent -= 1;
    if (this.fullBy !== undefined && this.offer !== undefined) this.give(this.offer.frame);
    if (this.unsent === 0 && this.left !== undefined && !this.isGone) {
      this.cancelLeaving();
      this.cancelLeaving = hostTimer(0, () => this.go());
    }
  }
}
