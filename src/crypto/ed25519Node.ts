// Owns: ed25519 by node:crypto, some ten times faster than the portable one.
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { toHex } from '../core/bytes.ts';
import { isWellFormedPublicKey, isWellFormedSignature } from './ed25519Rules.ts';
import type { Signatures } from './signatures.ts';

/** DER wrappings of a raw key, RFC 8410. */
const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex');
/** Parsed keys kept: a vehicle and its repositories use a few dozen. */
const cachedKeysMax = 1024;

function privateKey(secret: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([privatePrefix, secret]), format: 'der', type: 'pkcs8' });
}

export function ed25519Node(): Signatures {
  const publicKeys = new Map<string, KeyObject>();

  function parsed(publicKey: Uint8Array): KeyObject {
    const id = toHex(publicKey);
    const known = publicKeys.get(id);
    if (known !== undefined) return known;
    const key = createPublicKey({ key: Buffer.concat([publicPrefix, publicKey]), format: 'der', type: 'spki' });
    if (publicKeys.size >= cachedKeysMax) publicKeys.clear();
    publicKeys.set(id, key);
    return key;
  }

  return {
    publicKey(secret) {
      const der = createPublicKey(privateKey(secret)).export({ format: 'der', type: 'spki' });
      return new Uint8Array(der.subarray(publicPrefix.length));
    },
    sign(secret, message) {
      return new Uint8Array(sign(null, message, privateKey(secret)));
    },
    verify(publicKey, message, signature) {
      if (!isWellFormedPublicKey(publicKey) || !isWellFormedSignature(signature)) return false;
      try {
        return verify(null, message, parsed(publicKey), signature);
      } catch {
        return false; // 32 bytes that are no point of the curve
      }
    },
  };
}
