// Owns: reading Vector's ASC format, as far as can-utils' asc2log reads it: classic, CAN FD and error frames. What other events
// there are (statistics, LIN, status, CAN XL) holds no record. Must not know files.
import type { CanFrame } from '../../bus/bus.ts';
import { checkFrame } from '../../bus/frame/checkFrame.ts';
import { fromHex } from '../../core/bytes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { printable } from '../../core/text.ts';
import { captureBusesMax, captureNameCharsMax } from '../limits.ts';
import { type CaptureDecoder, type CaptureRecord, noBytes } from '../record/captureRecord.ts';
import { LineDecoder, type LineReader } from '../record/lines.ts';
import { nanoseconds } from '../record/timeText.ts';
import { parseAscDate } from './ascDate.ts';
import { ascFlags } from './ascEncoder.ts';

export function createAscDecoder(): CaptureDecoder {
  return new LineDecoder(new AscReader());
}

type Read = Result<CaptureRecord | undefined, string>;

const nothing: Read = ok(undefined);
const eventForm = /^\s*(\d{1,11})\.(\d{1,9})\s+(\S.*)$/;
const baseForm = /^base\s+(hex|de[cz])\s+timestamps\s+(absolute|relative)\b/i;
/** Written by our encoder. */
const channelForm = /^\/\/ channel (\d{1,3}) is ([^\s:]+)/;
/** Nothing more is known of an error frame: SocketCAN's class for an error on the bus. */
const busErrorClass = 0x80;
/** A frame that was asked for and has not been on the bus is `TxRq`. */
const onBusForm = /^(?:Rx|Tx)$/i;

class AscReader implements LineReader {
  private readonly names = new Map<string, string>();
  private startNs = 0n;
  private base: 16 | 10 | undefined;
  private relative = false;
  /** The last event, where times are relative. */
  private lastNs: bigint | undefined;

  read(line: string): Read {
    const [, seconds, fraction, event] = eventForm.exec(line) ?? [];
    if (seconds === undefined || fraction === undefined || event === undefined) return this.readOther(line);
    if (this.base === undefined) return fail('an event before the line that says base and timestamps');
    const sinceNs = nanoseconds(seconds, fraction);
    const timeNs = (this.relative ? (this.lastNs ?? this.startNs) : this.startNs) + sinceNs;
    this.lastNs = timeNs;
    return this.readEvent(timeNs, event.trimEnd().split(/\s+/));
  }

  end(): string | undefined {
    return this.base === undefined ? 'no line says base and timestamps: this is no ASC file' : undefined;
  }

  private readOther(line: string): Read {
    const [, base, timestamps] = baseForm.exec(line) ?? [];
    if (base !== undefined && timestamps !== undefined) {
      this.base = base.toLowerCase() === 'hex' ? 16 : 10;
      this.relative = timestamps.toLowerCase() === 'relative';
    } else if (line.startsWith('date ')) this.startNs = parseAscDate(line.slice(5)) ?? 0n;
    const [, channel, name] = channelForm.exec(line) ?? [];
    if (channel !== undefined && name !== undefined && name.length <= captureNameCharsMax) {
      if (this.names.size < captureBusesMax) this.names.set(channel, printable(name, captureNameCharsMax));
    }
    return nothing;
  }

  private readEvent(timeNs: bigint, words: readonly string[]): Read {
    const [first = '', second = ''] = words;
    if (first === 'CANFD') return this.readFd(timeNs, words);
    if (!/^\d{1,3}$/.test(first)) return nothing;
    const bus = this.busOf(first);
    if (second.startsWith('ErrorFrame')) {
      return ok({ type: 'error', timeNs, bus, errorClass: busErrorClass, data: new Uint8Array(8) });
    }
    return this.readClassic(timeNs, bus, words);
  }

  private busOf(channel: string): string {
    return this.names.get(String(Number(channel))) ?? String(Number(channel));
  }

