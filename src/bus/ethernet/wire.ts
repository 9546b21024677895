// Owns: what an Ethernet frame takes on the line (IEEE 802.3; 100BASE-T1 of 802.3bw, 1000BASE-T1 of 802.3bp). Must not know what it
// carries. A packet here is a frame from its destination address to its padding, as captures hold it: without check sequence.

/** Bits a second. */
export const linkSpeeds = { '100BASE-T1': 100_000_000, '1000BASE-T1': 1_000_000_000 } as const;

export const headerBytes = 14;
/** What a packet is padded to: the header and 46 bytes. */
export const packetBytesMin = headerBytes + 46;
export const checkSequenceBytes = 4;
/** Preamble and start frame delimiter. */
const preambleBytes = 8;
const interframeBytes = 12;

/** From the first bit of the preamble to the last of the check sequence. */
export function frameNs(packet: Uint8Array, bitsPerSecond: number): number {
  return bytesNs(preambleBytes + packet.length + checkSequenceBytes, bitsPerSecond);
}

/** The pause before the next frame. */
export function interframeNs(bitsPerSecond: number): number {
  return bytesNs(interframeBytes, bitsPerSecond);
}

function bytesNs(bytes: number, bitsPerSecond: number): number {
  return Math.round((bytes * 8 * 1e9) / bitsPerSecond);
}
