// Owns: hash functions, over node:crypto's synchronous calls.
import { createHash } from 'node:crypto';

export type HashFunction = 'sha256' | 'sha512';

export const hashFunctions: readonly HashFunction[] = ['sha256', 'sha512'];

export function hash(name: HashFunction, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(name).update(bytes).digest());
}

/** Lower-case hexadecimal, as metadata writes it. */
export function hashHex(name: HashFunction, bytes: Uint8Array): string {
  return createHash(name).update(bytes).digest('hex');
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
