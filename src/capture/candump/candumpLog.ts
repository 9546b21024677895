// Owns: candump's log format, `(1436509052.249713) vcan0 123#DEADBEEF`, as candump -l writes it and canplayer reads it; and which files of
// candump's are a log and which its console's lines. Must not know files.

import { AsciiLine } from '../record/ascii.ts';
import { nameBytes } from '../record/busNames.ts';
import {
  type CaptureDecoder,
  type CaptureEncoder,
  type CaptureRecord,
  noBytes,
  type PutRecord,
} from '../record/captureRecord.ts';
import { LineDecoder, type LineReader, type TellOfLine } from '../record/lines.ts';
import { SplitTimes } from '../record/timeText.ts';
import { ConsoleReader, isConsoleLine } from './candumpConsole.ts';
import { dropForm, dropNote, errorClassMask, errorFlag, isLogLine, LogReader } from './candumpLogLines.ts';

/** A name of 128 characters, times, the frame's text. */
const lineBytesMax = 1024;
const [space, opening, closing, point, hash, remoteLetter, zero] = Array.from(' ().#R0', (text) =>
  text.charCodeAt(0),
) as [number, number, number, number, number, number, number];
const lineFeed = 0x0a;

/** Times are cut to whole microseconds. Ethernet packets have no form here; blanks in a name are written as `_`. */
export function createCandumpEncoder(): CaptureEncoder {
  const line = new AsciiLine(lineBytesMax);
  const times = new SplitTimes(0n);
  const names = new Map<string, Uint8Array>();
  const nameOf = (bus: string) => {
    const known = names.get(bus) ?? nameBytes(bus);
    names.set(bus, known);
    return known;
  };
  return {
    head: noBytes,
    encode(record) {
      if (record.type === 'packet') return noBytes;
      line.begin();
      times.split(record.timeNs);
      line.byte(opening);
      line.decimal(times.seconds);
      line.byte(point);
      line.decimal(Math.floor(times.ns / 1000), 6, zero);
      line.byte(closing);
      line.byte(space);
      line.text(nameOf(record.bus));
      line.byte(space);
      writeContent(line, record);
      line.byte(lineFeed);
      return line.taken();
    },
  };
}

function writeContent(line: AsciiLine, record: Exclude<CaptureRecord, { type: 'packet' }>): void {
  if (record.type === 'error') {
    line.hex((record.errorClass & errorClassMask) | errorFlag, 8);
    line.byte(hash);
    line.hexBytes(record.data);
    return;
  }
  const { id, extended, remote, fd, brs, esi, data, requestedBytes } = record.frame;
  line.hex(id, extended ? 8 : 3);
  line.byte(hash);
  if (remote) {
    line.byte(remoteLetter);
    if (requestedBytes !== undefined) line.decimal(requestedBytes);
    return;
  }
  if (fd) {
    line.byte(hash);
    line.decimal((brs ? 1 : 0) + (esi ? 2 : 0));
  }
  line.hexBytes(data);
}

/** Of a log, or of what candump prints on a console: the first line that holds a frame says which. */
export function createCandumpDecoder(): CaptureDecoder {
  return new LineDecoder((tell) => new CandumpReader(tell));
}

class CandumpReader implements LineReader {
  private readonly tell: TellOfLine;
  private reader: LineReader | undefined;

  constructor(tell: TellOfLine) {
    this.tell = tell;
  }

  get leavesOut(): boolean {
    return this.reader?.leavesOut ?? false;
  }

  readPlain(bytes: Uint8Array, start: number, end: number, put: PutRecord): boolean {
    return this.reader?.readPlain?.(bytes, start, end, put) ?? false;
  }

  read(line: string, put: PutRecord): string | undefined {
    if (this.reader === undefined) {
      if (isBare(line)) return undefined;
      if (dropForm.test(line)) {
        this.tell(dropNote);
        return undefined;
      }
      if (isLogLine(line)) this.reader = new LogReader(this.tell);
      else if (isConsoleLine(line)) this.reader = new ConsoleReader(this.tell);
      else return 'neither a line of a candump log, (SECONDS.FRACTION) INTERFACE ID#DATA, nor one that candump prints';
    }
    return this.reader.read(line, put);
  }

  end(put: PutRecord): string | undefined {
    return this.reader?.end(put);
  }
}

function isBare(line: string): boolean {
  return line.trim() === '' || line.startsWith('#') || line.startsWith(';');
}
