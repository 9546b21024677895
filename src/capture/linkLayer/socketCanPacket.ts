// Owns: a CAN frame as a packet of LINKTYPE_CAN_SOCKETCAN (227): the id word in network order with SocketCAN's flags, the length,
// the CAN FD flags, two bytes reserved, the data. A Linux cooked capture has the same behind its own header, but for the id word's
// order.
import type { CanFrame } from '../../bus/bus.ts';
import { checkFrame, classicDataBytesMax } from '../../bus/frame/checkFrame.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { type CapturedError, type CapturedFrame, noBytes } from '../record/captureRecord.ts';
import { wordAt } from '../record/words.ts';

type FrameContent = Pick<CapturedFrame, 'type' | 'frame'>;
type ErrorContent = Pick<CapturedError, 'type' | 'errorClass' | 'data'>;
export type CanContent = FrameContent | ErrorContent;

const headerBytes = 8;
const extendedFlag = 0x8000_0000;
const remoteFlag = 0x4000_0000;
const errorFlag = 0x2000_0000;
const id29Mask = 0x1fff_ffff;
const id11Mask = 0x7ff;
/** Of the FD flags: bit rate switch, error state indicator, and that it is an FD frame at all. */
const brsFlag = 0x01;
const esiFlag = 0x02;
const fdFlag = 0x04;
/** In the byte of the length: a CAN XL frame, which has another layout. */
const xlFlag = 0x80;
/** sizeof(struct canfd_frame): what kernels before 6.1 give for an FD frame, without the flag. */
const fdFrameBytes = 72;

/** The length of its packet. */
export function socketCanBytes(content: CanContent): number {
  return headerBytes + (content.type === 'error' ? content.data : content.frame.data).length;
}

/** Writes the packet into `target` from `at` on, where there is room for it. */
export function writeSocketCan(content: CanContent, target: Uint8Array, at: number): void {
  if (content.type === 'error') {
    writePacket(target, at, errorFlag + (content.errorClass & id29Mask), content.data.length, 0, content.data);
    return;
  }
  const { frame } = content;
  const word = frame.id + (frame.extended ? extendedFlag : 0) + (frame.remote ? remoteFlag : 0);
  const flags = frame.fd ? fdFlag | (frame.brs ? brsFlag : 0) | (frame.esi ? esiFlag : 0) : 0;
  const length = frame.remote ? (frame.requestedBytes ?? 0) : frame.data.length;
  writePacket(target, at, word, length, flags, frame.data);
}

function writePacket(
  target: Uint8Array,
  at: number,
  word: number,
  length: number,
  flags: number,
  data: Uint8Array,
): void {
  target[at] = word >>> 24;
  target[at + 1] = word >>> 16;
  target[at + 2] = word >>> 8;
  target[at + 3] = word;
  target[at + 4] = length;
  target[at + 5] = flags;
  target[at + 6] = 0;
  target[at + 7] = 0;
  // A loop: for a few bytes `set` takes longer.
  for (let index = 0; index < data.length; index += 1) target[at + headerBytes + index] = data[index] as number;
}

export interface SocketCanForm {
  /** The order of the id word. */
  readonly littleEndian: boolean;
  /** What is said of the frame besides it: that it is CAN FD, or not. */
  readonly fd?: boolean;
}

const plainForm: SocketCanForm = { littleEndian: false };

/** Undefined for a CAN XL frame, which is not read. The data is a copy. */
export function decodeSocketCan(bytes: Uint8Array, form = plainForm): Result<CanContent | undefined, string> {
  if (bytes.length < headerBytes) return fail(`a CAN packet of ${bytes.length} bytes has no room for its header`);
  const word = wordAt(bytes, 0, form.littleEndian);
  const [length, flags] = [bytes[4] as number, bytes[5] as number];
  if ((length & xlFlag) !== 0) return ok(undefined);
  const remote = (word & remoteFlag) !== 0;
  if (bytes.length < headerBytes + length && !remote) return fail('a CAN packet is shorter than its frame');
  const data = bytes.slice(headerBytes, headerBytes + length);
  if ((word & errorFlag) !== 0) return ok({ type: 'error', errorClass: word & id29Mask, data });
  const extended = (word & extendedFlag) !== 0;
  const fd = length > classicDataBytesMax || (form.fd ?? ((flags & fdFlag) !== 0 || bytes.length === fdFrameBytes));
  const id = word & (extended ? id29Mask : id11Mask);
  const brs = fd && (flags & brsFlag) !== 0;
  const frame = frameOf({ id, extended, remote, fd, brs, data: remote ? noBytes : data }, length, flags);
  const fault = checkFrame(frame, true);
  if (fault !== undefined) return fail(fault.message);
  return ok({ type: 'frame', frame });
}

/** With the members that few frames have. */
function frameOf(frame: CanFrame, length: number, flags: number): CanFrame {
  if (frame.remote && length > 0) return { ...frame, requestedBytes: Math.min(length, classicDataBytesMax) };
  return frame.fd && (flags & esiFlag) !== 0 ? { ...frame, esi: true } : frame;
}
