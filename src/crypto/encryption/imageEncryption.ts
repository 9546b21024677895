// Owns: the form of an encrypted image [D7]: blocks of AES-256-GCM whose nonce is the block's number and whether it is the last,
// so that an image cut short, extended or put in another order does not open. An ECU opens it block by block and can go on at
// any block border. A content key serves one image, so no nonce is used twice. Does not know how the key reaches the ECU.
import { encryptedBlockPlainBytes } from '../../core/limits.ts';
import { gcmKeyBytes, gcmNonceBytes, gcmOpen, gcmSeal, gcmTagBytes } from './aesGcm.ts';

/** Every sealed block but the last is this long, so a block border is a multiple of it. */
export const sealedBlockBytes = encryptedBlockPlainBytes + gcmTagBytes;

const blockCount = (plainBytes: number) => Math.max(1, Math.ceil(plainBytes / encryptedBlockPlainBytes));

/** The length in bytes of an image of `plainBytes` when it is encrypted. */
export function sealedLength(plainBytes: number): number {
  return plainBytes + blockCount(plainBytes) * gcmTagBytes;
}

/** The length in bytes of the image in an encrypted one of `sealedBytes`; undefined where no image has that length. */
export function plainLength(sealedBytes: number): number | undefined {
  const plainBytes = sealedBytes - Math.ceil(sealedBytes / sealedBlockBytes) * gcmTagBytes;
  if (!Number.isSafeInteger(plainBytes) || plainBytes < 0) return undefined;
  return sealedLength(plainBytes) === sealedBytes ? plainBytes : undefined;
}

/** The blocks of one image, each with its number, first to last. */
export interface Sealer {
  /** `plain`: `encryptedBlockPlainBytes`, but for the last block, which is shorter or as long, and empty in an empty image only. */
  seal(plain: Uint8Array, isLast: boolean): Uint8Array;
}

export interface Opener {
  /** The next block in plain; undefined if it is not that block of the image, and then the right one can still follow. */
  open(sealed: Uint8Array, isLast: boolean): Uint8Array | undefined;
}

function isBlockLength(plainBytes: number, block: number, isLast: boolean): boolean {
  if (!isLast) return plainBytes === encryptedBlockPlainBytes;
  return plainBytes <= encryptedBlockPlainBytes && plainBytes >= (block === 0 ? 0 : 1);
}

/** The block's number in 11 bytes, big-endian, then 1 for the last block and 0 for the others. */
function nonceOf(block: number, isLast: boolean): Uint8Array {
  const nonce = new Uint8Array(gcmNonceBytes);
  new DataView(nonce.buffer).setBigUint64(3, BigInt(block));
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

function checkContentKey(contentKey: Uint8Array): void {
  if (contentKey.length !== gcmKeyBytes) throw new RangeError(`a content key has ${gcmKeyBytes} bytes`);
}

/** Seals one image with a 32-byte key made for it alone. Throws for another key length, and blocks of wrong length or number. D7 */
export function createSealer(contentKey: Uint8Array): Sealer {
  checkContentKey(contentKey);
  let block = 0;
  let ended = false;
  return {
    seal(plain, isLast) {
      if (ended || !isBlockLength(plain.length, block, isLast))
        throw new RangeError(`block ${block} cannot be this one`);
      const sealed = gcmSeal(contentKey, nonceOf(block, isLast), plain);
      block += 1;
      ended = isLast;
      return sealed;
    },
  };
}

/**
 * Opens one image, from block number `fromBlock` on: with the block's place known, the blocks before it need not be read again.
 * Throws for a key that is not 32 bytes and for a `fromBlock` that is no block number. P8
 */
export function createOpener(contentKey: Uint8Array, { fromBlock = 0 }: { readonly fromBlock?: number } = {}): Opener {
  checkContentKey(contentKey);
  if (!Number.isSafeInteger(fromBlock) || fromBlock < 0) throw new RangeError(`no block number: ${fromBlock}`);
  let block = fromBlock;
  let ended = false;
  return {
    open(sealed, isLast) {
      if (ended || !isBlockLength(sealed.length - gcmTagBytes, block, isLast)) return undefined;
      const plain = gcmOpen(contentKey, nonceOf(block, isLast), sealed);
      if (plain === undefined) return undefined;
      block += 1;
      ended = isLast;
      return plain;
    },
  };
}

/** A whole image, encrypted with a 32-byte key made for it alone. D7 */
export function sealImage(contentKey: Uint8Array, plain: Uint8Array): Uint8Array {
  const sealer = createSealer(contentKey);
  const sealed = new Uint8Array(sealedLength(plain.length));
  const blocks = blockCount(plain.length);
  for (let block = 0; block < blocks; block += 1) {
    const start = block * encryptedBlockPlainBytes;
    const piece = plain.subarray(start, start + encryptedBlockPlainBytes);
    sealed.set(sealer.seal(piece, block === blocks - 1), block * sealedBlockBytes);
  }
  return sealed;
}

/** The image in an encrypted one; undefined unless the whole of it is as it was sealed, with this key. P8 */
export function openImage(contentKey: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  const opener = createOpener(contentKey);
  const plainBytes = plainLength(sealed.length);
  if (plainBytes === undefined) return undefined;
  const plain = new Uint8Array(plainBytes);
  const blocks = blockCount(plainBytes);
  for (let block = 0; block < blocks; block += 1) {
    const start = block * sealedBlockBytes;
    const piece = opener.open(sealed.subarray(start, start + sealedBlockBytes), block === blocks - 1);
    if (piece === undefined) return undefined;
    plain.set(piece, block * encryptedBlockPlainBytes);
  }
  return plain;
}
