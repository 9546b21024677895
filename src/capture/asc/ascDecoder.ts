// Owns: reading Vector's ASC format, as far as can-utils' asc2log reads it: classic, CAN FD and error frames. What other events
// there are (statistics, LIN, status, CAN XL) holds no record. Must not know files.
import { printable } from '../../core/text.ts';
import { captureBusesMax, captureNameCharsMax } from '../limits.ts';
import { AsciiCursor } from '../record/ascii.ts';
import { canXlNote } from '../record/captureNotes.ts';
import type { CaptureDecoder, PutRecord } from '../record/captureRecord.ts';
import { LineDecoder, type LineReader, type TellOfLine } from '../record/lines.ts';
import { nanoseconds, SecondTimes } from '../record/timeText.ts';
import { parseAscDate } from './ascDate.ts';
import { type AscBase, type AscEvent, ascErrorClass, plainAscFrame, readAscEvent } from './ascLines.ts';

export function createAscDecoder(): CaptureDecoder {
  return new LineDecoder((tell) => new AscReader(tell));
}

const eventForm = /^\s*(\d{1,11})\.(\d{1,9})\s+(\S.*)$/;
/** Begins as an event does, whatever its time. */
const eventLikeForm = /^\s*[-+]?[\d.,]+\s/;
const baseForm = /^base\s+(hex|de[cz])(?:\s+timestamps\s+(absolute|relative)\b)?/i;
const triggerForm = /^\s*begin\s+trigger\s?block\s*(.*)$/i;
/** Lines of a file that hold nothing for us. */
const otherForm = /^\s*(?:$|\/\/|(?:no\s+)?internal\s+events\s+logged|end\s+trigger\s?block)/i;
/** Written by our encoder. */
const channelForm = /^\/\/ channel (\d{1,3}) is ([^\s:]+)/;
const point = 0x2e;

class AscReader implements LineReader {
  readonly leavesOut = true;
  private readonly tell: TellOfLine;
  private readonly cursor = new AsciiCursor();
  private readonly names = new Map<number, string>();
  private startNs: bigint | undefined;
  private times = new SecondTimes();
  private base: AscBase | undefined;
  private relative = false;
  /** The last event, where times are relative. */
  private lastNs: bigint | undefined;

  constructor(tell: TellOfLine) {
    this.tell = tell;
  }

  read(line: string, put: PutRecord): string | undefined {
    const [, seconds, fraction, event] = eventForm.exec(line) ?? [];
    if (seconds === undefined || fraction === undefined || event === undefined) return this.readOther(line);
    const read = readAscEvent(event.trimEnd().split(/\s+/), this.base ?? 16);
    if (this.base === undefined) {
      if (read.ok && read.value === undefined) return undefined;
      this.base = 16;
      this.tell('no line before says base and timestamps: taken for base hex, absolute times');
    }
    const sinceNs = nanoseconds(seconds, fraction);
    const timeNs = (this.relative ? (this.lastNs ?? this.startNs ?? 0n) : (this.startNs ?? 0n)) + sinceNs;
    this.lastNs = timeNs;
    if (/^CANXL\s/i.test(event)) this.tell(canXlNote);
    if (!read.ok) this.tell(`${read.fault}: the line is left out`);
    else if (read.value !== undefined) this.put(read.value, timeNs, put);
    return undefined;
  }

  end(): string | undefined {
    return this.base === undefined
      ? 'no line says base and timestamps, nor is one a frame: this is no ASC file'
      : undefined;
  }

  /** `SECONDS.FRACTION` and a data frame, of absolute times and base hex. */
  readPlain(bytes: Uint8Array, start: number, end: number, put: PutRecord): boolean {
    if (this.base !== 16 || this.relative) return false;
    const { cursor } = this;
    cursor.begin(bytes, start, end);
    cursor.blanks();
    const seconds = cursor.decimal(11);
    if (seconds < 0 || cursor.byte !== point) return false;
    cursor.at += 1;
    const fractionAt = cursor.at;
    const fraction = cursor.decimal(9);
    const digits = cursor.at - fractionAt;
    if (fraction < 0 || !cursor.blanks()) return false;
    const read = plainAscFrame(cursor);
    if (read === undefined) return false;
    const timeNs = this.times.at(seconds, fraction * (powersOf10[9 - digits] as number));
    put({ type: 'frame', timeNs, bus: this.busOf(read.channel), frame: read.frame });
    return true;
  }

  private put(event: AscEvent, timeNs: bigint, put: PutRecord): void {
    const where = { timeNs, bus: this.busOf(Number(event.channel)) };
    if (event.type === 'error') {
      put({ type: 'error', ...where, errorClass: ascErrorClass, data: new Uint8Array(8) });
      return;
    }
    if (event.note !== undefined) this.tell(event.note);
    put({ type: 'frame', ...where, frame: event.frame });
  }

  private busOf(channel: number): string {
    return this.names.get(channel) ?? String(channel);
  }

  private readOther(line: string): string | undefined {
    const [, base, timestamps] = baseForm.exec(line) ?? [];
    if (base !== undefined) {
      this.base = base.toLowerCase() === 'hex' ? 16 : 10;
      this.relative = timestamps?.toLowerCase() === 'relative';
      if (timestamps === undefined) this.tell('not said whether times are absolute or relative: taken for absolute');
      return undefined;
    }
    if (/^base\s/i.test(line)) return 'the base is neither hex nor dec: what follows could be read wrongly';
    if (/^date\s/i.test(line)) {
      this.begin(parseAscDate(line.slice(5)));
      return undefined;
    }
    const [, date] = triggerForm.exec(line) ?? [];
    if (date !== undefined) {
      if (this.startNs === undefined) this.begin(parseAscDate(date));
      return undefined;
    }
    if (this.readChannel(line) || otherForm.test(line)) return undefined;
    if (this.relative && eventLikeForm.test(line)) {
      return 'the time of this event is not understood, and those that follow count from it';
    }
    this.tell('not understood, and left out');
    return undefined;
  }

  private begin(startNs: bigint | undefined): void {
    if (startNs === undefined) this.tell('the date is not understood: taken for 1970');
    this.startNs = startNs ?? 0n;
    this.times = new SecondTimes(this.startNs);
  }

  private readChannel(line: string): boolean {
    const [, channel, name] = channelForm.exec(line) ?? [];
    if (channel === undefined || name === undefined || name.length > captureNameCharsMax) return false;
    if (this.names.size < captureBusesMax) this.names.set(Number(channel), printable(name, captureNameCharsMax));
    return true;
  }
}

const powersOf10 = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
