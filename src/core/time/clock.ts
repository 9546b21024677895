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
  run: (() => void) | undefined;

  constructor(run: () => void) {
    this.run = run;
  }

  cancel(): void {
    this.run = undefined;
  }
}

/** The clock of a run: time moves only when the next event is taken, or when `advanceTo` says so. */
export class EventQueue implements Clock {
  // A binary heap in three arrays: times side by side are compared without a look at the entries.
  private readonly times: number[] = [];
  private readonly sequences: number[] = [];
  private readonly entries: Entry[] = [];
  private timeNs = 0;
  private sequence = 0;

  nowNs(): number {
    return this.timeNs;
  }

  at(timeNs: number, run: () => void): Timer {
    if (!Number.isSafeInteger(timeNs)) throw new RangeError(`a time in whole nanoseconds is needed, not ${timeNs}`);
    const entry = new Entry(run);
    this.push(Math.max(timeNs, this.timeNs), entry);
    return entry;
  }

  after(delayNs: number, run: () => void): Timer {
    return this.at(this.timeNs + delayNs, run);
  }

  /** The time of the next event, or undefined when nothing is pending. */
  nextNs(): number | undefined {
    while (this.entries.length > 0) {
      if (this.entries[0]?.run !== undefined) return this.times[0];
      this.pop();
    }
    return undefined;
  }

  /** Takes one event. False when nothing was pending. */
  step(): boolean {
    while (this.entries.length > 0) {
      const timeNs = this.times[0] as number;
      const entry = this.pop();
      const { run } = entry;
      if (run === undefined) continue;
      entry.run = undefined;
      this.timeNs = timeNs;
      run();
      return true;
    }
    return false;
  }

  /** Takes every event due up to and including `timeNs`, then stands at `timeNs`. */
  advanceTo(timeNs: number): void {
    for (let next = this.nextNs(); next !== undefined && next <= timeNs; next = this.nextNs()) this.step();
    this.timeNs = Math.max(this.timeNs, timeNs);
  }

  private push(timeNs: number, entry: Entry): void {
    const { times, sequences, entries } = this;
    let index = entries.length;
    // Nothing that pends was asked for later: equal times stay above.
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if ((times[parent] as number) <= timeNs) break;
      this.move(parent, index);
      index = parent;
    }
    times[index] = timeNs;
    sequences[index] = this.sequence++;
    entries[index] = entry;
  }

  /** Takes the first entry off a heap that has one. */
  private pop(): Entry {
    const { times, sequences, entries } = this;
    const top = entries[0] as Entry;
    const timeNs = times.pop() as number;
    const sequence = sequences.pop() as number;
    const last = entries.pop() as Entry;
    const { length } = entries;
    if (length === 0) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= length) break;
      if (child + 1 < length && this.isBefore(child + 1, times[child] as number, sequences[child] as number))
        child += 1;
      if (!this.isBefore(child, timeNs, sequence)) break;
      this.move(child, index);
      index = child;
    }
    times[index] = timeNs;
    sequences[index] = sequence;
    entries[index] = last;
    return top;
  }

  private isBefore(index: number, timeNs: number, sequence: number): boolean {
    const ownNs = this.times[index] as number;
    return ownNs < timeNs || (ownNs === timeNs && (this.sequences[index] as number) < sequence);
  }

  private move(from: number, to: number): void {
    this.times[to] = this.times[from] as number;
    this.sequences[to] = this.sequences[from] as number;
    this.entries[to] = this.entries[from] as Entry;
  }
}
