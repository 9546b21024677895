// Owns: putting frames that come nearly in the order of time into it, in memory that does not grow with their number. Must not know files.

interface Timed {
  readonly atNs: number;
}

export interface DisorderBounds {
  /** One may come so long after a later one. */
  readonly disorderNsMax: number;
  readonly waitingMax: number;
}

/** What is behind the beginning of an array is cut off when it is so much. */
const cutAt = 4096;

/** Holds back what an earlier one may still come before. What comes out does not depend on when it is asked for. */
export class TimeOrder<T extends Timed> {
  private readonly bounds: DisorderBounds;
  private waiting: T[] = [];
  /** In `waiting`, the first that still waits. */
  private start = 0;
  private released: T[] = [];
  private newestNs = Number.NEGATIVE_INFINITY;
  private releasedNs = Number.NEGATIVE_INFINITY;

  constructor(bounds: DisorderBounds) {
    this.bounds = bounds;
  }

  /** False for one that comes too late. Equal times stay in the order in which they came. */
  add(item: T): boolean {
    if (item.atNs < this.newestNs - this.bounds.disorderNsMax || item.atNs < this.releasedNs) return false;
    const { waiting } = this;
    if (item.atNs >= this.newestNs) waiting.push(item);
    else waiting.splice(this.placeOf(item), 0, item);
    this.newestNs = Math.max(this.newestNs, item.atNs);
    this.release();
    return true;
  }

  /** Those before which no other can come, since it was last asked. */
  ready(): readonly T[] {
    const { released } = this;
    this.released = [];
    return released;
  }

  /** The same with all that wait: no more come. */
  rest(): readonly T[] {
    const all = [...this.released, ...this.waiting.slice(this.start)];
    this.released = [];
    this.waiting = [];
    this.start = 0;
    return all;
  }

  /** Behind all that are not later. */
  private placeOf({ atNs }: T): number {
    let low = this.start;
    let high = this.waiting.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.waiting[middle]?.atNs ?? 0) > atNs) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  private release(): void {
    const oldestNs = this.newestNs - this.bounds.disorderNsMax;
    for (let first = this.waiting[this.start]; first !== undefined; first = this.waiting[this.start]) {
      if (first.atNs > oldestNs && this.waiting.length - this.start <= this.bounds.waitingMax) break;
      this.released.push(first);
      this.releasedNs = first.atNs;
      this.start += 1;
    }
    if (this.start < cutAt) return;
    this.waiting = this.waiting.slice(this.start);
    this.start = 0;
  }
}
