// Owns: the frames of an ASC file's lines: reading one, quickly where it is of the plain form. Must not know the file's head.
import type { CanFrame } from '../../bus/bus.ts';
import { errorClass } from '../../bus/frame/canErrorFrame.ts';
import { checkFrame, fdLengthAtLeast } from '../../bus/frame/checkFrame.ts';
import { fromHex, utf8 } from '../../core/bytes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { AsciiCursor } from '../record/ascii.ts';
import { noBytes } from '../record/captureRecord.ts';

/** Bits of the `Flags` field of CAN FD lines. */
export const ascFlags = { remote: 0x10, fd: 0x1000, brs: 0x2000, esi: 0x4000 } as const;

/** Nothing more is known of an error frame: SocketCAN's class for an error on the bus. */
export const ascErrorClass = errorClass.busError;

export type AscBase = 16 | 10;

/** What an event is: a frame or an error of a channel; undefined for an event of another kind. */
export type AscEvent =
  | { readonly channel: string; readonly type: 'frame'; readonly frame: CanFrame; readonly note?: string }
  | { readonly channel: string; readonly type: 'error' };
type Read = Result<AscEvent | undefined, string>;

const nothing: Read = ok(undefined);
/** A frame that was asked for and has not been on the bus is `TxRq`. */
const onBusForm = /^(?:Rx|Tx)$/i;
const channelForm = /^\d{1,3}$/;
const errorForm = /^ErrorFrame/i;

/** From the words behind an event's time. */
export function readAscEvent(words: readonly string[], base: AscBase): Read {
  const [first = '', second = ''] = words;
  if (/^CANFD$/i.test(first)) return readFd(words);
  if (!channelForm.test(first)) return nothing;
  if (errorForm.test(second)) return ok({ channel: first, type: 'error' });
  return readClassic(words, base);
}

/** `CHANNEL ID DIRECTION d LENGTH BYTE...` or, remote, `r [LENGTH]`. The length is hexadecimal whatever the base. */
function readClassic(words: readonly string[], base: AscBase): Read {
  const [channel = '', idText = '', direction = '', kind = '', lengthText] = words;
  if (!onBusForm.test(direction) || !/^[dr]$/i.test(kind)) return nothing;
  const id = parseId(idText, base);
  const dlc = /^[0-9A-Fa-f]$/.test(lengthText ?? '') ? Number.parseInt(lengthText ?? '', 16) : undefined;
  const length = Math.min(dlc ?? 0, 8);
  const remote = /^r$/i.test(kind);
  if (id === undefined || (dlc === undefined && !remote)) return fail('the id or the length is not understood');
  const data = remote ? noBytes : parseBytes(words.slice(5, 5 + length), length, base);
  return frameOf(channel, data && { ...id, remote, fd: false, brs: false, data, ...asked(remote ? length : 0) });
}

/**
 * `CANFD CHANNEL DIRECTION ID [NAME] BRS ESI DLC LENGTH BYTE... DURATION BITS FLAGS ...`, hexadecimal but for LENGTH. Such a
 * line holds a classic frame where FLAGS does not say FD, unless it is too long for one. Errors: `CANFD CHANNEL DIRECTION ErrorFrame ...`.
 */
function readFd(words: readonly string[]): Read {
  const [, channel = '', direction = '', idText = ''] = words;
  if (!channelForm.test(channel) || !onBusForm.test(direction)) return nothing;
  if (errorForm.test(idText)) return ok({ channel, type: 'error' });
  const at = /^[01]$/.test(words[4] ?? '') ? 4 : 5;
  const [brsText = '', esiText = '', dlc = '', lengthText = ''] = words.slice(at, at + 4);
  const id = parseId(idText, 16);
  if (id === undefined || !/^[01] [01] [0-9a-f] \d{1,2}$/i.test(`${brsText} ${esiText} ${dlc} ${lengthText}`)) {
    return fail('the id, the flags or the lengths of a CANFD line are not understood');
  }
  const length = Number(lengthText);
  const dataAt = at + 4;
  const flagsText = words[dataAt + length + 2];
  if (flagsText !== undefined && !/^[0-9A-Fa-f]{1,8}$/.test(flagsText)) return fail('the flags are not understood');
  const flags = Number.parseInt(flagsText ?? '0', 16);
  const fd = flagsText === undefined || (flags & ascFlags.fd) !== 0 || length > 8;
  const remote = !fd && (flags & ascFlags.remote) !== 0;
  const data = remote ? noBytes : parseBytes(words.slice(dataAt, dataAt + length), length, 16);
  const requestedBytes = remote ? Math.min(Number.parseInt(dlc, 16), 8) : 0;
  const told = { ...asked(requestedBytes), ...(fd && esiText === '1' && { esi: true as const }) };
  const note = flagsText === undefined ? 'a CANFD line ends before its flags: taken for CAN FD' : undefined;
  return frameOf(channel, data && { ...id, remote, fd, brs: fd && brsText === '1', data, ...told }, note);
}

