// Owns: when a node that went bus-off may join again: after 128 occurrences of 11 recessive bits (ISO 11898-1). Each frame and
// error frame ends with one; an idle bus gives one every 11 bits. Must not know frames or counters.
import type { Clock } from '../../../core/time/clock.ts';
import { DeadlineTimer } from '../../../core/time/deadlineTimer.ts';
import { recoveryOccurrences } from './errorCounters.ts';

const recessiveBits = 11;

export class BusOffRecovery<Node> {
  private readonly clock: Clock;
  private readonly occurrenceNs: number;
  private readonly recovered: (node: Node) => void;
  private readonly timer: DeadlineTimer;
  /** Occurrences that each node still waits for. */
  private readonly waiting = new Map<Node, number>();
  /** Since when the bus is idle; undefined while it is not. Occurrences up to then are counted. */
  private idleSinceNs: number | undefined;

  /** `bitNs`: one bit at the nominal rate. */
  constructor(clock: Clock, bitNs: number, recovered: (node: Node) => void) {
    this.clock = clock;
    this.occurrenceNs = recessiveBits * bitNs;
    this.recovered = recovered;
    this.timer = new DeadlineTimer(clock, () => this.look());
  }

  get isNeeded(): boolean {
    return this.waiting.size > 0;
  }

  /** `node` went bus-off with a transmission that ends at `idleAtNs`. */
  add(node: Node, idleAtNs: number): void {
    this.waiting.set(node, recoveryOccurrences);
    this.idleSinceNs = idleAtNs;
    this.arm();
  }

  remove(node: Node): void {
    this.waiting.delete(node);
  }

  close(): void {
    this.waiting.clear();
    this.timer.cancel();
  }

  transmissionStarted(nowNs: number): void {
    if (this.waiting.size === 0) return;
    this.countIdle(nowNs);
    this.idleSinceNs = undefined;
  }

  /** `idleAtNs`: the end of the interframe space. */
  transmissionEnded(idleAtNs: number): void {
    if (this.waiting.size === 0) return;
    this.count(1);
    this.idleSinceNs = idleAtNs;
  }

  private countIdle(nowNs: number): void {
    if (this.idleSinceNs === undefined || nowNs < this.idleSinceNs) return;
    const occurrences = Math.floor((nowNs - this.idleSinceNs) / this.occurrenceNs);
    this.idleSinceNs += Math.round(occurrences * this.occurrenceNs);
    this.count(occurrences);
  }

  private count(occurrences: number): void {
    for (const [node, left] of this.waiting) this.waiting.set(node, left - occurrences);
  }

  private look(): void {
    this.countIdle(this.clock.nowNs());
    for (const [node, left] of [...this.waiting]) {
      // Telling of one may have taken another away.
      if (left > 0 || !this.waiting.delete(node)) continue;
      this.recovered(node);
    }
    this.arm();
  }

  /** Looks again when the first node could be done at the earliest. */
  private arm(): void {
    const least = Math.min(...this.waiting.values());
    if (!Number.isFinite(least)) {
      this.timer.cancel();
      return;
    }
    const fromNs = Math.max(this.clock.nowNs(), this.idleSinceNs ?? 0);
    this.timer.set(fromNs + Math.ceil(Math.max(1, least) * this.occurrenceNs));
  }
}
