// Owns: captures that are lines of text: cutting bytes into lines of bounded length, and counting them. Must not know what they say.

import { concatBytes } from '../../core/bytes.ts';
import { captureLineBytesMax } from '../limits.ts';
import type { CaptureFault } from './captureFault.ts';
import { CaptureNotes } from './captureNotes.ts';
import { type CaptureDecoder, noBytes, type PutRecord } from './captureRecord.ts';

/** What one format makes of its lines. */
export interface LineReader {
  /**
   * Whether the bytes from `start` to before `end` are a line of the format's plainest form, whose record it then gives to `put`. A
   * shortcut for what nearly every line of a long file is: `read` must make the same of such a line.
   */
  readPlain?(bytes: Uint8Array, start: number, end: number, put: PutRecord): boolean;
  /** Gives the records of a line to `put`. Returns what is wrong with a line after which nothing can be read. */
  read(line: string, put: PutRecord): string | undefined;
  /** There are no more lines. Returns what is missing. */
  end(put: PutRecord): string | undefined;
  /** Whether a line that is too long may be left out: where others than the format's own stand between them. */
  readonly leavesOut: boolean;
}

/** Says something of the line that is read. */
export type TellOfLine = (message: string) => void;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const tooLong = `more than the ${captureLineBytesMax} bytes that are allowed`;

/** A decoder of lines, which end with LF or CR LF. A last line without an end is read, and told: where a file was cut short, it may lack something. */
export class LineDecoder implements CaptureDecoder {
  readonly notes = new CaptureNotes();
  private readonly reader: LineReader;
  /** Bytes that are no UTF-8 become U+FFFD: a name in another encoding spoils no capture. */
  private readonly text = new TextDecoder('utf-8');
  /** What has come of a line that has no end yet. */
  private rest: Uint8Array = noBytes;
  /** A line that is left out for its length has not ended yet. */
  private passing = false;
  private line = 0;
  private fault: CaptureFault | undefined;

  constructor(createReader: (tell: TellOfLine) => LineReader) {
    this.reader = createReader((message) => this.notes.add(message, { line: this.line }));
  }

  push(bytes: Uint8Array, put: PutRecord): CaptureFault | undefined {
    let start = 0;
    while (this.fault === undefined) {
      const end = bytes.indexOf(lineFeed, start);
      if (end < 0) break;
      this.line += 1;
      if (this.rest.length > 0 || this.passing) this.takeRest(bytes.subarray(start, end), put);
      else this.take(bytes, start, end, put);
      start = end + 1;
    }
    if (this.fault === undefined && start < bytes.length) this.keep(bytes.subarray(start));
    return this.fault;
  }

  end(put: PutRecord): CaptureFault | undefined {
    if (this.fault !== undefined) return this.fault;
    if (this.rest.length > 0 || this.passing) {
      this.line += 1;
      this.notes.add('the last line has no end: the file may have been cut short within it', { line: this.line });
      this.takeRest(noBytes, put);
    }
    if (this.fault === undefined) {
      const message = this.reader.end(put);
      if (message !== undefined) this.fault = { line: this.line, message };
    }
    return this.fault;
  }

  private keep(bytes: Uint8Array): void {
    if (this.passing) return;
    if (this.rest.length + bytes.length <= captureLineBytesMax) {
      this.rest = concatBytes(this.rest, bytes);
      return;
    }
    this.rest = noBytes;
    if (this.reader.leavesOut) this.passing = true;
    else this.fault = { line: this.line + 1, message: tooLong };
  }

  /** The end of a line whose beginning came before. */
  private takeRest(bytes: Uint8Array, put: PutRecord): void {
    const line = concatBytes(this.rest, bytes);
    this.rest = noBytes;
    if (this.passing) this.leaveOut();
    else this.take(line, 0, line.length, put);
    this.passing = false;
  }

  private leaveOut(): void {
    if (this.reader.leavesOut) this.notes.add(`${tooLong}: it is left out`, { line: this.line });
    else this.fault = { line: this.line, message: tooLong };
  }

  private take(bytes: Uint8Array, start: number, lineEnd: number, put: PutRecord): void {
    const end = lineEnd > start && bytes[lineEnd - 1] === carriageReturn ? lineEnd - 1 : lineEnd;
    if (end - start > captureLineBytesMax) {
      this.leaveOut();
      return;
    }
    if (this.reader.readPlain?.(bytes, start, end, put)) return;
    const message = this.reader.read(this.text.decode(bytes.subarray(start, end)), put);
    if (message !== undefined) this.fault = { line: this.line, message };
  }
}
