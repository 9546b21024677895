// Owns: the attempts of a node alone on its bus. Nobody acknowledges its frame, and once it is error-passive nothing changes any more:
// each attempt is like the last, for ever. So they are not simulated one by one, but counted when somebody looks. Must not know
// frames.

/** Attempts that were over, from the first one's start to when the one after the last starts, and how long they kept the bus busy. */
export interface AttemptsOver {
  readonly attempts: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly busyNs: number;
}

export class StandingAttempts {
  /** When the first attempt that was not taken starts, or started. */
  startNs: number;
  /** How long one of them keeps the bus busy. */
  readonly busyNs: number;
  private readonly periodNs: number;
  private readonly overAfterNs: number;

  /** The first attempt starts at `startNs`, another every `periodNs`; each is over `overAfterNs` from its start. */
  constructor(startNs: number, periodNs: number, busyNs: number, overAfterNs: number) {
    this.startNs = startNs;
    this.periodNs = periodNs;
    this.busyNs = busyNs;
    this.overAfterNs = overAfterNs;
  }

  /** Those that were over by `nowNs`, but for what was taken before. */
  take(nowNs: number): AttemptsOver {
    const { startNs } = this;
    const attempts = Math.max(0, Math.floor((nowNs - startNs - this.overAfterNs) / this.periodNs) + 1);
    this.startNs += attempts * this.periodNs;
    return { attempts, startNs, endNs: this.startNs, busyNs: attempts * this.busyNs };
  }
}
