// Owns: when each record of a capture is due as it is played. Must not know what a record holds or where it goes.
import { NS_PER_MS, NS_PER_S } from '../../core/units.ts';

export interface PlayTiming {
  /** Recorded seconds a second. */
  readonly speed: number;
  /** What falls due within the same step of this length is due at its end; 0: each at its own time. */
  readonly gapMs: number;
  /** Where nothing was recorded for longer than this, in seconds, the next record follows at once. */
  readonly skipS?: number;
}

/** A time that jumps back by this much or more begins anew, as another recording in the same file does. */
const backNs = 1 * NS_PER_S;

/**
 * Due times, in nanoseconds on the player's clock. Each is reckoned from an anchor, the first
 * record or the first after a skip, never from the record before: errors do not add up. They never go back.
 */
export class PlaySchedule {
  private readonly speed: number;
  private readonly gapNs: number;
  private readonly skipNs: number;
  private anchor: { readonly timeNs: bigint; readonly dueNs: number } | undefined;
  /** The latest record so far, and when it was due. */
  private lastNs = 0n;
  private lastDueNs = 0;
  private startNs = 0;

  constructor({ speed, gapMs, skipS }: PlayTiming) {
    this.speed = speed;
    this.gapNs = Math.round(gapMs * NS_PER_MS);
    this.skipNs = skipS === undefined ? Number.POSITIVE_INFINITY : skipS * NS_PER_S;
  }

  /** The first record is due now. */
  begin(nowNs: number): void {
    this.startNs = nowNs;
    this.lastDueNs = nowNs;
  }

  /** When the next record, of this time, is due. */
  dueNs(timeNs: bigint): number {
    const sinceLastNs = Number(timeNs - this.lastNs);
    if (this.anchor === undefined || sinceLastNs <= -backNs || sinceLastNs > this.skipNs) {
      this.anchor = { timeNs, dueNs: this.lastDueNs };
      this.lastNs = timeNs;
    } else if (sinceLastNs > 0) this.lastNs = timeNs;
    const exactNs = this.anchor.dueNs + Math.round(Number(this.lastNs - this.anchor.timeNs) / this.speed);
    this.lastDueNs = Math.min(exactNs, Number.MAX_SAFE_INTEGER);
    if (this.gapNs === 0) return this.lastDueNs;
    const steps = Math.ceil((this.lastDueNs - this.startNs) / this.gapNs);
    return Math.min(this.startNs + steps * this.gapNs, Number.MAX_SAFE_INTEGER);
  }

  /** The recording begins again: its first record follows the last one at once. */
  restart(): void {
    this.anchor = undefined;
  }
}
