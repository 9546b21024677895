// Owns: what candump prints on a console, `(000.250000)  can0  RX - -  123   [4]  DE AD BE EF`: with time stamps of every kind or none, with
// -x, -a, -i, -S, -e and colours or without. Must not know files.
import type { CanFrame } from '../../bus/bus.ts';
import { checkFrame } from '../../bus/frame/checkFrame.ts';
import { printable } from '../../core/text.ts';
import { parseUtc } from '../../core/utc.ts';
import { captureNameCharsMax, consoleTimesHeldMax } from '../limits.ts';
import { canXlNote } from '../record/captureNotes.ts';
import { type CaptureRecord, noBytes, type PutRecord } from '../record/captureRecord.ts';
import type { LineReader, TellOfLine } from '../record/lines.ts';
import { nanoseconds } from '../record/timeText.ts';
import { dropForm, dropNote, errorClassMask } from './candumpLogLines.ts';

const stamp = String.raw`(?:\((?:(\d{1,11})|(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d))\.(\d{1,9})\)\s+)?`;
/** The interface; with -x the direction, BRS and ESI; the id; the length, or with -8 the DLC; the rest. */
const lineForm = new RegExp(
  String.raw`^\s*${stamp}(\S+)\s+(?:[RT]X ([B-]) ([E-])\s+)?([0-9A-F]{3}|[0-9A-F]{8})\s+(?:\[(\d\d?)\]|\{([0-9A-F])\})(.*)$`,
);
const xlForm = new RegExp(String.raw`^\s*${stamp}\S+\s+(?:[RT]X . .\s+)?[0-9A-F]{3}\s+\[\d{4}\]\s+\([0-9A-F]{2}\|`);
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escapes.
const colours = /\u001b\[[0-9;]*m/g;

export function isConsoleLine(line: string): boolean {
  const plain = line.replace(colours, '');
  return lineForm.test(plain) || xlForm.test(plain);
}

type Content =
  | { readonly type: 'frame'; readonly frame: CanFrame }
  | Pick<ErrorContent, 'type' | 'errorClass' | 'data'>;
type ErrorContent = Extract<CaptureRecord, { type: 'error' }>;

/** Seconds with fewer digits than a date since 2001 takes: they count from the frame before (-t d) or from the first one (-t z). */
const countedDigitsMax = 9;

/** Lines that are no frames (a shell's, those of -e) may stand between. */
export class ConsoleReader implements LineReader {
  readonly leavesOut = true;
  private readonly tell: TellOfLine;
  private readonly times: CountedTimes;

  constructor(tell: TellOfLine) {
    this.tell = tell;
    this.times = new CountedTimes(tell);
  }

  read(text: string, put: PutRecord): string | undefined {
    const line = text.replace(colours, '');
    const match = lineForm.exec(line);
    if (match === null) {
      this.tellOfOther(line);
      return undefined;
    }
    const [, seconds, day, clock, fraction = '', bus = '', brs, esi, id = '', length, dlc, rest = ''] = match;
    const content = readContent({ id, length, dlc, rest, brs: brs === 'B', esi: esi === 'E' });
    if (content === undefined || bus.length > captureNameCharsMax) {
      this.tell('not understood, and left out');
      return undefined;
    }
    if (content.type === 'frame' && content.frame.fd && brs === undefined) {
      this.tell('no BRS and ESI flags (candump -x): those of CAN FD frames are taken as not set');
    }
    const name = printable(bus, captureNameCharsMax);
    const at = (timeNs: bigint): CaptureRecord => ({ timeNs, bus: name, ...content });
    if (seconds !== undefined && seconds.length <= countedDigitsMax) {
      this.times.put(nanoseconds(seconds, fraction), at, put);
      return undefined;
    }
    put(at(this.calendarNs({ seconds, day, clock, fraction })));
    return undefined;
  }

  end(put: PutRecord): undefined {
    this.times.end(put);
    return undefined;
  }

  private calendarNs(of: {
    readonly seconds: string | undefined;
    readonly day: string | undefined;
    readonly clock: string | undefined;
    readonly fraction: string;
  }): bigint {
    const { seconds, day, clock, fraction } = of;
    if (seconds !== undefined) return nanoseconds(seconds, fraction);
    if (day === undefined || clock === undefined) {
      this.tell('no time stamps (candump -t): every such frame is put at 1970-01-01T00:00:00Z');
      return 0n;
    }
    const utc = parseUtc(`${day}T${clock}Z`);
    if (utc === undefined) this.tell('a date that cannot be: taken for 1970-01-01T00:00:00Z');
    else this.tell('dates without a zone (candump -t A): they are taken for UTC');
    return nanoseconds(String(Math.max(utc ?? 0, 0)), fraction);
  }

  private tellOfOther(line: string): void {
    // candump -e explains an error frame in lines of its own.
    if (line.trim() === '' || line.startsWith('\t')) return;
    if (dropForm.test(line)) this.tell(dropNote);
    else this.tell(xlForm.test(line) ? canXlNote : 'not understood, and left out');
  }
}

/** Times that count from the frame before or from the first one: which, only a time that is smaller than the one before shows. */
class CountedTimes {
  private readonly tell: TellOfLine;
  private held: { readonly ns: bigint; readonly at: (timeNs: bigint) => CaptureRecord }[] = [];
  private kind: 'before' | 'first' | undefined;
  private lastNs = 0n;
  private sumNs = 0n;

  constructor(tell: TellOfLine) {
    this.tell = tell;
  }

  put(ns: bigint, at: (timeNs: bigint) => CaptureRecord, put: PutRecord): void {
    if (this.kind !== undefined) {
      put(at(this.timeNs(ns)));
      return;
    }
    this.held.push({ ns, at });
    if (ns < this.lastNs) this.decide('before', put);
    else if (this.held.length >= consoleTimesHeldMax) this.decide('first', put);
    this.lastNs = ns;
  }

  end(put: PutRecord): void {
    if (this.held.length > 0) this.decide('first', put);
  }

  private decide(kind: 'before' | 'first', put: PutRecord): void {
    this.kind = kind;
    this.tell(
      kind === 'before'
        ? 'a time is smaller than the one before: times count from the frame before (candump -t d), the first from 1970'
        : 'no time is smaller than the one before: times count from the first frame (candump -t z), which is put at 1970',
    );
    for (const { ns, at } of this.held) put(at(this.timeNs(ns)));
    this.held = [];
  }

  private timeNs(ns: bigint): bigint {
    this.sumNs += ns;
    return this.kind === 'before' ? this.sumNs : ns;
  }
}

interface Fields {
  readonly id: string;
  readonly length: string | undefined;
  readonly dlc: string | undefined;
  readonly rest: string;
  readonly brs: boolean;
  readonly esi: boolean;
}

function readContent({ id, length, dlc, rest, brs, esi }: Fields): Content | undefined {
  const bytes = length === undefined ? Math.min(Number.parseInt(dlc ?? '0', 16), 8) : Number(length);
  const value = Number.parseInt(id, 16);
  const words = rest.trim();
  if (words === 'remote request') {
    const asks = bytes > 0 ? { requestedBytes: bytes } : {};
    return checked({
      id: value,
      extended: id.length === 8,
      remote: true,
      fd: false,
      brs: false,
      data: noBytes,
      ...asks,
    });
  }
  const data = readData(words, bytes);
  if (data === undefined) return undefined;
  if (words.endsWith('ERRORFRAME')) return { type: 'error', errorClass: value & errorClassMask, data };
  const fd = length?.length === 2;
  const flags = { fd, brs: fd && brs, ...(fd && esi && { esi: true as const }) };
  return checked({ id: value, extended: id.length === 8, remote: false, data, ...flags });
}

function checked(frame: CanFrame): Content | undefined {
  return checkFrame(frame, true) === undefined ? { type: 'frame', frame } : undefined;
}

/** Bytes apart by blanks or, last one first (-S), by `` ` ``; hexadecimal or binary (-i). What stands behind them is text (-a). */
function readData(text: string, length: number): Uint8Array | undefined {
  const swapped = /^[0-9A-F]+`/.test(text);
  const words = (swapped ? (text.split(/\s/, 1)[0] ?? '').split('`') : text.split(/\s+/)).slice(0, length);
  const values = words.map((word) => {
    if (/^[0-9A-F]{2}$/.test(word)) return Number.parseInt(word, 16);
    return /^[01]{8}$/.test(word) ? Number.parseInt(word, 2) : 256;
  });
  if (values.length !== length || values.some((value) => value > 255)) return undefined;
  return Uint8Array.from(swapped ? values.reverse() : values);
}