  /** `CHANNEL ID DIRECTION d LENGTH BYTE...` or, remote, `r [LENGTH]`. The length is hexadecimal whatever the base. */
  private readClassic(timeNs: bigint, bus: string, words: readonly string[]): Read {
    const [, idText = '', direction = '', kind, lengthText] = words;
    if (!onBusForm.test(direction) || (kind !== 'd' && kind !== 'r')) return nothing;
    const id = parseId(idText, this.base ?? 16);
    const dlc = /^[0-9A-Fa-f]$/.test(lengthText ?? '') ? Number.parseInt(lengthText ?? '', 16) : undefined;
    const length = Math.min(dlc ?? 0, 8);
    const remote = kind === 'r';
    if (id === undefined || (dlc === undefined && !remote)) return fail('the id or the length is not understood');
    const data = remote ? noBytes : parseBytes(words.slice(5, 5 + length), length, this.base ?? 16);
    return record(timeNs, bus, data && { ...id, remote, fd: false, brs: false, data, ...asked(remote ? length : 0) });
  }

  /**
   * `CANFD CHANNEL DIRECTION ID [NAME] BRS ESI DLC LENGTH BYTE... DURATION BITS FLAGS ...`, hexadecimal but for LENGTH. Such a
   * line holds a classic frame where FLAGS does not say FD.
   */
  private readFd(timeNs: bigint, words: readonly string[]): Read {
    const [, channel = '', direction = '', idText = ''] = words;
    if (!/^\d{1,3}$/.test(channel) || !onBusForm.test(direction)) return nothing;
    const at = /^[01]$/.test(words[4] ?? '') ? 4 : 5;
    const [brsText = '', esiText = '', dlc = '', lengthText = ''] = words.slice(at, at + 4);
    const id = parseId(idText, 16);
    if (id === undefined || !/^[01] [01] [0-9a-f] \d{1,2}$/i.test(`${brsText} ${esiText} ${dlc} ${lengthText}`)) {
      return fail('the id, the flags or the lengths of a CANFD line are not understood');
    }
    const length = Number(lengthText);
    const dataAt = at + 4;
    const flagsText = words[dataAt + length + 2] ?? '';
    if (!/^[0-9A-Fa-f]{1,8}$/.test(flagsText)) return fail('a CANFD line that ends before its flags');
    const flags = Number.parseInt(flagsText, 16);
    const fd = (flags & ascFlags.fd) !== 0;
    const remote = !fd && (flags & ascFlags.remote) !== 0;
    const data = remote ? noBytes : parseBytes(words.slice(dataAt, dataAt + length), length, 16);
    const isPassive = fd && (flags & ascFlags.esi) !== 0;
    const requestedBytes = remote ? Math.min(Number.parseInt(dlc, 16), 8) : 0;
    const told = { ...asked(requestedBytes), ...(isPassive && { esi: true as const }) };
    const brs = fd && (flags & ascFlags.brs) !== 0;
    return record(timeNs, this.busOf(channel), data && { ...id, remote, fd, brs, data, ...told });
  }
}

function record(timeNs: bigint, bus: string, frame: CanFrame | undefined): Read {
  if (frame === undefined) return fail('data bytes are missing, or not understood');
  const fault = checkFrame(frame, true);
  return fault === undefined ? ok({ type: 'frame', timeNs, bus, frame }) : fail(fault.message);
}

/** The length that a remote frame asks for, where it is not 0. */
function asked(requestedBytes: number): Pick<CanFrame, 'requestedBytes'> {
  return requestedBytes > 0 ? { requestedBytes } : {};
}

function parseId(text: string, base: 16 | 10): { readonly id: number; readonly extended: boolean } | undefined {
  const form = base === 16 ? /^([0-9A-Fa-f]{1,8})(x?)$/ : /^(\d{1,10})(x?)$/;
  const [, digits, extended] = form.exec(text) ?? [];
  return digits === undefined ? undefined : { id: Number.parseInt(digits, base), extended: extended === 'x' };
}

function parseBytes(words: readonly string[], length: number, base: 16 | 10): Uint8Array | undefined {
  if (words.length !== length) return undefined;
  if (base === 16) return words.every((word) => word.length === 2) ? fromHex(words.join('').toLowerCase()) : undefined;
  const values = words.map((word) => (/^\d{1,3}$/.test(word) ? Number(word) : 256));
  return values.every((value) => value <= 255) ? Uint8Array.from(values) : undefined;
}
