// Owns: times as captures write them: seconds with a fraction; and the quick way there and back for records that follow each other.
import { NS_PER_S } from '../../core/units.ts';

const nsPerS = BigInt(NS_PER_S);

/** `seconds` and the digits of the fraction, as nanoseconds. */
export function nanoseconds(seconds: string, fraction: string): bigint {
  return BigInt(Number(seconds)) * nsPerS + BigInt(Number(fraction.padEnd(9, '0')));
}

/** From seconds and nanoseconds as numbers. A capture has many records of the same second: its large number is made once. */
export class SecondTimes {
  private second = 0;
  private secondNs: bigint;
  private readonly startNs: bigint;

  /** Seconds count from `startNs`. */
  constructor(startNs = 0n) {
    this.startNs = startNs;
    this.secondNs = startNs;
  }

  at(seconds: number, ns: number): bigint {
    if (seconds !== this.second) {
      this.second = seconds;
      this.secondNs = this.startNs + BigInt(seconds) * nsPerS;
    }
    return this.secondNs + BigInt(ns);
  }
}

/** To seconds from a start and nanoseconds, as numbers. */
export class SplitTimes {
  /** Whole seconds since the start, and what is left of the time last given. */
  seconds = 0;
  ns = 0;
  private readonly startNs: bigint;
  private secondNs: bigint;

  constructor(startNs: bigint) {
    this.startNs = startNs;
    this.secondNs = startNs;
  }

  split(timeNs: bigint): void {
    const ns = Number(timeNs - this.secondNs);
    if (ns >= 0 && ns < NS_PER_S) this.ns = ns;
    else {
      const sinceNs = timeNs > this.startNs ? timeNs - this.startNs : 0n;
      this.seconds = Number(sinceNs / nsPerS);
      this.ns = Number(sinceNs % nsPerS);
      this.secondNs = this.startNs + BigInt(this.seconds) * nsPerS;
    }
  }
}
