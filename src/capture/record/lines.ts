// Owns: captures that are lines of text: cutting bytes into lines of bounded length, and counting them. Must not know what they say.

import type { Result } from '../../core/result.ts';
import { captureLineCharsMax } from '../limits.ts';
import type { CaptureFault } from './captureFault.ts';
import { CaptureNotes } from './captureNotes.ts';
import type { CaptureDecoder, CaptureRecord, PutRecord } from './captureRecord.ts';

/** What one format makes of its lines. */
export interface LineReader {
  /** The record of a line, or undefined for a line that holds none; else what is wrong with it. */
  read(line: string): Result<CaptureRecord | undefined, string>;
  /** What is missing at the end. */
  end(): string | undefined;
}

/**
 * A decoder of lines, which end with LF or CR LF. A last line without an end is a fault: where a file was cut short, the rest of a
 * line can look like a shorter frame.
 */
export class LineDecoder implements CaptureDecoder {
  readonly notes: CaptureNotes;
  private readonly reader: LineReader;
  /** Bytes that are no UTF-8 become U+FFFD: a name in another encoding spoils no capture. */
  private readonly text = new TextDecoder('utf-8');
  private rest = '';
  private line = 0;
  private fault: CaptureFault | undefined;

  /** `notes`: where the reader puts its own. */
  constructor(reader: LineReader, notes = new CaptureNotes()) {
    this.reader = reader;
    this.notes = notes;
  }

  push(bytes: Uint8Array, put: PutRecord): CaptureFault | undefined {
    if (this.fault === undefined) this.take(this.rest + this.text.decode(bytes, { stream: true }), put);
    return this.fault;
  }

  end(): CaptureFault | undefined {
    if (this.fault !== undefined) return this.fault;
    const isCut = this.rest + this.text.decode() !== '';
    const message = isCut ? 'the file ends within it' : this.reader.end();
    if (message !== undefined) this.fault = { line: this.line + (isCut ? 1 : 0), message };
    return this.fault;
  }

  private take(text: string, put: PutRecord): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.line += 1;
      const length = end - start;
      const line = text.slice(start, end);
      start = end + 1;
      if (length > captureLineCharsMax) {
        this.tooLong();
        return;
      }
      const read = this.reader.read(line.endsWith('\r') ? line.slice(0, -1) : line);
      if (!read.ok) {
        this.fault = { line: this.line, message: read.fault };
        return;
      }
      if (read.value !== undefined) put(read.value);
    }
    this.rest = text.slice(start);
    if (this.rest.length > captureLineCharsMax) {
      this.line += 1;
      this.tooLong();
    }
  }

  private tooLong(): void {
    this.rest = '';
    this.fault = { line: this.line, message: `more than the ${captureLineCharsMax} characters that are allowed` };
  }
}
