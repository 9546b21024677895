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

/** Simulated time, as what sets a time with every frame sees it. */
export interface SimulatedClock extends Clock {
  /** For an owner that waits for one time after another: setting it leaves nothing to collect. */
  alarm(run: () => void): Alarm;
}

/** One time that is waited for, or none. */
export interface Alarm {
  /** Whether a time is set that has not come. */
  readonly isSet: boolean;
  /** As `at`, in the place of the time before, if any. */
  set(timeNs: number): void;
  cancel(): void;
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

/** A time that does not come. */
const never = Number.POSITIVE_INFINITY;

class QueueAlarm implements Alarm {
  timeNs = never;
  sequence = 0;
  readonly run: () => void;
  private readonly queue: EventQueue;

  constructor(queue: EventQueue, run: () => void) {
    this.queue = queue;
    this.run = run;
  }

  get isSet(): boolean {
    return this.timeNs !== never;
  }

  set(timeNs: number): void {
    this.sequence = this.queue.nextSequence(timeNs);
    this.timeNs = Math.max(timeNs, this.queue.nowNs());
  }

  cancel(): void {
    this.timeNs = never;
  }
}

/** The clock of a run: time moves only when the next event is taken, or when `advanceTo` says so. */
export class EventQueue implements SimulatedClock {
  // A binary heap in three arrays: times side by side are compared without a look at the entries.
  private readonly times: number[] = [];
  private readonly sequences: number[] = [];
  private readonly entries: Entry[] = [];
  /** Beside the heap, and few: each event looks at them all. */
  private readonly alarms: QueueAlarm[] = [];
  private timeNs = 0;
  private sequence = 0;

  nowNs(): number {
    return this.timeNs;
  }

  at(timeNs: number, run: () => void): Timer {
    const sequence = this.nextSequence(timeNs);
    const entry = new Entry(run);
    this.push(Math.max(timeNs, this.timeNs), sequence, entry);
    return entry;
  }

  alarm(run: () => void): Alarm {
    const alarm = new QueueAlarm(this, run);
    this.alarms.push(alarm);
    return alarm;
  }

  /** The place among equal times of what is now asked for at `timeNs`. */
  nextSequence(timeNs: number): number {
    if (!Number.isSafeInteger(timeNs)) throw new RangeError(`a time in whole nanoseconds is needed, not ${timeNs}`);
    return this.sequence++;
  }

  after(delayNs: number, run: () => void): Timer {
    return this.at(this.timeNs + delayNs, run);
  }

  /** The time of the next event, or undefined when nothing is pending. */
  nextNs(): number | undefined {
    this.dropCancelled();
    const alarm = this.firstAlarm();
    if (alarm !== undefined) return alarm.timeNs;
    return this.entries.length > 0 ? this.times[0] : undefined;
  }

  /** Takes one event. False when nothing was pending. */
  step(): boolean {
    this.dropCancelled();
    const alarm = this.firstAlarm();
    if (alarm !== undefined) {
      this.timeNs = alarm.timeNs;
      alarm.timeNs = never;
      alarm.run();
      return true;
    }
    if (this.entries.length === 0) return false;
    this.timeNs = this.times[0] as number;
    const entry = this.pop();
    const run = entry.run as () => void;
    entry.run = undefined;
    run();
    return true;
  }

  /** From now on the heap's first entry, where there is one, is to be called. */
  private dropCancelled(): void {
    const { entries } = this;
    while (entries.length > 0 && (entries[0] as Entry).run === undefined) this.pop();
  }

  /** The alarm that is due before all else. */
  private firstAlarm(): QueueAlarm | undefined {
    const isHeap = this.entries.length > 0;
    let timeNs = isHeap ? (this.times[0] as number) : never;
    let sequence = isHeap ? (this.sequences[0] as number) : never;
    let first: QueueAlarm | undefined;
    for (let index = 0; index < this.alarms.length; index += 1) {
      const alarm = this.alarms[index] as QueueAlarm;
      if (!alarm.isSet || alarm.timeNs > timeNs || (alarm.timeNs === timeNs && alarm.sequence >= sequence)) continue;
      first = alarm;
      timeNs = alarm.timeNs;
      sequence = alarm.sequence;
    }
    return first;
  }

  /** Takes every event due up to and including `timeNs`, then stands at `timeNs`. */
  advanceTo(timeNs: number): void {
    for (let next = this.nextNs(); next !== undefined && next <= timeNs; next = this.nextNs()) this.step();
    this.timeNs = Math.max(this.timeNs, timeNs);
  }

  private push(timeNs: number, sequence: number, entry: Entry): void {
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
    sequences[index] = sequence;
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
