// Owns: hash functions, over node:crypto's synchronous calls.
import { createHash, hash as hashAtOnce } from 'node:crypto';

export type HashFunction = 'sha256' | 'sha512';

export const hashFunctions: readonly HashFunction[] = ['sha256', 'sha512'];

export function hash(name: HashFunction, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(hashAtOnce(name, bytes, 'buffer'));
}

/** Lower-case hexadecimal, as metadata writes it. */
export function hashHex(name: HashFunction, bytes: Uint8Array): string {
  return hashAtOnce(name, bytes, 'hex'); // without a hash object, in half the time for a short text
}

/** A hash over bytes that come in blocks. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  /** Ends the hash; call once. */
  hex(): string;
}

export function createHasher(name: HashFunction): Hasher {
  const hasher = createHash(name);
  return {
    update(bytes) {
      hasher.update(bytes);
    },
    hex() {
      return hasher.digest('hex');
    },
  };
}
