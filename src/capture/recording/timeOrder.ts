// Owns: putting frames that come nearly in the order of time into it, in memory that does not grow with their number. Must not know files.

interface Timed {
  readonly atNs: number;
}

export interface DisorderBounds {
  /** One may come so long after a later one. */
  readonly disorderNsMax: number;
  readonly waitingMax: number;
}

/** Holds back what an earlier one may still come before. */
export class TimeOrder<T extends Timed> {
  private readonly bounds: DisorderBounds;
  private waiting: T[] = [];
  private newestNs = Number.NEGATIVE_INFINITY;
  private givenNs = Number.NEGATIVE_INFINITY;

  constructor(bounds: DisorderBounds) {
    this.bounds = bounds;
  }

  /** False for one that comes too late: later ones are given already. Equal times stay in the order in which they came. */
  add(item: T): boolean {
    if (item.atNs < this.givenNs) return false;
    let index = this.waiting.length;
    while (index > 0 && (this.waiting[index - 1]?.atNs ?? 0) > item.atNs) index -= 1;
    if (index === this.waiting.length) this.waiting.push(item);
    else this.waiting.splice(index, 0, item);
    this.newestNs = Math.max(this.newestNs, item.atNs);
    return true;
  }

  /** Those before which no other can come. */
  ready(): readonly T[] {
    const oldestNs = this.newestNs - this.bounds.disorderNsMax;
    const waitTooLong = this.waiting.length - this.bounds.waitingMax;
    let count = Math.max(waitTooLong, 0);
    while (count < this.waiting.length && (this.waiting[count]?.atNs ?? 0) <= oldestNs) count += 1;
    return this.give(count);
  }

  /** All that wait: no more come. */
  rest(): readonly T[] {
    return this.give(this.waiting.length);
  }

  private give(count: number): readonly T[] {
    const given = this.waiting.slice(0, count);
    this.waiting = this.waiting.slice(count);
    this.givenNs = given.at(-1)?.atNs ?? this.givenNs;
    return given;
  }
}
