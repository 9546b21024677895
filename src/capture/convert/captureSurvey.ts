// Owns: what the head of a capture says that only its records show: which buses there are, and when the first record was. Must not know files.
import { InputError } from '../../core/faults.ts';
import { NS_PER_S } from '../../core/units.ts';
import { captureBusesMax } from '../limits.ts';
import type { CapturedBus, CaptureHead, CaptureRecord } from '../record/captureRecord.ts';

const nsPerS = BigInt(NS_PER_S);

/** Looks at each record of a capture. */
export class CaptureSurvey {
  private readonly canBuses = new Set<string>();
  private readonly ethernets = new Set<string>();
  private earliestNs: bigint | undefined;
  /** The bus of the record before, which most often is the next one's. */
  private last = '';

  add(record: CaptureRecord): void {
    if (this.earliestNs === undefined || record.timeNs < this.earliestNs) this.earliestNs = record.timeNs;
    if (record.type === 'packet') this.ethernets.add(record.bus);
    else if (record.bus !== this.last || this.canBuses.size === 0) {
      this.canBuses.add(record.bus);
      this.last = record.bus;
    }
    if (this.canBuses.size + this.ethernets.size > captureBusesMax) {
      throw new InputError(`it holds more than the ${captureBusesMax} buses that are allowed`);
    }
  }

  get isEmpty(): boolean {
    return this.earliestNs === undefined;
  }

  /** Buses in the order in which they came; where all have one name and a number each, by their numbers. */
  get head(): CaptureHead {
    const can = inOrder([...this.canBuses]).map((name): CapturedBus => ({ name, kind: 'can' }));
    const ethernet = [...this.ethernets].map(
      (name): CapturedBus => ({ name: this.ethernetName(name), kind: 'ethernet' }),
    );
    const earliestNs = this.earliestNs ?? 0n;
    return { startS: Number(earliestNs / nsPerS), buses: [...can, ...ethernet] };
  }

  /** A CAN bus and an Ethernet of one name stay two. */
  ethernetName(name: string): string {
    return this.canBuses.has(name) ? `${name}-ethernet` : name;
  }
}

function inOrder(names: readonly string[]): readonly string[] {
  const parts = names.map((name) => /^(.*?)(\d{1,9})$/.exec(name) ?? [name, name, '']);
  const isNumbered = parts.every(([, stem, number]) => number !== '' && stem === parts[0]?.[1]);
  if (!isNumbered) return names;
  return [...parts].sort(([, , a], [, , b]) => Number(a) - Number(b)).map(([name = '']) => name);
}
