// Owns: writing Vector's ASC format in the columns of can-utils' log2asc: hexadecimal, absolute times. Must not know files.
import { fdDataLengths } from '../../bus/frame/checkFrame.ts';
import { utf8 } from '../../core/bytes.ts';
import { NS_PER_S } from '../../core/units.ts';
import { AsciiLine, hexDigitsOf } from '../record/ascii.ts';
import { oneWord } from '../record/busNames.ts';
import {
  type CapturedError,
  type CapturedFrame,
  type CaptureEncoder,
  type CaptureHead,
  noBytes,
} from '../record/captureRecord.ts';
import { SplitTimes } from '../record/timeText.ts';
import { ascDateText } from './ascDate.ts';
import { ascErrorClass, ascFlags } from './ascLines.ts';

/** A CAN FD line takes some 400 bytes. */
const lineBytesMax = 1024;
/** Columns that a symbolic name would take. */
const nameColumns = 34;
const zero = 0x30;
const point = 0x2e;
const lineFeed = 0x0a;
const extendedMark = 0x78;
const channelColumns = 2;
const idColumns = 15;
const fdIdColumns = 11;

const words = {
  error: utf8(' ErrorFrame'),
  classic: utf8(' Rx   '),
  data: utf8('d '),
  remote: utf8('r '),
  fd: utf8('CANFD '),
  fdDirection: utf8(' Rx   '),
  /** The duration and the length in bits are not known: 0. */
  fdLengths: utf8('        0    0 '),
  fdEnd: utf8(' 0 0 0 0 0'),
};

/** A channel a CAN bus, from 1 in the head's order, named in comments. Times count from the head's start; Ethernet has no form here. */
export function createAscEncoder({ startS, buses }: CaptureHead): CaptureEncoder {
  const canBuses = buses.filter(({ kind }) => kind === 'can');
  const channels = new Map(canBuses.map(({ name }, index) => [name, index + 1]));
  const names = canBuses.map(({ name, note }, index) => {
    const more = note === undefined ? '' : `: ${note}`;
    return `// channel ${index + 1} is ${ascName(name)}${more}\n`;
  });
  const date = ascDateText(startS);
  const line = new AsciiLine(lineBytesMax);
  const times = new SplitTimes(BigInt(startS) * BigInt(NS_PER_S));
  return {
    head: utf8(
      `date ${date}\nbase hex  timestamps absolute\nno internal events logged\n// version 9.0.0\n${names.join('')}`,
    ),
    encode(record) {
      const channel = channels.get(record.bus);
      if (record.type === 'packet' || channel === undefined) return noBytes;
      line.begin();
      times.split(record.timeNs);
      line.decimal(times.seconds, 4);
      line.byte(point);
      line.decimal(Math.floor(times.ns / 1000), 6, zero);
      line.spaces(1);
      if (record.type === 'error') {
        writeChannel(line, channel);
        line.text(words.error);
      } else if (record.frame.fd) writeFd(line, record, channel);
      else writeClassic(line, record, channel);
      line.byte(lineFeed);
      return line.taken();
    },
  };
}

/** As our comment holds it: one word, and its end is a colon. */
export function ascName(name: string): string {
  return oneWord(name).replace(/:/g, '_');
}

/** Of an error it says no more than that there was one on the bus, which is how the reader gives it. */
export function isWholeInAsc({ errorClass, data }: CapturedError): boolean {
  return errorClass === ascErrorClass && data.length === 8 && data.every((byte) => byte === 0);
}

function writeChannel(line: AsciiLine, channel: number): void {
  line.decimal(channel);
  if (channel < 10) line.spaces(channelColumns - 1);
}

function writeId(line: AsciiLine, { id, extended }: CapturedFrame['frame'], before: number, columns: number): void {
  const digits = hexDigitsOf(id);
  line.spaces(before === 0 ? 0 : before - digits - 1);
  line.hex(id, digits);
  if (extended) line.byte(extendedMark);
  else line.spaces(1);
  line.spaces(columns === 0 ? 0 : columns - digits - 1);
}

function writeClassic(line: AsciiLine, { frame }: CapturedFrame, channel: number): void {
  writeChannel(line, channel);
  line.spaces(1);
  writeId(line, frame, 0, idColumns);
  line.text(words.classic);
  if (frame.remote) {
    line.text(words.remote);
    line.decimal(frame.requestedBytes ?? 0);
    return;
  }
  line.text(words.data);
  line.decimal(frame.data.length);
  line.spacedHexBytes(frame.data);
}

/** What comes after the flags is not known: 0. */
function writeFd(line: AsciiLine, { frame }: CapturedFrame, channel: number): void {
  const { brs, data, esi } = frame;
  line.text(words.fd);
  line.decimal(channel, 3);
  line.text(words.fdDirection);
  writeId(line, frame, fdIdColumns, 0);
  line.spaces(nameColumns);
  line.decimal(brs ? 1 : 0);
  line.spaces(1);
  line.decimal(esi ? 1 : 0);
  line.spaces(1);
  line.text(dlcDigits[fdDataLengths.indexOf(data.length)] ?? noBytes);
  line.spaces(1);
  line.decimal(data.length, 2);
  line.spacedHexBytes(data);
  line.text(words.fdLengths);
  const flags = ascFlags.fd | (brs ? ascFlags.brs : 0) | (esi ? ascFlags.esi : 0);
  line.spaces(4);
  line.hex(flags, 4);
  line.text(words.fdEnd);
}

const dlcDigits = Array.from({ length: 16 }, (_, dlc) => utf8(dlc.toString(16)));
