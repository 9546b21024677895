// Owns: patience with the bus for somebody outside: a frame that its node's queue has no room for waits, and who leaves leaves
// after his frames. Must not know where they come from.
import type { CanFrame } from '../bus/bus.ts';
import type { EnvironmentFault } from '../core/faults.ts';
import type { Result } from '../core/result.ts';
import { hostTimer } from '../core/time/hostTime.ts';
import type { AttachableBus, Visitor } from './attachableBus.ts';
import { attachLeaveMsMax, attachPatienceMs } from './limits.ts';

/** Told of each frame, in order, whether the bus has taken it; `queue-full` where it had no room in `attachPatienceMs`. */
export type Taken = (frame: CanFrame, result: Result<void, EnvironmentFault>) => void;

export class Guest {
  private readonly visitor: Visitor;
  /** Frames that are not answered, in order, and who is told. */
  private offered: CanFrame[] = [];
  private taken: Taken = () => {};
  private isGiving = false;
  /** The bus had no room for one of them, and what it said. */
  private full: Result<void, EnvironmentFault> | undefined;
  /** Frames that have left since it was last asked. */
  private room = 0;
  /** The first that waits has waited too long. */
  private isOverdue = false;
  private cancelPatience: (() => void) | undefined;
  private unsent = 0;
  private isGone = false;
  /** Set from `leave` on. */
  private left: (() => void) | undefined;
  private cancelLeaving = () => {};

  constructor(bus: AttachableBus, name: string, heard: (frame: CanFrame) => void) {
    this.visitor = bus.join(name, {
      frameReceived: (frame) => {
        if (this.left === undefined && !this.isGone) heard(frame);
      },
      frameSent: () => this.frameSent(),
    });
  }

  /** Frames that compete at one moment, in their order. Not while `isBusy`: until `taken` is told of the last one. */
  send(frames: readonly CanFrame[], taken: Taken): void {
    this.offered = [...frames];
    this.taken = taken;
    this.full = undefined;
    this.give(frames.length);
  }

  get isBusy(): boolean {
    return this.offered.length > 0;
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
    this.cancelPatience?.();
    this.cancelLeaving();
    this.visitor.leave();
    this.left?.();
  }

  /** Asks the bus to take the first `count`. */
  private give(count: number): void {
    this.isGiving = true;
    this.room = 0;
    this.bePatient();
    this.visitor.send(this.offered.slice(0, count), (results) => {
      this.isGiving = false;
      this.answered(results);
    });
  }

  private answered(results: readonly Result<void, EnvironmentFault>[]): void {
    for (const result of results) {
      if (!result.ok && result.fault.code === 'queue-full') {
        this.full = result;
        break;
      }
      if (result.ok) this.unsent += 1;
      this.answer(result);
    }
    if (this.full === undefined || this.isGiving || !this.isBusy) return;
    if (this.isOverdue) this.refuse(this.full);
    else this.giveAgain();
  }

  /** No more than have left since: the rest would only be turned away, and be on the tape for it. */
  private giveAgain(): void {
    if (this.room > 0) this.give(Math.min(this.room, this.offered.length));
    else this.bePatient();
  }

  /** From when a frame is the first that waits. */
  private bePatient(): void {
    this.cancelPatience ??= hostTimer(attachPatienceMs, () => {
      this.isOverdue = true;
      if (this.full !== undefined && !this.isGiving) this.refuse(this.full);
    });
  }

  /** The bus has had no room for the first of them for too long. Those after it have their own time. */
  private refuse(result: Result<void, EnvironmentFault>): void {
    this.answer(result);
    if (this.isBusy && !this.isGone && !this.isGiving) this.give(1);
  }

  private answer(result: Result<void, EnvironmentFault>): void {
    this.cancelPatience?.();
    this.cancelPatience = undefined;
    this.isOverdue = false;
    const [frame] = this.offered.splice(0, 1);
    if (!this.isGone && frame !== undefined) this.taken(frame, result);
  }

  private frameSent(): void {
    this.unsent -= 1;
    this.room += 1;
    if (this.full !== undefined && !this.isGiving && this.isBusy) this.giveAgain();
    if (this.unsent === 0 && this.left !== undefined && !this.isGone) {
      this.cancelLeaving();
      this.cancelLeaving = hostTimer(0, () => this.go());
    }
  }
}
