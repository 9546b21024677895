// Owns: reading PEAK's TRC format, versions 1.0 to 2.1: the head, the comments, and which record each line is. Must not know files.
import { printable } from '../../core/text.ts';
import { parseUtc } from '../../core/utc.ts';
import { captureBusesMax, captureNameCharsMax } from '../limits.ts';
import { AsciiCursor } from '../record/ascii.ts';
import type { CaptureDecoder, PutRecord } from '../record/captureRecord.ts';
import { LineDecoder, type LineReader, type TellOfLine } from '../record/lines.ts';
import { nanoseconds, SecondTimes } from '../record/timeText.ts';
import { parseOleDate } from './oleDate.ts';
import { columnsOf21, columnsOfVersion, plainTrcFrame, readTrcLine, type TrcColumns } from './trcLines.ts';

export function createTrcDecoder(): CaptureDecoder {
  return new LineDecoder((tell) => new TrcReader(tell));
}

/** A number, and the milliseconds since the start. */
const lineForm = /^\s*\d+\)?\s+(\d{1,12})(?:\.(\d{1,6}))?\s/;
const settingForm = /^;\$([A-Z]+)=\s*(\S*)\s*$/i;
/** Of the table of connections, as PEAK's programs and our encoder write it: number, name, and more behind two blanks. */
const busForm = /^;\s+(\d{1,3})\s+(\S+)\s{2,}\S/;
/** Where there is no `$STARTTIME`. */
const startForm = /^;\s+Start time: (\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)\.(\d{3})/;
const versionForm = /^(\d+\.\d+)$/;
/** Files of version 1.0 do not say so. */
const firstVersion = '1.0';
const usPerMs = 1000;
const point = 0x2e;
const comment = ';';

class TrcReader implements LineReader {
  readonly leavesOut = true;
  private readonly tell: TellOfLine;
  private readonly cursor = new AsciiCursor();
  private readonly names = new Map<number, string>();
  private columns: TrcColumns | undefined;
  private version = firstVersion;
  private startNs: bigint | undefined;
  private times = new SecondTimes();
  private isHead = true;
  private sawComment = false;

  constructor(tell: TellOfLine) {
    this.tell = tell;
  }

  read(line: string, put: PutRecord): string | undefined {
    if (line.startsWith(comment)) return this.readComment(line);
    if (line.trim() === '') return undefined;
    if (this.isHead) {
      const problem = this.endHead();
      if (problem !== undefined) return problem;
    }
    const [, ms = '', fraction = ''] = lineForm.exec(line) ?? [];
    const read = readTrcLine(line.trim().split(/\s+/), this.columns ?? columnsOf21);
    if (ms === '' || !read.ok) {
      this.tell(`${ms === '' || read.ok ? 'not understood' : read.fault}: the line is left out`);
      return undefined;
    }
    const { bus, content } = read.value;
    if (content.type === 'other') {
      this.tell(content.note);
      return undefined;
    }
    const seconds = ms.slice(0, -3);
    const timeNs = nanoseconds(seconds, ms.slice(-3).padStart(3, '0') + fraction) + (this.startNs ?? 0n);
    put({ timeNs, bus: this.busOf(Number(bus)), ...content });
    return undefined;
  }

  end(): string | undefined {
    return this.isHead ? this.endHead() : undefined;
  }

  /** A data frame in the columns of 2.1, with three decimals. */
  readPlain(bytes: Uint8Array, start: number, end: number, put: PutRecord): boolean {
    if (this.isHead || this.columns !== columnsOf21) return false;
    const { cursor } = this;
    cursor.begin(bytes, start, end);
    cursor.blanks();
    if (cursor.decimal(15) < 0 || !cursor.blanks()) return false;
    const ms = cursor.decimal(12);
    if (ms < 0 || cursor.byte !== point) return false;
    cursor.at += 1;
    const fractionAt = cursor.at;
    const us = cursor.decimal(3);
    if (us < 0 || cursor.at - fractionAt !== 3 || !cursor.blanks()) return false;
    const read = plainTrcFrame(cursor);
    if (read === undefined) return false;
    const seconds = Math.floor(ms / 1000);
    const timeNs = this.times.at(seconds, ((ms - seconds * 1000) * usPerMs + us) * 1000);
    put({ type: 'frame', timeNs, bus: this.busOf(read.bus), frame: read.frame });
    return true;
  }

  private busOf(bus: number): string {
    return this.names.get(bus) ?? String(bus);
  }

  /** Every line after it is read by what it says. */
  private endHead(): string | undefined {
    this.isHead = false;
    if (!this.sawComment) return 'a TRC file of PEAK begins with comments, after ;';
    if (this.version.startsWith('2.') && this.columns === undefined) return 'a file of version 2 needs ;$COLUMNS';
    this.columns ??= columnsOfVersion[this.version];
    if (this.columns === undefined) return `version ${this.version}: 1.0, 1.1, 1.2, 1.3, 2.0 and 2.1 are read`;
    if (this.startNs === undefined) this.tell('no start time above this line: taken for 1970');
    this.times = new SecondTimes(this.startNs ?? 0n);
    return undefined;
  }

  private readComment(line: string): string | undefined {
    this.sawComment = true;
    if (!this.isHead) return undefined;
    const [, setting, value = ''] = settingForm.exec(line) ?? [];
    if (setting !== undefined) return this.readSetting(setting.toUpperCase(), value);
    const [, day, month, year, clock, ms = ''] = startForm.exec(line) ?? [];
    if (this.startNs === undefined && day !== undefined) {
      const seconds = parseUtc(`${year}-${month}-${day}T${clock}Z`);
      if (seconds !== undefined && seconds >= 0) this.startNs = nanoseconds(String(seconds), ms);
    }
    const [, bus, name = ''] = busForm.exec(line) ?? [];
    const isOwn = name.length <= captureNameCharsMax && ![...this.names.values()].includes(name);
    if (bus !== undefined && isOwn && this.names.size < captureBusesMax) {
      this.names.set(Number(bus), printable(name, captureNameCharsMax));
    }
    return undefined;
  }

  private readSetting(setting: string, value: string): string | undefined {
    if (setting === 'FILEVERSION') this.version = versionForm.test(value) ? value : printable(value, 20);
    if (setting === 'STARTTIME') {
      this.startNs = parseOleDate(value) ?? 0n;
      if (parseOleDate(value) === undefined) this.tell('the start time is not understood: taken for 1970');
    }
    if (setting !== 'COLUMNS') return undefined;
    const letters = value.replace(/,/g, '');
    const isKnown =
      /^[NOTBIdRlLD]+$/.test(letters) && new Set(letters).size === letters.length && /^NOT.*D$/.test(letters);
    if (!isKnown || !letters.includes('I') || !/l|L/.test(letters)) {
      return 'these columns are not understood: what follows could be read wrongly';
    }
    this.columns = letters === columnsOf21 ? columnsOf21 : letters;
    return undefined;
  }
}
