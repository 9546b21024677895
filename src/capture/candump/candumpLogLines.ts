// Owns: the lines of candump's log format: reading one, quickly where it is of the plain form. Must not know files.
import type { CanFrame } from '../../bus/bus.ts';
import { fdLengthAtLeast } from '../../bus/frame/checkFrame.ts';
import { parseFrame } from '../../bus/frame/frameText.ts';
import { fromHex } from '../../core/bytes.ts';
import { printable } from '../../core/text.ts';
import { captureBusesMax, captureNameCharsMax } from '../limits.ts';
import { hexValues, NameTable, noHex } from '../record/ascii.ts';
import { canXlNote } from '../record/captureNotes.ts';
import { noBytes, type PutRecord } from '../record/captureRecord.ts';
import type { LineReader, TellOfLine } from '../record/lines.ts';
import { nanoseconds, SecondTimes } from '../record/timeText.ts';

/** The bit of SocketCAN's id word by which a frame is an error message. */
export const errorFlag = 0x2000_0000;
export const errorClassMask = 0x1fff_ffff;

/** `R` or `T` at the end is the direction, which candump -x and asc2log write. */
const lineForm = /^\((\d{1,11})\.(\d{1,9})\)[ \t]+(\S+)[ \t]+(\S+)(?:[ \t]+[RT])?[ \t]*$/;
/** What candump -d writes where it lost frames. */
export const dropForm = /^DROPCOUNT: dropped \d+ CAN frames? /;
/** `VCID PRIORITY # FLAGS:SDT:ACCEPTANCE # DATA`. */
const xlForm = /^[0-9A-Fa-f]{3,5}#[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{8}#(?:[0-9A-Fa-f]{2})*$/;
export const dropNote = 'candump says here that it lost frames';

