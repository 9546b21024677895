// Owns: ed25519 by @noble/ed25519, which runs anywhere JavaScript does.
import { getPublicKey, hashes, Point, sign } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes } from '../core/bytes.ts';
import { isWellFormedPublicKey, isWellFormedSignature } from './ed25519Rules.ts';
import type { Signatures } from './signatures.ts';

const order = Point.CURVE().n;

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  return value;
}

export function ed25519Noble(): Signatures {
  hashes.sha512 = sha512;
  return {
    publicKey: (secret) => getPublicKey(secret),
    sign: (secret, message) => sign(message, secret),
    verify(publicKey, message, signature) {
      if (!isWellFormedPublicKey(publicKey) || !isWellFormedSignature(signature)) return false;
      try {
        // The library's own verify multiplies by the cofactor and so accepts mixed-order keys that OpenSSL refuses.
        const r = signature.subarray(0, 32);
        const s = littleEndian(signature.subarray(32));
        const k = littleEndian(sha512(concatBytes(r, publicKey, message))) % order;
        const a = Point.fromBytes(publicKey, false);
        const recomputed = Point.BASE.multiply(s, false).add(a.multiply(k, false).negate());
        return equalBytes(recomputed.toBytes(), r);
      } catch {
        return false; // 32 bytes that are no point of the curve
      }
    },
  };
}
