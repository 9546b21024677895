// Owns: a CAN frame as a packet of LINKTYPE_CAN_SOCKETCAN (227): the id word in network order with SocketCAN's flags, the length,
// the CAN FD flags, two bytes reserved, the data.
import type { CanFrame } from '../../bus/bus.ts';
import { checkFrame, classicDataBytesMax } from '../../bus/frame/checkFrame.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { type CapturedError, type CapturedFrame, noBytes } from '../record/captureRecord.ts';

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

export function encodeSocketCan(content: CanContent): Uint8Array {
  if (content.type === 'error') {
    return packet(errorFlag + (content.errorClass & id29Mask), content.data.length, 0, content.data);
  }
  const { frame } = content;
  const word = frame.id + (frame.extended ? extendedFlag : 0) + (frame.remote ? remoteFlag : 0);
  const flags = frame.fd ? fdFlag | (frame.brs ? brsFlag : 0) | (frame.esi ? esiFlag : 0) : 0;
  return packet(word, frame.remote ? (frame.requestedBytes ?? 0) : frame.data.length, flags, frame.data);
}

function packet(word: number, length: number, flags: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(headerBytes + data.length);
  new DataView(bytes.buffer).setUint32(0, word);
  bytes[4] = length;
  bytes[5] = flags;
  bytes.set(data, headerBytes);
  return bytes;
}

/** Undefined for a CAN XL frame, which is not read. The data is a copy. */
export function decodeSocketCan(bytes: Uint8Array): Result<CanContent | undefined, string> {
  if (bytes.length < headerBytes) return fail(`a CAN packet of ${bytes.length} bytes has no room for its header`);
  const word = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const [length = 0, flags = 0] = bytes.subarray(4, 6);
  if ((length & xlFlag) !== 0) return ok(undefined);
  const remote = (word & remoteFlag) !== 0;
  if (bytes.length < headerBytes + length && !remote) return fail('a CAN packet is shorter than its frame');
  const data = bytes.slice(headerBytes, headerBytes + length);
  if ((word & errorFlag) !== 0) return ok({ type: 'error', errorClass: word & id29Mask, data });
  const extended = (word & extendedFlag) !== 0;
  const fd = (flags & fdFlag) !== 0 || length > classicDataBytesMax || bytes.length === fdFrameBytes;
  const frame: CanFrame = {
    id: word & (extended ? id29Mask : id11Mask),
    extended,
    remote,
    fd,
    brs: fd && (flags & brsFlag) !== 0,
    data: remote ? noBytes : data,
    ...(remote && length > 0 && { requestedBytes: Math.min(length, classicDataBytesMax) }),
    ...(fd && (flags & esiFlag) !== 0 && { esi: true as const }),
  };
  const fault = checkFrame(frame, true);
  if (fault !== undefined) return fail(fault.message);
  return ok({ type: 'frame', frame });
}
