// Owns: the contract of unpacking what zlib packed, which decoders are given: they meet no Node.

/**
 * The bytes that `packed`, a zlib stream (RFC 1950), holds; undefined where it is none, or holds more than `bytesMax`. A stream that
 * ends too early is none, but with `isCut`: then what its beginning holds.
 */
export type Inflate = (packed: Uint8Array, bytesMax: number, isCut?: boolean) => Uint8Array | undefined;
