// Owns: the words of slcan, the ASCII protocol of LAWICEL's CAN232 and CANUSB, with CANable 2.0's commands for CAN FD: what a client's
// line asks for, and a frame as a line. Must not know a client.
import type { CanFrame } from '../bus/bus.ts';
import { checkFrame, fdDataLengths } from '../bus/frame/checkFrame.ts';
import { fromHex, toHex } from '../core/bytes.ts';

export type SlcanCommand =
  /** A bit rate, acceptance filter or poll mode. */
  | { readonly type: 'setting' }
  | { readonly type: 'open'; readonly listenOnly: boolean }
  | { readonly type: 'close' }
  | { readonly type: 'frame'; readonly frame: CanFrame }
  | { readonly type: 'version' | 'serialNumber' | 'status' }
  | { readonly type: 'timestamps'; readonly on: boolean }
  /** An empty line, by which clients clear what stood in the device's buffer. */
  | { readonly type: 'nothing' };

const plainCommands: ReadonlyMap<string, SlcanCommand> = new Map<string, SlcanCommand>([
  ['', { type: 'nothing' }],
  ['O', { type: 'open', listenOnly: false }],
  ['L', { type: 'open', listenOnly: true }],
  ['C', { type: 'close' }],
  ['V', { type: 'version' }],
  ['N', { type: 'serialNumber' }],
  ['F', { type: 'status' }],
  ['Z0', { type: 'timestamps', on: false }],
  ['Z1', { type: 'timestamps', on: true }],
]);

/** Bit rates `S`, `Y` by number and `s`, `y` by register, filters `M`, `m`, `W`, and `X1`: frames come without being asked for. */
const setting = /^(?:[SY]\d|[sy](?:[0-9A-F]{4}|[0-9A-F]{6}|[0-9A-F]{8})|[Mm][0-9A-F]{8}|W\d|X1)$/i;

/** What a line asks for, without its end; undefined where it asks for nothing that a device understands. */
export function parseSlcan(line: string): SlcanCommand | undefined {
  const plain = plainCommands.get(line);
  if (plain !== undefined) return plain;
  if (/^[tTrRdDbB]/.test(line)) {
    const frame = parseFrameLine(line);
    return frame && { type: 'frame', frame };
  }
  return setting.test(line) ? { type: 'setting' } : undefined;
}

function parseFrameLine(line: string): CanFrame | undefined {
  const letter = line.charAt(0);
  const kind = letter.toLowerCase();
  const extended = letter !== kind;
  const [, idText = '', code = '', dataText] =
    (extended ? /^.([0-9A-F]{8})([0-9A-F])([0-9A-F]*)$/i : /^.([0-9A-F]{3})([0-9A-F])([0-9A-F]*)$/i).exec(line) ?? [];
  const data = dataText === undefined ? undefined : fromHex(dataText.toLowerCase());
  if (data === undefined) return undefined;
  const fd = kind === 'd' || kind === 'b';
  const remote = kind === 'r';
  const length = fdDataLengths[Number.parseInt(code, 16)] ?? 0;
  if (!fd && length > 8) return undefined;
  if (data.length !== (remote ? 0 : length)) return undefined;
  const asked = remote && length > 0 ? { requestedBytes: length } : {};
  const frame: CanFrame = { id: Number.parseInt(idText, 16), extended, remote, fd, brs: kind === 'b', data, ...asked };
  return checkFrame(frame, true) === undefined ? frame : undefined;
}

/** A frame as the line that a device sends, without its end. CAN FD's error state indicator has no place in it. */
export function slcanText({ id, extended, remote, fd, brs, data, requestedBytes = 0 }: CanFrame): string {
  const kind = fd ? (brs ? 'b' : 'd') : remote ? 'r' : 't';
  const idText = id.toString(16).padStart(extended ? 8 : 3, '0');
  const code = fdDataLengths.indexOf(remote ? requestedBytes : data.length).toString(16);
  const rest = `${idText}${code}${toHex(data)}`.toUpperCase();
  return `${extended ? kind.toUpperCase() : kind}${rest}`;
}
