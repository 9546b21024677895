// Owns: the four frames of ISO 15765-2 (9.4, 9.6) as bytes. Must not know what was sent before: that is the sender's and the
// receiver's matter. Decoding never throws; what the standard says to ignore decodes to undefined.
import { NS_PER_MS, NS_PER_US } from '../../core/units.ts';
import { classicDataBytesMax, fdDataBytesMax, fdLengthAtLeast } from '../checkFrame.ts';
import { defaultPadding } from './params.ts';

/** What arrived. `offset` is where the payload starts in the frame's data. */
export type Pdu =
  | { readonly type: 'single'; readonly length: number; readonly offset: number }
  | { readonly type: 'first'; readonly length: number; readonly offset: number }
  | { readonly type: 'consecutive'; readonly sequenceNumber: number; readonly offset: number }
  | { readonly type: 'flowControl'; readonly status: number; readonly blockSize: number; readonly stMin: number };

export const flowStatus = { continueToSend: 0, wait: 1, overflow: 2 } as const;

/** The longest FF_DL that 12 bits say; above it stands the escape sequence. */
const shortLengthMax = 4095;
const shortSingleBytesMax = 7;

/** The longest message that a single frame of at most `txDl` bytes carries. */
export function singleFrameBytesMax(txDl: number): number {
  return txDl > classicDataBytesMax ? txDl - 2 : shortSingleBytesMax;
}

function decodeSingle(data: Uint8Array): Pdu | undefined {
  const length = (data[0] as number) & 0x0f;
  if (length > 0) {
    // 9.6.2.2: the short form belongs to frames of up to 8 bytes.
    if (data.length > classicDataBytesMax || length > data.length - 1) return undefined;
    return { type: 'single', length, offset: 1 };
  }
  const escaped = data[1];
  if (data.length <= classicDataBytesMax || escaped === undefined) return undefined;
  if (escaped <= shortSingleBytesMax || escaped > data.length - 2) return undefined;
  return { type: 'single', length: escaped, offset: 2 };
}

function decodeFirst(data: Uint8Array): Pdu | undefined {
  // 9.6.3.1: an FF is full, so that its length tells RX_DL.
  if (data.length < classicDataBytesMax || data.length > fdDataBytesMax) return undefined;
  if (fdLengthAtLeast(data.length) !== data.length) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const short = view.getUint16(0) & 0x0fff;
  const length = short === 0 ? view.getUint32(2) : short;
  if (short === 0 && length <= shortLengthMax) return undefined;
  // Table 14, FF_DLmin: what a single frame could carry must not come in segments.
  if (length <= singleFrameBytesMax(data.length)) return undefined;
  return { type: 'first', length, offset: short === 0 ? 6 : 2 };
}

/** The PDU in a frame's data, or undefined where the standard says to ignore it. */
export function decodePdu(data: Uint8Array): Pdu | undefined {
  const first = data[0];
  if (first === undefined) return undefined;
  switch (first >> 4) {
    case 0:
      return decodeSingle(data);
    case 1:
      return decodeFirst(data);
    case 2:
      return data.length < 2 ? undefined : { type: 'consecutive', sequenceNumber: first & 0x0f, offset: 1 };
    case 3: {
      const [, blockSize, stMin] = data;
      if (blockSize === undefined || stMin === undefined) return undefined;
      return { type: 'flowControl', status: first & 0x0f, blockSize, stMin };
    }
    default:
      return undefined;
  }
}

/** The separation time that an STmin byte asks for, in nanoseconds; reserved values count as the longest (9.6.5.5). */
export function stMinNs(stMin: number): number {
  if (stMin <= 0x7f) return stMin * NS_PER_MS;
  if (stMin >= 0xf1 && stMin <= 0xf9) return (stMin - 0xf0) * 100 * NS_PER_US;
  return 0x7f * NS_PER_MS;
}

/** A frame's data with room for `length` bytes, padded: to 8 where `padding` is set, above 8 to the next FD length always. */
function blank(length: number, padding: number | undefined): Uint8Array {
  if (length > classicDataBytesMax) {
    const whole = new Uint8Array(fdLengthAtLeast(length) ?? length);
    return whole.length > length ? whole.fill(padding ?? defaultPadding, length) : whole;
  }
  if (padding === undefined || length === classicDataBytesMax) return new Uint8Array(length);
  return new Uint8Array(classicDataBytesMax).fill(padding, length);
}

export function encodeSingle(message: Uint8Array, padding: number | undefined): Uint8Array {
  if (message.length <= shortSingleBytesMax) {
    const data = blank(1 + message.length, padding);
    data[0] = message.length;
    data.set(message, 1);
    return data;
  }
  const data = blank(2 + message.length, padding);
  data[1] = message.length;
  data.set(message, 2);
  return data;
}

/** The first frame of `message` and how many of its bytes it carries. */
export function encodeFirst(
  message: Uint8Array,
  txDl: number,
): { readonly data: Uint8Array; readonly carried: number } {
  const data = new Uint8Array(txDl);
  const short = message.length <= shortLengthMax;
  const view = new DataView(data.buffer);
  view.setUint16(0, 0x1000 | (short ? message.length : 0));
  if (!short) view.setUint32(2, message.length);
  const offset = short ? 2 : 6;
  data.set(message.subarray(0, txDl - offset), offset);
  return { data, carried: txDl - offset };
}

export function encodeConsecutive(
  message: Uint8Array,
  from: number,
  sequenceNumber: number,
  txDl: number,
  padding: number | undefined,
): Uint8Array {
  const carried = Math.min(txDl - 1, message.length - from);
  const data = blank(1 + carried, padding);
  data[0] = 0x20 | sequenceNumber;
  if (carried < classicDataBytesMax)
    for (let index = 0; index < carried; index += 1) data[1 + index] = message[from + index] as number;
  else data.set(message.subarray(from, from + carried), 1);
  return data;
}

export function encodeFlowControl(
  status: number,
  blockSize: number,
  stMin: number,
  padding: number | undefined,
): Uint8Array {
  const data = blank(3, padding);
  data[0] = 0x30 | status;
  data[1] = blockSize;
  data[2] = stMin;
  return data;
}
