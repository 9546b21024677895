// Owns: words of 32 bits in either byte order, without a view of each packet: a long capture has millions.

export function wordAt(bytes: Uint8Array, at: number, littleEndian: boolean): number {
  const byte = (index: number) => bytes[at + index] as number;
  return littleEndian
    ? ((byte(3) << 24) | (byte(2) << 16) | (byte(1) << 8) | byte(0)) >>> 0
    : ((byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3)) >>> 0;
}
