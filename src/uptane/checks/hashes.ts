// Owns: comparing bytes, or a hash made of them, with every hash that metadata lists.
import { type HashFunction, hashFunctions, hashHex } from '../../crypto/hashes.ts';
import type { Hashes } from '../metadata.ts';

/** The first listed hash function that disagrees with `bytes`, or undefined. */
export function disagreeingHash(bytes: Uint8Array, hashes: Hashes): HashFunction | undefined {
  return hashFunctions.find((name) => hashes[name] !== undefined && hashHex(name, bytes) !== hashes[name]);
}

/** Whether two lists of hashes are the same: same functions, same values. */
export function equalHashes(a: Hashes, b: Hashes): boolean {
  return hashFunctions.every((name) => a[name] === b[name]);
}
