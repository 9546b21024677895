// Owns: packets of cannelloni's UDP format, version 2: a header of version, operation, sequence number and number of frames; each
// frame with SocketCAN's id word, its length, for CAN FD marked and with flags, and its data. All in network order.
import type { CanFrame } from '../bus/bus.ts';
import { checkFrame, classicDataBytesMax, fdDataBytesMax } from '../bus/frame/checkFrame.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { cannelloniPacketBytesMax } from './limits.ts';

const version = 2;
const dataOperation = 0;
const headerBytes = 5;
/** What IPv6's header takes more of an Ethernet frame than IPv4's. */
const ipv6MoreBytes = 20;
/** The id word and the length. */
const frameHeaderBytes = 5;

const extendedFlag = 0x8000_0000;
const remoteFlag = 0x4000_0000;
const errorFlag = 0x2000_0000;
const id29Mask = 0x1fff_ffff;
const id11Mask = 0x7ff;
/** In the length of a CAN FD frame. */
const fdMark = 0x80;
/** In the flags of a CAN FD frame. */
const brsFlag = 0x01;
const esiFlag = 0x02;

export interface CannelloniPacket {
  /** From 0 to 255. */
  readonly sequence: number;
  readonly frames: readonly CanFrame[];
  /** Frames that no bus carries: error frames, and lengths that do not exist. */
  readonly skipped: number;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The packet in `bytes`, or in words what is wrong with it. The data is a copy. */
export function decodeCannelloni(bytes: Uint8Array): Result<CannelloniPacket, string> {
  if (bytes.length < headerBytes) return fail(`${bytes.length} bytes have no room for the header`);
  const [isVersion, operation, sequence = 0] = bytes;
  if (isVersion !== version) return fail(`the version is ${isVersion}, not ${version}`);
  if (operation !== dataOperation) return fail(`the operation is ${operation}, not ${dataOperation}`);
  const count = view(bytes).getUint16(3);
  const frames: CanFrame[] = [];
  let skipped = 0;
  let at = headerBytes;
  for (let index = 0; index < count; index += 1) {
    const decoded = decodeFrame(bytes, at);
    if (decoded === undefined) return fail(`it ends in frame ${index + 1} of ${count}`);
    if (decoded.frame === undefined) skipped += 1;
    else frames.push(decoded.frame);
    at = decoded.end;
  }
  return ok({ sequence, frames, skipped });
}

/** The frame at `start`, without one where no bus carries it; undefined where the bytes end in it. */
function decodeFrame(
  bytes: Uint8Array,
  start: number,
): { readonly frame?: CanFrame; readonly end: number } | undefined {
  if (bytes.length < start + frameHeaderBytes) return undefined;
  const word = view(bytes).getUint32(start);
  const marked = bytes[start + 4] ?? 0;
  const fd = (marked & fdMark) !== 0;
  const remote = (word & remoteFlag) !== 0;
  const dataAt = start + frameHeaderBytes + (fd ? 1 : 0);
  const end = dataAt + (remote ? 0 : marked & ~fdMark);
  if (end > bytes.length) return undefined;
  const extended = (word & extendedFlag) !== 0;
  const requestedBytes = remote ? Math.min(marked & ~fdMark, classicDataBytesMax) : 0;
  const fdFlags = fd ? (bytes[start + frameHeaderBytes] ?? 0) : 0;
  const frame: CanFrame = {
    id: word & (extended ? id29Mask : id11Mask),
    extended,
    remote,
    fd,
    brs: (fdFlags & brsFlag) !== 0,
    // A Buffer's own `slice` would not copy.
    data: new Uint8Array(bytes.subarray(dataAt, end)),
    ...(requestedBytes > 0 && { requestedBytes }),
    ...((fdFlags & esiFlag) !== 0 && { esi: true as const }),
  };
  const isCarried = (word & errorFlag) === 0 && checkFrame(frame, true) === undefined;
  return isCarried ? { frame, end } : { end };
}

/** Gathers frames for one packet. */
export class CannelloniGatherer {
  private readonly bytesMax: number;
  private bytes: Uint8Array;
  private length = headerBytes;
  frames = 0;

  constructor(ipVersion: 4 | 6) {
    this.bytesMax = cannelloniPacketBytesMax - (ipVersion === 6 ? ipv6MoreBytes : 0);
    this.bytes = new Uint8Array(this.bytesMax);
  }

  /** Whether there may be a frame that no longer fits. */
  get isFull(): boolean {
    return this.length + frameHeaderBytes + 1 + fdDataBytesMax > this.bytesMax;
  }

  /** Needs room: see `isFull`. */
  add({ id, extended, remote, fd, brs, data, requestedBytes = 0, esi }: CanFrame): void {
    const word = id + (extended ? extendedFlag : 0) + (remote ? remoteFlag : 0);
    view(this.bytes).setUint32(this.length, word);
    this.bytes[this.length + 4] = remote ? requestedBytes : data.length | (fd ? fdMark : 0);
    this.length += frameHeaderBytes;
    if (fd) {
      this.bytes[this.length] = (brs ? brsFlag : 0) | (esi ? esiFlag : 0);
      this.length += 1;
    }
    this.bytes.set(data, this.length);
    this.length += data.length;
    this.frames += 1;
  }

  /** The packet of all that was added since the last one. */
  take(sequence: number): Uint8Array {
    const { bytes, frames, length } = this;
    bytes.set([version, dataOperation, sequence & 0xff]);
    view(bytes).setUint16(3, frames);
    this.bytes = new Uint8Array(this.bytesMax);
    this.length = headerBytes;
    this.frames = 0;
    return bytes.subarray(0, length);
  }
}
