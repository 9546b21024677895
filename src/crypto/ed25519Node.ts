// Owns: ed25519 by node:crypto, some ten times faster than the portable one.
import { createPublicKey, sign, verify } from 'node:crypto';
import { toHex } from '../core/bytes.ts';
import { publicKeyObject, rawPublicKey, secretKeyObject } from './curve25519Keys.ts';
import { isWellFormedPublicKey, isWellFormedSignature } from './ed25519Rules.ts';
import { keptKeys } from './keptKeys.ts';
import type { Signatures } from './signatures.ts';

export function ed25519Node(): Signatures {
  const publicKey = keptKeys((keyHex) => publicKeyObject('Ed25519', keyHex));
  const secretKey = keptKeys((secretHex) => secretKeyObject('Ed25519', secretHex));

  return {
    publicKey(secret) {
      const key = createPublicKey(secretKey(toHex(secret)));
      const raw = rawPublicKey(key);
      publicKey(toHex(raw), key);
      return raw;
    },
    sign(secret, message) {
      return new Uint8Array(sign(null, message, secretKey(toHex(secret))));
    },
    verify(key, message, signature) {
      if (!isWellFormedPublicKey(key) || !isWellFormedSignature(signature)) return false;
      try {
        return verify(null, message, publicKey(toHex(key)), signature);
      } catch {
        return false; // 32 bytes that are no point of the curve
      }
    },
  };
}
