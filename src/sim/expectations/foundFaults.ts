// Owns: the faults of the last cycle, and their words.
import type { FoundFault } from '../events/events.ts';
import type { Ledger } from '../events/ledger.ts';

export function foundFaults(ledger: Ledger, ecu: string): readonly FoundFault[] {
  return ledger.cycleFaults.get(ecu) ?? [];
}

export function foundText(found: readonly FoundFault[]): string {
  return found.map(({ code, clause }) => `${code} [${clause}]`).join(', ') || 'nothing';
}
