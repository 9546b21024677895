// Owns: the frames that wait for one bus: bounded, in order, each offered when its time has come and the one before has left.
// Must not know where they come from.

import type { Clock } from '../../core/time/clock.ts';
import { DeadlineTimer } from '../../core/time/deadlineTimer.ts';
import { NS_PER_MS } from '../../core/units.ts';
import type { BusNode, CanFrame } from '../bus.ts';
import { gatewayConfirmationMsMax } from '../limits.ts';

/** The wait before a frame that the bus had no room for is offered again. */
const retryNs = 1 * NS_PER_MS;
const confirmationNs = gatewayConfirmationMsMax * NS_PER_MS;

interface Waiting<Tag> {
  readonly frame: CanFrame;
  readonly tag: Tag;
  readonly readyNs: number;
}

export interface OutputQueueEvents<Tag> {
  readonly sent: (tag: Tag) => void;
  /** The bus refused it, or lost it. */
  readonly lost: (tag: Tag, frame: CanFrame) => void;
}

export class OutputQueue<Tag> {
  /** With the one that the bus has at present, which stays the first until it has left. */
  private waiting: Waiting<Tag>[] = [];
  private offered: CanFrame | undefined;
  private readonly framesMax: number;
  private readonly clock: Clock;
  private readonly events: OutputQueueEvents<Tag>;
  private readonly offerTimer: DeadlineTimer;
  private readonly confirmationTimer: DeadlineTimer;
  private node: BusNode | undefined;

  constructor(clock: Clock, framesMax: number, events: OutputQueueEvents<Tag>) {
    this.clock = clock;
    this.framesMax = framesMax;
    this.events = events;
    this.offerTimer = new DeadlineTimer(clock, () => this.offer());
    this.confirmationTimer = new DeadlineTimer(clock, () => this.notConfirmed());
  }

  get length(): number {
    return this.waiting.length;
  }

  /** Where the frames go. */
  open(node: BusNode): void {
    this.node = node;
  }

  /** Takes a frame that may leave from `readyNs` on, never before one taken earlier; false where there is no room. */
  put(frame: CanFrame, tag: Tag, readyNs: number): boolean {
    if (this.waiting.length >= this.framesMax) return false;
    this.waiting.push({ frame, tag, readyNs });
    if (this.waiting.length === 1) this.offer();
    return true;
  }

  /** `frame` left the node. */
  frameSent(frame: CanFrame): void {
    if (frame !== this.offered) return;
    this.offered = undefined;
    const left = this.waiting.shift();
    if (left !== undefined) this.events.sent(left.tag);
    this.offer();
  }

  /** Everything that waits is lost. */
  clear(): void {
    const { waiting } = this;
    this.waiting = [];
    this.offered = undefined;
    this.offerTimer.cancel();
    for (const { tag, frame } of waiting) this.events.lost(tag, frame);
  }

  close(): void {
    this.clear();
    this.confirmationTimer.cancel();
    this.node = undefined;
  }

  private offer(): void {
    for (let next = this.waiting[0]; next !== undefined && this.offered === undefined; next = this.waiting[0]) {
      const nowNs = this.clock.nowNs();
      if (next.readyNs > nowNs) {
        this.offerTimer.set(next.readyNs);
        return;
      }
      const result = this.node?.send(next.frame);
      if (result?.ok) {
        this.offered = next.frame;
        this.confirmationTimer.set(nowNs + confirmationNs);
      } else if (result?.fault.code === 'queue-full') {
        this.offerTimer.set(nowNs + retryNs);
        return;
      } else {
        this.waiting.shift();
        this.events.lost(next.tag, next.frame);
      }
    }
  }

  /** A bus that took nothing for so long is cut or blocked: what waits for it is stale. */
  private notConfirmed(): void {
    if (this.offered !== undefined) this.clear();
  }
}
