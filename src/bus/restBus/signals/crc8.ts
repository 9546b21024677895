// Owns: the CRC of 8 bits with SAE J1850's polynomial, as it is computed over a frame's bytes. Must not know where it stands.

/** x^8 + x^4 + x^3 + x^2 + 1. */
const polynomial = 0x1d;

const table = Uint8Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 0x80 ? (rest << 1) ^ polynomial : rest << 1;
  return rest;
});

/** Goes on from `start` over the bytes. */
export function crc8(bytes: Iterable<number>, start: number): number {
  let crc = start & 0xff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff] ?? 0;
  return crc;
}

/** As SAE J1850 defines it: from 0xFF, and inverted at the end. */
export function crc8SaeJ1850(bytes: Iterable<number>): number {
  return crc8(bytes, 0xff) ^ 0xff;
}
