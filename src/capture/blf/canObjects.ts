// Owns: the objects of a BLF file that hold frames and errors of CAN. `at` is where an object's fields begin, behind its header.
import type { CanFrame } from '../../bus/bus.ts';
import { classicDataBytesMax, fdDataLengths } from '../../bus/frame/checkFrame.ts';
import { type CapturedError, noBytes } from '../record/captureRecord.ts';
import { codedError, overloadError, unknownError } from './canErrors.ts';

export interface ObjectFields {
  /** Of the whole object. */
  readonly view: DataView;
  readonly at: number;
}

export interface CanFrameObject {
  readonly type: 'frame';
  readonly channel: number;
  readonly frame: CanFrame;
  /** The bytes of the frame that the object has: the others were not recorded, and stand as 0. */
  readonly knownBytes: number;
  /** The frame was to be sent; whether it was on the bus another object tells. */
  readonly isRequest: boolean;
}

export interface CanErrorObject extends Pick<CapturedError, 'type' | 'errorClass' | 'data'> {
  readonly channel: number;
}

/** What the fields of an object take at least, without data; the readers below rely on it. */
export const canFieldBytes = {
  message: 8,
  error: 4,
  errorExt: 24,
  fdMessage: 20,
  fdMessage64: 40,
  fdError64: 48,
} as const;

const extendedFlag = 0x8000_0000;
const remoteFlag = 0x80;
/** Of CAN_FD_MESSAGE, in a byte of their own. */
const fdFlags = { edl: 0x01, brs: 0x02, esi: 0x04 } as const;
/** Of CAN_FD_MESSAGE_64. */
const fd64Flags = { remote: 0x10, edl: 0x1000, brs: 0x2000, esi: 0x4000 } as const;
const sendRequest = 2;

interface FrameFields {
  readonly channel: number;
  readonly dlc: number;
  readonly idWord: number;
  readonly remote: boolean;
  readonly fd: boolean;
  readonly brs: boolean;
  readonly esi: boolean;
  /** Where the data begins, and how many bytes of it are there. */
  readonly dataAt: number;
  readonly dataBytes: number;
  readonly isRequest: boolean;
}

/** CAN_MESSAGE and CAN_MESSAGE2, which are alike up to the data. */
export function readCanMessage({ view, at }: ObjectFields): CanFrameObject {
  const dataAt = at + canFieldBytes.message;
  return frameObject(view, {
    channel: view.getUint16(at, true),
    remote: (view.getUint8(at + 2) & remoteFlag) !== 0,
    dlc: view.getUint8(at + 3),
    idWord: view.getUint32(at + 4, true),
    fd: false,
    brs: false,
    esi: false,
    dataAt,
    dataBytes: view.byteLength - dataAt,
    isRequest: false,
  });
}

export function readCanFdMessage({ view, at }: ObjectFields): CanFrameObject {
  const flags = view.getUint8(at + 13);
  const dataAt = at + canFieldBytes.fdMessage;
  return frameObject(view, {
    channel: view.getUint16(at, true),
    remote: (view.getUint8(at + 2) & remoteFlag) !== 0,
    dlc: view.getUint8(at + 3),
    idWord: view.getUint32(at + 4, true),
    fd: (flags & fdFlags.edl) !== 0,
    brs: (flags & fdFlags.brs) !== 0,
    esi: (flags & fdFlags.esi) !== 0,
    dataAt,
    dataBytes: Math.min(view.getUint8(at + 14), view.byteLength - dataAt),
    isRequest: false,
  });
}

export function readCanFdMessage64({ view, at }: ObjectFields): CanFrameObject {
  const flags = view.getUint32(at + 12, true);
  const dataAt = at + canFieldBytes.fdMessage64;
  // Where more fields follow the data, counted from the object's beginning.
  const extensionAt = view.getUint8(at + 35);
  const end = extensionAt >= dataAt ? Math.min(extensionAt, view.byteLength) : view.byteLength;
  return frameObject(view, {
    channel: view.getUint8(at),
    dlc: view.getUint8(at + 1),
    idWord: view.getUint32(at + 4, true),
    remote: (flags & fd64Flags.remote) !== 0,
    fd: (flags & fd64Flags.edl) !== 0,
    brs: (flags & fd64Flags.brs) !== 0,
    esi: (flags & fd64Flags.esi) !== 0,
    dataAt,
    dataBytes: Math.min(view.getUint8(at + 2), end - dataAt),
    isRequest: view.getUint8(at + 34) === sendRequest,
  });
}

export function readCanError({ view, at }: ObjectFields): CanErrorObject {
  return { type: 'error', channel: view.getUint16(at, true), ...unknownError() };
}

export function readCanOverload({ view, at }: ObjectFields): CanErrorObject {
  return { type: 'error', channel: view.getUint16(at, true), ...overloadError() };
}

export function readCanErrorExt({ view, at }: ObjectFields): CanErrorObject {
  const codes = {
    valid: view.getUint32(at + 4, true),
    ecc: view.getUint8(at + 8),
    extended: view.getUint16(at + 20, true),
  };
  return { type: 'error', channel: view.getUint16(at, true), ...codedError(codes) };
}

export function readCanFdError64({ view, at }: ObjectFields): CanErrorObject {
  const codes = {
    valid: view.getUint16(at + 4, true),
    ecc: view.getUint8(at + 3),
    extended: view.getUint16(at + 6, true),
  };
  return { type: 'error', channel: view.getUint8(at), ...codedError(codes) };
}

function frameObject(view: DataView, fields: FrameFields): CanFrameObject {
  const { channel, idWord, fd, dataAt, isRequest } = fields;
  const extended = idWord >= extendedFlag;
  // CAN FD has no remote frames: the bit has another name there.
  const remote = fields.remote && !fd;
  const dlc = fields.dlc & 0x0f;
  const length = fd ? (fdDataLengths[dlc] ?? 0) : Math.min(dlc, classicDataBytesMax);
  const knownBytes = remote ? 0 : Math.min(length, fields.dataBytes);
  const data = remote ? noBytes : new Uint8Array(length);
  // A loop: for a few bytes `set` takes longer.
  for (let index = 0; index < knownBytes; index += 1) data[index] = view.getUint8(dataAt + index);
  const plain: CanFrame = {
    id: extended ? idWord - extendedFlag : idWord,
    extended,
    remote,
    fd,
    brs: fd && fields.brs,
    data,
  };
  const frame = withRareMembers(plain, length, fd && fields.esi);
  return { type: 'frame', channel, frame, knownBytes, isRequest };
}

function withRareMembers(frame: CanFrame, length: number, esi: boolean): CanFrame {
  if (frame.remote && length > 0) return { ...frame, requestedBytes: length };
  return esi ? { ...frame, esi } : frame;
}
