// Owns: the lines of a TRC file that hold frames, errors and events, in the columns of each version. Must not know the file's head.
import type { CanFrame } from '../../bus/bus.ts';
import { checkFrame, classicDataBytesMax, fdDataBytesMax, fdDataLengths } from '../../bus/frame/checkFrame.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { AsciiCursor } from '../record/ascii.ts';
import { noBytes } from '../record/captureRecord.ts';
import { errorOfTrc } from './trcError.ts';

/** The letters of PEAK's `$COLUMNS`: number, time offset, type, bus, id, direction, reserved, data length, DLC, data. */
export type TrcColumns = string;
export const columnsOfVersion: Readonly<Record<string, TrcColumns>> = {
  '1.0': 'NOILD',
  '1.1': 'NOdILD',
  '1.2': 'NOBdILD',
  '1.3': 'NOBdIRLD',
};
/** What 2.1 is written in; a file of version 2 names its own. */
export const columnsOf21: TrcColumns = 'NOTBIdRLD';

export type TrcContent =
  | { readonly type: 'frame'; readonly frame: CanFrame }
  | { readonly type: 'error'; readonly errorClass: number; readonly data: Uint8Array }
  /** Nothing that a record could hold. */
  | { readonly type: 'other'; readonly note: string };
export interface TrcLine {
  readonly bus: string;
  readonly content: TrcContent;
}

/** CAN FD types, with their BRS and ESI flags. */
const fdTypes: Readonly<Record<string, readonly [brs: boolean, esi: boolean]>> = {
  FD: [false, false],
  FB: [true, false],
  FE: [false, true],
  BI: [true, true],
};
const otherTypes: Readonly<Record<string, string>> = {
  ST: 'a status of the hardware is left out',
  EC: 'a change of the error counters is left out',
  EV: 'an event of the user is left out',
};
const noBus = '1';
/** Of a line without an id, which version 1 gives a warning. */
const noId = /^FFFFFFFF$/i;

interface Fields {
  readonly type: string;
  readonly bus: string;
  readonly id: string;
  readonly direction: string;
  readonly length: string;
  readonly isDlc: boolean;
  readonly data: readonly string[];
}

/** From the words of a line, number and time included. */
export function readTrcLine(words: readonly string[], columns: TrcColumns): Result<TrcLine, string> {
  const fields = fieldsOf(words, columns);
  const content = readContent(fields);
  return content.ok ? ok({ bus: /^\d+$/.test(fields.bus) ? fields.bus : noBus, content: content.value }) : content;
}

function fieldsOf(words: readonly string[], columns: TrcColumns): Fields {
  const taken: Record<string, string> = {};
  let at = 0;
  let lacksId = false;
  for (const column of columns.replace('D', '')) {
    const word = words[at] ?? '';
    // An error has neither id nor length in version 2.0, where the columns are empty.
    if (column === 'I' && /^[RT]x$/i.test(word) && columns.includes('T')) lacksId = true;
    else if (!(column === 'l' && lacksId)) {
      taken[column] = word;
      at += 1;
    }
    if (column === 'T' && word === 'EV') break;
  }
  const { T: type = '', B: bus = noBus, I: id = '', d: direction = '', l, L = '' } = taken;
  return { type, bus, id, direction, length: l ?? L, isDlc: l === undefined, data: words.slice(at) };
}

function readContent(fields: Fields): Result<TrcContent, string> {
  const { type, id, direction, data } = fields;
  if (type === '') {
    if (noId.test(id) || /^Warng$/i.test(direction)) return ok({ type: 'other', note: otherTypes.ST ?? '' });
    if (/^Error$/i.test(direction)) return readError([id, ...data]);
    if (data[0] === 'ERROR') return readError([id, ...data.slice(1)]);
    return readFrame(fields, data[0] === 'RTR' ? 'RR' : 'DT');
  }
  if (type === 'ER') return readError(data);
  const note = Object.hasOwn(otherTypes, type) ? otherTypes[type] : undefined;
  if (note !== undefined) return ok({ type: 'other', note });
  const isFrame = type === 'DT' || type === 'RR' || Object.hasOwn(fdTypes, type);
  return isFrame ? readFrame(fields, type) : fail('the type of the line is not understood');
}

function readError(words: readonly string[]): Result<TrcContent, string> {
  const [kind = -1, direction = 0, position = 0, received = 0, sent = 0] = words.map((word) =>
    /^[0-9A-F]{1,4}$/i.test(word) ? Number.parseInt(word, 16) : -1,
  );
  if (Math.min(kind, direction, position, received, sent) < 0) return fail('the error is not understood');
  return ok({ type: 'error', ...errorOfTrc([kind, direction, position, received, sent]) });
}

