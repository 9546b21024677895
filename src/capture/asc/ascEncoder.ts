// Owns: writing Vector's ASC format in the columns of can-utils' log2asc: hexadecimal, absolute times. Must not know files.
import type { CanFrame } from '../../bus/bus.ts';
import { fdDataLengths } from '../../bus/frame/checkFrame.ts';
import { toHex, utf8 } from '../../core/bytes.ts';
import { NS_PER_S } from '../../core/units.ts';
import {
  type CapturedFrame,
  type CaptureEncoder,
  type CaptureHead,
  type CaptureRecord,
  noBytes,
} from '../record/captureRecord.ts';
import { secondsText } from '../record/timeText.ts';
import { ascDateText } from './ascDate.ts';

/** Bits of the `Flags` field of CAN FD lines. */
export const ascFlags = { remote: 0x10, fd: 0x1000, brs: 0x2000, esi: 0x4000 } as const;
/** Columns that a symbolic name would take. */
const noName = ' '.repeat(34);

/** A channel a CAN bus, from 1 in the head's order, named in comments. Times count from the head's start; Ethernet has no form here. */
export function createAscEncoder({ startS, buses }: CaptureHead): CaptureEncoder {
  const startNs = BigInt(startS) * BigInt(NS_PER_S);
  const canBuses = buses.filter(({ kind }) => kind === 'can');
  const channels = new Map(canBuses.map(({ name }, index) => [name, index + 1]));
  const names = canBuses.map(({ name, note }, index) => {
    const more = note === undefined ? '' : `: ${note}`;
    return `// channel ${index + 1} is ${name}${more}\n`;
  });
  const date = ascDateText(startS);
  return {
    head: utf8(
      `date ${date}\nbase hex  timestamps absolute\nno internal events logged\n// version 9.0.0\n${names.join('')}`,
    ),
    encode(record) {
      const channel = channels.get(record.bus);
      if (record.type === 'packet' || channel === undefined) return noBytes;
      const time = secondsText(record.timeNs - startNs).padStart(11);
      return utf8(`${time} ${eventText(record, channel)}\n`);
    },
  };
}

function eventText(record: Exclude<CaptureRecord, { type: 'packet' }>, channel: number): string {
  if (record.type === 'error') return `${String(channel).padEnd(2)} ErrorFrame`;
  return record.frame.fd ? fdText(record, channel) : classicText(record, channel);
}

function idText({ id, extended }: CanFrame): string {
  return `${id.toString(16).toUpperCase()}${extended ? 'x' : ' '}`;
}

function classicText({ frame }: CapturedFrame, channel: number): string {
  const start = `${String(channel).padEnd(2)} ${idText(frame).padEnd(15)} Rx  `;
  return frame.remote
    ? `${start} r ${frame.requestedBytes ?? 0}`
    : `${start} d ${frame.data.length}${spacedHex(frame.data)}`;
}

/** The duration, the length in bits, and what comes after the flags are not known: 0. */
function fdText({ frame }: CapturedFrame, channel: number): string {
  const { brs, data, esi } = frame;
  const flags = ascFlags.fd | (brs ? ascFlags.brs : 0) | (esi ? ascFlags.esi : 0);
  const dlc = fdDataLengths.indexOf(data.length).toString(16);
  const start = `CANFD ${String(channel).padStart(3)} Rx   ${idText(frame).padStart(11)}${noName}`;
  const lengths = `${brs ? 1 : 0} ${esi ? 1 : 0} ${dlc} ${String(data.length).padStart(2)}`;
  return `${start}${lengths}${spacedHex(data)} ${'0'.padStart(8)} ${'0'.padStart(4)} ${hex8(flags)} 0 0 0 0 0`;
}

function hex8(word: number): string {
  return word.toString(16).toUpperCase().padStart(8);
}

function spacedHex(bytes: Uint8Array): string {
  return toHex(bytes).toUpperCase().replace(/../g, ' $&');
}
