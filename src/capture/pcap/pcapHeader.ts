// Owns: how a classic pcap file begins: the magic number by which the byte order and the unit of its times are known, and the link type.
import { fail, ok, type Result } from '../../core/result.ts';

export const magicNumbers = { microseconds: 0xa1b2_c3d4, nanoseconds: 0xa1b2_3c4d } as const;
/** Of a form with more fields a packet, which a patched libpcap wrote. */
const patchedMagic = 0xa1b2_cd34;
export const fileHeaderBytes = 24;
export const packetHeaderBytes = 16;
/** Above the link type stand flags on the check sequences of Ethernet packets. */
const linkTypeMask = 0xffff;
const nsPerUs = 1000;

export interface PcapHeader {
  readonly littleEndian: boolean;
  readonly linkType: number;
  /** What a packet's time has besides its seconds counts in these. */
  readonly nsPerFraction: number;
}

/** `bytes`: at least `fileHeaderBytes` of them. */
export function readPcapHeader(bytes: Uint8Array): Result<PcapHeader, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (const littleEndian of [true, false]) {
    const magic = view.getUint32(0, littleEndian);
    if (magic === patchedMagic) return fail('a pcap file of the patched form with longer headers, which is not read');
    if (magic !== magicNumbers.microseconds && magic !== magicNumbers.nanoseconds) continue;
    const version = view.getUint16(4, littleEndian);
    if (version !== 2) return fail(`a pcap file of version ${version}, not 2`);
    const nsPerFraction = magic === magicNumbers.nanoseconds ? 1 : nsPerUs;
    return ok({ littleEndian, linkType: view.getUint32(20, littleEndian) & linkTypeMask, nsPerFraction });
  }
  return fail('this is no pcap file');
}

/** Whether a file that begins with these bytes, or fewer, is likely to be one. */
export function beginsAsPcap(bytes: Uint8Array): boolean {
  if (bytes.length < 4) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return [true, false].some((little) => Object.values<number>(magicNumbers).includes(view.getUint32(0, little)));
}
