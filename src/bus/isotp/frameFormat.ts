// Owns: writing the four frames of ISO 15765-2 (9.4, 9.6) for one connection: its address byte, frame lengths and padding. Must
// not know when a frame is due.
import { classicDataBytesMax, fdDataBytesMax, fdLengthAtLeast } from '../frame/checkFrame.ts';
import { defaultPadding, type IsoTpParams } from './params.ts';
import { consecutiveType, shortLengthMax, singleFrameBytesMax } from './pdu.ts';

/** From here on one copy out of the message, header included, beats a blank frame and a loop. */
const sliceBytesMin = 16;

export class FrameFormat {
  /** Bytes before the PCI: 1 in extended and mixed addressing. */
  readonly addressBytes: number;
  /** The longest message in a single frame. */
  readonly singleBytesMax: number;
  /** Bytes of the message in each consecutive frame but the last. */
  readonly consecutiveBytes: number;
  private readonly addressByte: number;
  private readonly txDl: number;
  private readonly fill: number;
  /** A frame's data length, by how many bytes it needs. */
  private readonly lengths = new Uint8Array(fdDataBytesMax + 1);

  constructor(params: IsoTpParams, addressByte: number | undefined) {
    const { tx_data_length: txDl, tx_data_min_length: least = 0, tx_padding: padding } = params;
    this.addressBytes = addressByte === undefined ? 0 : 1;
    this.addressByte = addressByte ?? 0;
    this.txDl = txDl;
    this.singleBytesMax = singleFrameBytesMax(txDl, this.addressBytes);
    this.consecutiveBytes = txDl - this.addressBytes - 1;
    this.fill = padding ?? defaultPadding;
    // 10.4.2: frames are padded to 8 bytes where there is a padding, and above 8 to the next length of CAN FD always.
    const lengthMin = Math.max(least, padding === undefined ? 0 : classicDataBytesMax);
    for (let needed = 0; needed <= fdDataBytesMax; needed += 1) {
      this.lengths[needed] = fdLengthAtLeast(Math.max(needed, lengthMin)) ?? fdDataBytesMax;
    }
  }

  /** A single frame with the first `length` bytes of `bytes`, at most `singleBytesMax`. */
  single(bytes: Uint8Array, length: number): Uint8Array {
    const at = this.addressBytes;
    const escaped = at + 1 + length > classicDataBytesMax;
    const start = at + (escaped ? 2 : 1);
    // 9.6.2: the short form is read in frames of up to 8 bytes only, whatever the minimum.
    const data = this.blank(start + length, escaped ? fdDataBytesMax : classicDataBytesMax);
    if (escaped) data[at + 1] = length;
    else data[at] = length;
    data.set(bytes.subarray(0, length), start);
    return data;
  }

  /** Bytes of a message of `length` bytes that its first frame carries. */
  firstBytes(length: number): number {
    return this.txDl - this.addressBytes - (length <= shortLengthMax ? 2 : 6);
  }

  /** The first frame of a message of `length` bytes that begins with `bytes`. */
  first(bytes: Uint8Array, length: number): Uint8Array {
    const at = this.addressBytes;
    const data = this.blank(this.txDl);
    const view = new DataView(data.buffer);
    const isShort = length <= shortLengthMax;
    view.setUint16(at, 0x1000 | (isShort ? length : 0));
    if (!isShort) view.setUint32(at + 2, length);
    const carried = this.firstBytes(length);
    data.set(bytes.subarray(0, carried), this.txDl - carried);
    return data;
  }

  /** A consecutive frame with `count` bytes of `bytes` from `from` on, at most `consecutiveBytes`. */
  consecutive(bytes: Uint8Array, from: number, count: number, sequenceNumber: number): Uint8Array {
    const at = this.addressBytes;
    const start = at + 1;
    let data: Uint8Array;
    if (count < this.consecutiveBytes) {
      data = this.blank(start + count);
      for (let index = 0; index < count; index += 1) data[start + index] = bytes[from + index] as number;
    } else if (count >= sliceBytesMin && from >= start) {
      data = bytes.slice(from - start, from + count);
    } else {
      data = new Uint8Array(this.txDl);
      for (let index = 0; index < count; index += 1) data[start + index] = bytes[from + index] as number;
    }
    if (at === 1) data[0] = this.addressByte;
    data[at] = (consecutiveType << 4) | sequenceNumber;
    return data;
  }

  flowControl(status: number, blockSize: number, stMin: number): Uint8Array {
    const at = this.addressBytes;
    const data = this.blank(at + 3);
    data[at] = 0x30 | status;
    data[at + 1] = blockSize;
    data[at + 2] = stMin;
    return data;
  }

  /** Data with room for `needed` bytes, padded, with the address byte. */
  private blank(needed: number, lengthMax = fdDataBytesMax): Uint8Array {
    const length = Math.min(this.lengths[needed] as number, lengthMax);
    const data = new Uint8Array(length);
    if (length > needed) data.fill(this.fill, needed);
    if (this.addressBytes === 1) data[0] = this.addressByte;
    return data;
  }
}
