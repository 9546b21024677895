// Owns: counting what a format cannot hold of the records that are written in it, and saying it. Must not know files.
import type { CaptureFormat } from '../captureFormats.ts';
import { namesToldMax } from '../limits.ts';
import type { CaptureHead, CaptureRecord } from '../record/captureRecord.ts';
import { SplitTimes } from '../record/timeText.ts';

export class ConversionLosses {
  packets = 0;
  private errors = 0;
  private times = 0;
  private readonly format: CaptureFormat;
  private readonly splitTimes = new SplitTimes(0n);

  constructor(format: CaptureFormat) {
    this.format = format;
  }

  /** Whether the record has a place in the format at all. */
  add(record: CaptureRecord): boolean {
    const { holdsEthernet, lacks } = this.format;
    if (record.type === 'packet' && !holdsEthernet) {
      this.packets += 1;
      return false;
    }
    if (lacks?.nanoseconds) {
      this.splitTimes.split(record.timeNs);
      if (this.splitTimes.ns % 1000 !== 0) this.times += 1;
    }
    if (record.type === 'error' && lacks?.isWholeError?.(record) === false) this.errors += 1;
    return true;
  }

  /** A line for each kind of thing that was lost. */
  texts({ buses }: CaptureHead): readonly string[] {
    return [
      ...(this.packets === 0 ? [] : [`${counted(this.packets, 'Ethernet packet')} left out: .pcapng holds them`]),
      ...(this.errors === 0
        ? []
        : [`not all that is known of ${counted(this.errors, 'error frame')}: .log and .pcapng hold it`]),
      ...(this.times === 0
        ? []
        : [`times cut to microseconds, of ${counted(this.times, 'record')}: .pcapng holds nanoseconds`]),
      ...this.nameTexts(buses.filter(({ kind }) => kind === 'can').map(({ name }) => name)),
    ];
  }

  private nameTexts(names: readonly string[]): readonly string[] {
    const { nameOf } = this.format.lacks ?? {};
    if (nameOf === undefined) return [];
    const lost = names.filter((name) => nameOf(name) === undefined);
    const changed = names.filter((name) => nameOf(name) !== undefined && nameOf(name) !== name);
    return [
      ...(lost.length === 0 ? [] : [`no names of buses: ${some(lost)}`]),
      ...(changed.length === 0
        ? []
        : [`names of buses written otherwise: ${some(changed.map((name) => `${name} as ${nameOf(name)}`))}`]),
    ];
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function some(texts: readonly string[]): string {
  const more = texts.length - namesToldMax;
  return more > 0 ? `${texts.slice(0, namesToldMax).join(', ')} and ${more} more` : texts.join(', ');
}