function readFrame({ id: idText, length, isDlc, data: words }: Fields, type: string): Result<TrcContent, string> {
  if (!/^[0-9A-F]{3,8}$/i.test(idText) || !/^\d{1,4}$/.test(length))
    return fail('the id or the length is not understood');
  const flags = Object.hasOwn(fdTypes, type) ? fdTypes[type] : undefined;
  const fd = flags !== undefined;
  const bytes = lengthOf(Number(length), fd, isDlc);
  const isLonger = !fd && Number(length) > classicDataBytesMax && words.length >= Number(length);
  if (bytes === undefined || isLonger) return fail('more bytes than a frame has');
  const head = { id: Number.parseInt(idText, 16), extended: idText.length > 4 };
  if (type === 'RR') {
    const asks = bytes > 0 ? { requestedBytes: bytes } : {};
    return checked({ ...head, remote: true, fd: false, brs: false, data: noBytes, ...asks });
  }
  const values = words.slice(0, bytes).map((word) => (/^[0-9A-F]{2}$/i.test(word) ? Number.parseInt(word, 16) : -1));
  if (values.length < bytes || values.includes(-1)) return fail('data bytes are missing, or not understood');
  const [brs, esi] = flags ?? [false, false];
  return checked({
    ...head,
    remote: false,
    fd,
    brs,
    data: Uint8Array.from(values),
    ...(esi && { esi: true as const }),
  });
}

/** A DLC above 8 means 8 bytes in a classic frame. Undefined for what no frame has, such as a message of J1939. */
function lengthOf(value: number, fd: boolean, isDlc: boolean): number | undefined {
  if (isDlc && value <= 15) return fd ? fdDataLengths[value] : Math.min(value, classicDataBytesMax);
  return value <= (fd ? fdDataBytesMax : classicDataBytesMax) && !isDlc ? value : undefined;
}

function checked(frame: CanFrame): Result<TrcContent, string> {
  const fault = checkFrame(frame, true);
  return fault === undefined ? ok({ type: 'frame', frame }) : fail('no frame has such an id or length');
}

const [letterD, letterT, letterF, letterB, letterE, letterI, letterR, letterX, dash, blank] = Array.from(
  'DTFBEIRx- ',
  (text) => text.charCodeAt(0),
) as [number, number, number, number, number, number, number, number, number, number];

/** A data frame and its bus from the type on, in the columns of 2.1; undefined for what `readTrcLine` is to read. */
export function plainTrcFrame(cursor: AsciiCursor): { readonly bus: number; readonly frame: CanFrame } | undefined {
  const first = letter(cursor);
  const second = letter(cursor);
  const fd = first !== letterD;
  const isFd =
    (first === letterF && (second === letterD || second === letterB || second === letterE)) ||
    (first === letterB && second === letterI);
  if (fd ? !isFd : second !== letterT) return undefined;
  if (!cursor.blanks()) return undefined;
  const bus = cursor.decimal(3);
  if (bus < 0 || !cursor.blanks()) return undefined;
  const idAt = cursor.at;
  const id = cursor.hex(8);
  const digits = cursor.at - idAt;
  const extended = digits === 8;
  if (id < 0 || id > (extended ? 0x1fff_ffff : 0x7ff) || !(extended || digits === 4) || !cursor.blanks())
    return undefined;
  const direction = letter(cursor);
  if (!(direction === letterR || direction === letterT) || letter(cursor) !== letterX || !cursor.blanks())
    return undefined;
  if (letter(cursor) !== dash || !cursor.blanks()) return undefined;
  const dlc = cursor.decimal(2);
  if (dlc < 0 || dlc > (fd ? 15 : 8)) return undefined;
  const length = fd ? (fdDataLengths[dlc] as number) : dlc;
  while (length > 0 && cursor.blanks());
  if (length > 0) cursor.at -= 1;
  const data = cursor.spacedHexBytes(length);
  if (data === undefined || !(cursor.isAtEnd || cursor.byte === blank)) return undefined;
  const brs = second === letterB || second === letterI;
  const frame = { id, extended, remote: false, fd, brs, data };
  return { bus, frame: fd && (second === letterE || second === letterI) ? { ...frame, esi: true } : frame };
}

function letter(cursor: AsciiCursor): number {
  const byte = cursor.byte;
  cursor.at += 1;
  return byte;
}
