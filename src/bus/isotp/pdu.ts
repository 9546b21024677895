// Owns: reading the four frames of ISO 15765-2 (9.4, 9.6). Must not know what was sent before: that is the sender's and the
// receiver's matter. Decoding never throws; what the standard says to ignore decodes to undefined.
import { NS_PER_MS, NS_PER_US } from '../../core/units.ts';
import { classicDataBytesMax, fdDataBytesMax, fdLengthAtLeast } from '../frame/checkFrame.ts';

/** What arrived. `offset` is where the payload starts in the frame's data. */
export type Pdu =
  | { readonly type: 'single'; readonly length: number; readonly offset: number }
  | { readonly type: 'first'; readonly length: number; readonly offset: number }
  | { readonly type: 'consecutive'; readonly sequenceNumber: number; readonly offset: number }
  | { readonly type: 'flowControl'; readonly status: number; readonly blockSize: number; readonly stMin: number };

export const flowStatus = { continueToSend: 0, wait: 1, overflow: 2 } as const;
/** The upper four bits of a consecutive frame's PCI. */
export const consecutiveType = 2;

/** The longest FF_DL that 12 bits say; above it stands the escape sequence. */
export const shortLengthMax = 4095;
export const messageLengthMax = 0xffff_ffff;

/** The longest message that a single frame of at most `dl` bytes carries, `addressBytes` of them before the PCI. */
export function singleFrameBytesMax(dl: number, addressBytes: number): number {
  return dl - addressBytes - (dl > classicDataBytesMax ? 2 : 1);
}

function decodeSingle(data: Uint8Array, at: number): Pdu | undefined {
  const length = (data[at] as number) & 0x0f;
  if (length > 0) {
    // 9.6.2.2: the short form belongs to frames of up to 8 bytes.
    if (data.length > classicDataBytesMax || length > data.length - at - 1) return undefined;
    return { type: 'single', length, offset: at + 1 };
  }
  const escaped = data[at + 1];
  if (data.length <= classicDataBytesMax || escaped === undefined) return undefined;
  if (escaped <= singleFrameBytesMax(classicDataBytesMax, at) || escaped > data.length - at - 2) return undefined;
  return { type: 'single', length: escaped, offset: at + 2 };
}

function decodeFirst(data: Uint8Array, at: number): Pdu | undefined {
  // 9.6.3.1: an FF is full, so that its length tells RX_DL.
  if (data.length < classicDataBytesMax || data.length > fdDataBytesMax) return undefined;
  if (fdLengthAtLeast(data.length) !== data.length) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const short = view.getUint16(at) & 0x0fff;
  const length = short === 0 ? view.getUint32(at + 2) : short;
  if (short === 0 && length <= shortLengthMax) return undefined;
  // Table 14, FF_DLmin: what a single frame could carry must not come in segments.
  if (length <= singleFrameBytesMax(data.length, at)) return undefined;
  return { type: 'first', length, offset: at + (short === 0 ? 6 : 2) };
}

/** The PDU in a frame's data, whose PCI stands after `addressBytes` (0 or 1); undefined where the standard says to ignore it. */
export function decodePdu(data: Uint8Array, addressBytes = 0): Pdu | undefined {
  const pci = data[addressBytes];
  if (pci === undefined) return undefined;
  switch (pci >> 4) {
    case 0:
      return decodeSingle(data, addressBytes);
    case 1:
      return decodeFirst(data, addressBytes);
    case consecutiveType:
      if (data.length < addressBytes + 2) return undefined;
      return { type: 'consecutive', sequenceNumber: pci & 0x0f, offset: addressBytes + 1 };
    case 3: {
      const blockSize = data[addressBytes + 1];
      const stMin = data[addressBytes + 2];
      if (blockSize === undefined || stMin === undefined) return undefined;
      return { type: 'flowControl', status: pci & 0x0f, blockSize, stMin };
    }
    default:
      return undefined;
  }
}

/** Whether no separation time is asked for by this byte (9.6.5.5). */
export function isReservedStMin(stMin: number): boolean {
  return stMin > 0x7f && (stMin < 0xf1 || stMin > 0xf9);
}

/** The separation time that an STmin byte asks for, in nanoseconds; reserved values count as the longest (9.6.5.5). */
export function stMinNs(stMin: number): number {
  if (isReservedStMin(stMin)) return 0x7f * NS_PER_MS;
  return stMin <= 0x7f ? stMin * NS_PER_MS : (stMin - 0xf0) * 100 * NS_PER_US;
}
