// Owns: key identifiers, keys that sign, and which verifier a key's kind asks for.
import { fromHex, toHex } from '../../core/bytes.ts';
import { canonicalP256Key, ecdsaP256Verifies } from '../../crypto/ecdsaP256.ts';
import { hashHex } from '../../crypto/hashes.ts';
import { canonicalRsaKey, rsaPssVerifies } from '../../crypto/rsaPss.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import { canonicalJson } from '../json/canonicalJson.ts';
import type { PublicKey } from '../model/metadata.ts';

const keyIds = new WeakMap<PublicKey, string>();

/** B2: the hash over a key's type, scheme and value. */
export function keyIdOf(key: PublicKey): string {
  const known = keyIds.get(key);
  if (known !== undefined) return known;
  const keyId = hashHex('sha256', canonicalJson(key));
  keyIds.set(key, keyId);
  return keyId;
}

/** A key that can sign. `secret` stays in memory; it is never written or logged by this module. */
export interface SigningKey {
  readonly keyId: string;
  readonly key: PublicKey;
  /** Drawn from a run's seed, which is no secret: nobody outside a simulation may trust it. */
  readonly simulated?: true;
  sign(message: Uint8Array): Uint8Array;
}

/** The signing key of a 32-byte secret. */
export function signingKey(signatures: Signatures, secret: Uint8Array): SigningKey {
  const key: PublicKey = {
    keytype: 'ed25519',
    keyval: { public: toHex(signatures.publicKey(secret)) },
    scheme: 'ed25519',
  };
  return { keyId: keyIdOf(key), key, sign: (message) => signatures.sign(secret, message) };
}

/**
 * One text for one key, whatever its spelling: two identifiers may stand for one key. Undefined for what is no
 * usable key of its kind; ed25519 has one spelling, and is not judged.
 */
export function canonicalKey({ keytype, keyval }: PublicKey): string | undefined {
  switch (keytype) {
    case 'ed25519':
      return keyval.public;
    case 'rsa':
      return canonicalRsaKey(keyval.public);
    case 'ecdsa':
      return canonicalP256Key(keyval.public);
    case 'unknown':
      return undefined;
  }
}

/** Whether `key` made `signature` over `message`. A key of an unknown kind made none. */
export function verifies(signatures: Signatures, key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  const text = key.keyval.public;
  switch (key.keytype) {
    case 'ed25519': {
      const publicKey = fromHex(text);
      return publicKey !== undefined && signatures.verify(publicKey, message, signature);
    }
    case 'rsa':
      return rsaPssVerifies(text, message, signature);
    case 'ecdsa':
      return ecdsaP256Verifies(text, message, signature);
    case 'unknown':
      return false;
  }
}
