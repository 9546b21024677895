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

/** Parsing a key costs more than using it, so parsed keys are kept, by their bytes. */
function keptKeys(parse: (bytes: Uint8Array) => KeyObject): (bytes: Uint8Array) => KeyObject {
  const keys = new Map<string, KeyObject>();
  return (bytes) => {
    const id = toHex(bytes);
    const known = keys.get(id);
    if (known !== undefined) return known;
    const key = parse(bytes);
    if (keys.size >= cachedKeysMax) keys.clear();
    keys.set(id, key);
    return key;
  };
}

export function ed25519Node(): Signatures {
  const publicKey = keptKeys((bytes) =>
    createPublicKey({ key: Buffer.concat([publicPrefix, bytes]), format: 'der', type: 'spki' }),
  );
  const privateKey = keptKeys((secret) =>
    createPrivateKey({ key: Buffer.concat([privatePrefix, secret]), format: 'der', type: 'pkcs8' }),
  );

  return {
    publicKey(secret) {
      const der = createPublicKey(privateKey(secret)).export({ format: 'der', type: 'spki' });
      return new Uint8Array(der.subarray(publicPrefix.length));
    },
    sign(secret, message) {
      return new Uint8Array(sign(null, message, privateKey(secret)));
    },
    verify(key, message, signature) {
      if (!isWellFormedPublicKey(key) || !isWellFormedSignature(signature)) return false;
      try {
        return verify(null, message, publicKey(key), signature);
      } catch {
        return false; // 32 bytes that are no point of the curve
      }
    },
  };
}