function frameOf(channel: string, frame: CanFrame | undefined, note?: string): Read {
  if (frame === undefined) return fail('data bytes are missing, or not understood');
  if (checkFrame(frame, true) !== undefined) return fail('no frame has such an id or length');
  return ok({ channel, type: 'frame', frame, ...(note !== undefined && { note }) });
}

/** The length that a remote frame asks for, where it is not 0. */
function asked(requestedBytes: number): Pick<CanFrame, 'requestedBytes'> {
  return requestedBytes > 0 ? { requestedBytes } : {};
}

function parseId(text: string, base: AscBase): { readonly id: number; readonly extended: boolean } | undefined {
  const form = base === 16 ? /^([0-9A-Fa-f]{1,8})(x?)$/i : /^(\d{1,10})(x?)$/i;
  const [, digits, extended] = form.exec(text) ?? [];
  return digits === undefined ? undefined : { id: Number.parseInt(digits, base), extended: extended !== '' };
}

function parseBytes(words: readonly string[], length: number, base: AscBase): Uint8Array | undefined {
  if (words.length !== length) return undefined;
  if (base === 16) return words.every((word) => word.length === 2) ? fromHex(words.join('').toLowerCase()) : undefined;
  const values = words.map((word) => (/^\d{1,3}$/.test(word) ? Number(word) : 256));
  return values.every((value) => value <= 255) ? Uint8Array.from(values) : undefined;
}

const fdWord = utf8('CANFD');
const [letterR, letterT, letterX, dataKind, extendedMark] = Array.from('RTxdx', (text) => text.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
  number,
];
const blank = 0x20;

/** A data frame and its channel from where an event's words begin, of base hex; undefined for what `readAscEvent` is to read. */
export function plainAscFrame(cursor: AsciiCursor): { readonly channel: number; readonly frame: CanFrame } | undefined {
  const isFd = cursor.byte === fdWord[0];
  if (isFd && !(cursor.word(fdWord) && cursor.blanks())) return undefined;
  const channel = cursor.decimal(3);
  if (channel < 0 || !cursor.blanks()) return undefined;
  if (isFd && !plainDirection(cursor)) return undefined;
  const id = cursor.hex(8);
  if (id < 0) return undefined;
  const extended = cursor.byte === extendedMark;
  if (extended) cursor.at += 1;
  if (id > (extended ? 0x1fff_ffff : 0x7ff) || !cursor.blanks()) return undefined;
  const frame = isFd ? plainFdFrame(cursor, id, extended) : plainClassicFrame(cursor, id, extended);
  return frame && { channel, frame };
}

function plainDirection(cursor: AsciiCursor): boolean {
  if (cursor.byte !== letterR && cursor.byte !== letterT) return false;
  cursor.at += 1;
  if (cursor.byte !== letterX) return false;
  cursor.at += 1;
  return cursor.blanks();
}

function plainClassicFrame(cursor: AsciiCursor, id: number, extended: boolean): CanFrame | undefined {
  if (!plainDirection(cursor) || cursor.byte !== dataKind) return undefined;
  cursor.at += 1;
  if (!cursor.blanks()) return undefined;
  const length = cursor.hex(1);
  const data = length < 0 || length > 8 ? undefined : cursor.spacedHexBytes(length);
  if (data === undefined || !(cursor.isAtEnd || cursor.byte === blank)) return undefined;
  return { id, extended, remote: false, fd: false, brs: false, data };
}

function plainFdFrame(cursor: AsciiCursor, id: number, extended: boolean): CanFrame | undefined {
  const brs = cursor.decimal(1);
  if (brs < 0 || brs > 1 || !cursor.blanks()) return undefined;
  const esi = cursor.decimal(1);
  if (esi < 0 || esi > 1 || !cursor.blanks() || cursor.hex(1) < 0 || !cursor.blanks()) return undefined;
  const length = cursor.decimal(2);
  const data = length < 0 || fdLengthAtLeast(length) !== length ? undefined : cursor.spacedHexBytes(length);
  if (data === undefined) return undefined;
  for (let skipped = 0; skipped < 2; skipped += 1) if (!cursor.blanks() || cursor.hex(12) < 0) return undefined;
  if (!cursor.blanks()) return undefined;
  const flags = cursor.hex(8);
  if (flags < 0 || (flags & ascFlags.fd) === 0 || !(cursor.isAtEnd || cursor.byte === blank)) return undefined;
  const frame = { id, extended, remote: false, fd: true, brs: brs === 1, data };
  return esi === 1 ? { ...frame, esi: true } : frame;
}
