// Owns: the faults that an ECU keeps for its version reports: each kind once, the oldest first, until there is evidence that a report
// that held it was heard. An attacker who can make an ECU find faults, as anybody on its bus can, must neither drive a kept one out nor have
// one forgotten. O4
import { utf8 } from '../core/bytes.ts';
import type { RemoteFault } from '../core/faults.ts';
import { attacksReportedMax, faultMessageCharsMax } from '../core/limits.ts';
import { printable } from '../core/text.ts';
import { faultSummary } from '../uptane/model/faults.ts';
import type { DetectedAttack } from '../uptane/statements/versionReport.ts';
import { faultsKeptMax, reportedFaultsBytesMax } from './limits.ts';

/** Counts are of the oldest faults, which is where a report begins: what is kept stays in place until it is forgotten. */
export class FaultLog {
  private faults: readonly RemoteFault[];
  /** Held by the latest report. */
  private carried = 0;
  /** Held by every report that was told with the present time token; undefined where none was. */
  private told: number | undefined;
  /** Held by every report that was told with a token since attested. */
  private witnessed = 0;

  /** Goes on with what was stored; what a report held before a restart is reported once more. */
  constructor(stored: readonly RemoteFault[]) {
    this.faults = stored;
  }

  /** To be stored. */
  get kept(): readonly RemoteFault[] {
    return this.faults;
  }

  /** Keeps a fault of a kind that is not kept already, while there is room. False: nothing changed. */
  add(fault: RemoteFault): boolean {
    if (this.faults.length >= faultsKeptMax || this.faults.some((kept) => isSameKind(kept, fault))) return false;
    this.faults = [...this.faults, fault];
    return true;
  }

  /** What goes into a report that is told with the present time token: the oldest. Where they are many, their words are cut. */
  carry(): readonly DetectedAttack[] {
    const held = this.faults.slice(0, attacksReportedMax);
    this.carried = held.length;
    this.told ??= held.length;
    return held.map((fault) => reported(fault, Math.floor(reportedFaultsBytesMax / held.length)));
  }

  /** The token was attested: who had it attested had one of the reports that were told with it, and each held what the first one did. */
  tokenAttested(): void {
    this.witnessed = this.told ?? this.witnessed;
    this.told = undefined;
  }

  /** Forgets what the latest report held. Gives whether there was anything. */
  forgetCarried(): boolean {
    return this.forget(this.carried);
  }

  /** Forgets what a report held whose token was attested. Gives whether there was anything. */
  forgetWitnessed(): boolean {
    return this.forget(this.witnessed);
  }

  private forget(count: number): boolean {
    this.faults = this.faults.slice(count);
    this.carried = Math.max(0, this.carried - count);
    this.witnessed = Math.max(0, this.witnessed - count);
    if (this.told !== undefined) this.told = Math.max(0, this.told - count);
    return count > 0;
  }
}

/** What tells faults apart: not the message, which may quote what a peer sent. */
function isSameKind(a: RemoteFault, b: RemoteFault): boolean {
  return a.code === b.code && a.clause === b.clause && a.repository === b.repository && a.file === b.file;
}

function reported(fault: RemoteFault, bytesMax: number): DetectedAttack {
  const { code, clause, attack } = fault;
  const inWords = (charsMax: number): DetectedAttack => {
    const message = printable(faultSummary(fault), charsMax);
    return { code, clause, message, ...(attack !== undefined && { attack }) };
  };
  const whole = inWords(faultMessageCharsMax);
  // A character takes a byte at least, and the end of a cut message up to three more than the characters in whose place it stands.
  const excess = utf8(`${JSON.stringify(whole)},`).length - bytesMax;
  return excess > 0 ? inWords(Math.max(0, whole.message.length - excess - 3)) : whole;
}
