// Owns: simulated time. An event queue keyed (time, sequence), so that equal times fire in the order they were asked for
// and one seed gives one order. Must not know the host's clock: see hostTime.ts.

/** A pending callback. Cancelling twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void;
}

/** Time as every room sees it: nanoseconds since the run began, as a safe integer (104 days at the most). */
export interface Clock {
  nowNs(): number;
  /** Calls `run` when time reaches `timeNs`; a time already past means: next, never inside this call. */
  at(timeNs: number, run: () => void): Timer;
  after(delayNs: number, run: () => void): Timer;
}

class Entry implements Timer {
  readonly timeNs: number;
  readonly sequence: number;
  run: (() => void) | undefined;

  constructor(timeNs: number, sequence: number, run: () => void) {
    this.timeNs = timeNs;
    this.sequence = sequence;
    this.run = run;
  }

  cancel(): void {
    this.run = undefined;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.timeNs < b.timeNs || (a.timeNs === b.timeNs && a.sequence < b.sequence);
}

/** The clock of a run: time moves only when the next event is taken, or when `advanceTo` says so. */
export class EventQueue implements Clock {
  private heap: Entry[] = [];
  private timeNs = 0;
  private sequence = 0;

  nowNs(): number {
    return this.timeNs;
  }

  at(timeNs: number, run: () => void): Timer {
    if (!Number.isSafeInteger(timeNs)) throw new RangeError(`a time in whole nanoseconds is needed, not ${timeNs}`);
    const entry = new Entry(Math.max(timeNs, this.timeNs), this.sequence++, run);
    this.push(entry);
    return entry;
  }

  after(delayNs: number, run: () => void): Timer {
    return this.at(this.timeNs + delayNs, run);
  }

  /** The time of the next event, or undefined when nothing is pending. */
  nextNs(): number | undefined {
    for (;;) {
      const top = this.heap[0];
      if (top === undefined) return undefined;
      if (top.run !== undefined) return top.timeNs;
      this.pop();
    }
  }

  /** Takes one event. False when nothing was pending. */
  step(): boolean {
    if (this.nextNs() === undefined) return false;
    const entry = this.pop();
    if (entry?.run === undefined) return false;
    this.timeNs = entry.timeNs;
    const run = entry.run;
    entry.run = undefined;
    run();
    return true;
  }

  /** Takes every event due up to and including `timeNs`, then stands at `timeNs`. */
  advanceTo(timeNs: number): void {
    for (let next = this.nextNs(); next !== undefined && next <= timeNs; next = this.nextNs()) this.step();
    this.timeNs = Math.max(this.timeNs, timeNs);
  }

  private push(entry: Entry): void {
    const heap = this.heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex] as Entry;
      if (!before(entry, parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = entry;
  }

  private pop(): Entry | undefined {
    const heap = this.heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Entry, heap[child] as Entry)) child += 1;
      if (!before(heap[child] as Entry, last)) break;
      heap[index] = heap[child] as Entry;
      index = child;
    }
    heap[index] = last;
    return top;
  }
}