/** Whether a line is more likely of a log than of anything else, well-formed or not. */
export function isLogLine(line: string): boolean {
  return /^\(\S+[ \t]+\S+[ \t]+\S*#/.test(line);
}

/** Every line is a frame, but for comments and what candump says of lost ones. */
export class LogReader implements LineReader {
  readonly leavesOut = false;
  private readonly tell: TellOfLine;
  private readonly names = new NameTable();
  private readonly learnt = new Set<string>();
  private readonly times = new SecondTimes();

  constructor(tell: TellOfLine) {
    this.tell = tell;
  }

  read(line: string, put: PutRecord): string | undefined {
    if (line === '' || line.startsWith('#') || line.startsWith(';')) return undefined;
    const [, seconds, fraction, bus, text] = lineForm.exec(line) ?? [];
    if (seconds === undefined || fraction === undefined || bus === undefined || text === undefined) {
      if (!dropForm.test(line)) return 'not of the form (SECONDS.FRACTION) INTERFACE ID#DATA';
      this.tell(dropNote);
      return undefined;
    }
    if (bus.length > captureNameCharsMax) return 'the name of the interface is too long';
    const content = parseContent(text);
    if (content === undefined) {
      if (!xlForm.test(text)) return `${printable(text, 80)} is no CAN frame`;
      this.tell(canXlNote);
      return undefined;
    }
    const name = printable(bus, captureNameCharsMax);
    this.learn(bus, name);
    put({ timeNs: nanoseconds(seconds, fraction), bus: name, ...content });
    return undefined;
  }

  end(): undefined {
    return undefined;
  }

  /** `(SECONDS.MICROSECONDS) NAME ID#DATA` or `ID##FLAGSDATA`, of a name that has come before, with single blanks. */
  readPlain(bytes: Uint8Array, start: number, end: number, put: PutRecord): boolean {
    let at = start + 1;
    let seconds = 0;
    for (; isDigit(bytes[at]); at += 1) seconds = seconds * 10 + (bytes[at] as number) - zero;
    const point = at;
    if (bytes[start] !== opening || point - start > 12 || bytes[point] !== dot || bytes[point + 7] !== closing) {
      return false;
    }
    let us = 0;
    for (at = point + 1; at < point + 7; at += 1) {
      if (!isDigit(bytes[at])) return false;
      us = us * 10 + (bytes[at] as number) - zero;
    }
    if (point === start + 1 || bytes[point + 8] !== space) return false;
    const nameEnd = bytes.indexOf(space, point + 9);
    if (nameEnd < 0 || nameEnd >= end) return false;
    const bus = this.names.find(bytes, point + 9, nameEnd);
    if (bus === undefined) return false;
    const frame = plainFrame(bytes, nameEnd + 1, end);
    if (frame === undefined) return false;
    put({ type: 'frame', timeNs: this.times.at(seconds, us * 1000), bus, frame });
    return true;
  }

  private learn(text: string, name: string): void {
    if (this.learnt.has(text) || this.learnt.size >= captureBusesMax) return;
    this.learnt.add(text);
    if (!/^[\x21-\x7e]+$/.test(text) || text !== name) return;
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    this.names.add(bytes, name);
  }
}

const [opening, closing, dot, space, hash, zero, remoteLetter] = Array.from('().\u0020#0R', (text) =>
  text.charCodeAt(0),
) as [number, number, number, number, number, number, number];

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** A data frame, classic or CAN FD, or a remote frame. */
function plainFrame(bytes: Uint8Array, start: number, lineEnd: number): CanFrame | undefined {
  const end = bytes[lineEnd - 2] === space ? withoutDirection(bytes, lineEnd) : lineEnd;
  const extended = bytes[start + 8] === hash;
  const idEnd = start + (extended ? 8 : 3);
  if (bytes[idEnd] !== hash || idEnd >= end) return undefined;
  let id = 0;
  for (let at = start; at < idEnd; at += 1) {
    const digit = hexValues[bytes[at] as number] as number;
    if (digit === noHex) return undefined;
    id = id * 16 + digit;
  }
  if (id > (extended ? errorClassMask : 0x7ff)) return undefined;
  if (bytes[idEnd + 1] === remoteLetter && idEnd + 1 < end) return plainRemote(bytes, idEnd + 2, end, id, extended);
  const fd = bytes[idEnd + 1] === hash && idEnd + 2 < end;
  const flags = fd ? (hexValues[bytes[idEnd + 2] as number] as number) : 0;
  const dataAt = idEnd + (fd ? 3 : 1);
  const length = (end - dataAt) / 2;
  if (flags === noHex || !(fd ? fdLengthAtLeast(length) === length : Number.isInteger(length) && length <= 8)) {
    return undefined;
  }
  const data = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) {
    const high = hexValues[bytes[dataAt + 2 * index] as number] as number;
    const low = hexValues[bytes[dataAt + 2 * index + 1] as number] as number;
    if (high === noHex || low === noHex) return undefined;
    data[index] = (high << 4) | low;
  }
  const brs = (flags & 1) !== 0;
  return (flags & 2) !== 0
    ? { id, extended, remote: false, fd, brs, data, esi: true }
    : { id, extended, remote: false, fd, brs, data };
}

/** From behind the `R` on: nothing, or the length that is asked for. */
function plainRemote(bytes: Uint8Array, at: number, end: number, id: number, extended: boolean): CanFrame | undefined {
  const frame = { id, extended, remote: true, fd: false, brs: false, data: noBytes };
  if (at === end) return frame;
  const requestedBytes = (bytes[at] as number) - zero;
  return at + 1 === end && requestedBytes >= 1 && requestedBytes <= 8 ? { ...frame, requestedBytes } : undefined;
}

function withoutDirection(bytes: Uint8Array, end: number): number {
  const letter = bytes[end - 1];
  return letter === 0x52 || letter === 0x54 ? end - 2 : end;
}

type Content =
  | { readonly type: 'error'; readonly errorClass: number; readonly data: Uint8Array }
  | { readonly type: 'frame'; readonly frame: CanFrame };

/** What candump adds to a frame's text: a raw DLC above 8 after `_`. */
const rawDlcForm = /^([^#_]*#(?:[^#_]{16}|[Rr]8?))_[9A-Fa-f]$/;

function parseContent(text: string): Content | undefined {
  const error = /^([2-3][0-9A-Fa-f]{7})#((?:[0-9A-Fa-f]{2}){0,8})$/.exec(text);
  if (error !== null) {
    const [, id = '', hex = ''] = error;
    const data = fromHex(hex.toLowerCase());
    return data && { type: 'error', errorClass: Number.parseInt(id, 16) & errorClassMask, data };
  }
  const [, eightBytes] = rawDlcForm.exec(text) ?? [];
  const frame = parseFrame(eightBytes ?? text);
  return frame && { type: 'frame', frame };
}
