// Owns: the numbers of pcapng (draft-ietf-opsawg-pcapng) that writing and reading share.

export const blockTypes = { section: 0x0a0d_0d0a, interface: 1, enhancedPacket: 6 } as const;
export const byteOrderMagic = 0x1a2b_3c4d;
export const linkTypes = { ethernet: 1, socketCan: 227 } as const;
export const optionCodes = { end: 0, comment: 1, sectionApplication: 4, name: 2, resolution: 9, offset: 14 } as const;

/** Block type, total length, and the total length once more. */
export const blockFrameBytes = 12;

/** Fields and options fill whole words of 32 bits. */
export function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
