// Owns: raw 32-byte keys of ed25519 and X25519 as node:crypto's key objects, and back. Through JWK (RFC 8037), which OpenSSL 3.0
// takes some ten times faster than DER (RFC 8410).
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { fromHex } from '../core/bytes.ts';

export type Curve25519 = 'Ed25519' | 'X25519';

/** PKCS#8 up to the secret: the object identifiers are 1.3.101.112 and 1.3.101.110. */
const pkcs8Prefix: Readonly<Record<Curve25519, string>> = {
  Ed25519: '302e020100300506032b657004220420',
  X25519: '302e020100300506032b656e04220420',
};

/** Throws unless `keyHex` is 32 bytes. Whether they are a point of the curve shows in use. */
export function publicKeyObject(curve: Curve25519, keyHex: string): KeyObject {
  const x = Buffer.from(keyHex, 'hex').toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: curve, x }, format: 'jwk' });
}

/** Throws unless `secretHex` is 32 bytes. */
export function secretKeyObject(curve: Curve25519, secretHex: string): KeyObject {
  if (fromHex(secretHex)?.length !== 32) throw new RangeError(`a secret of ${curve} has 32 bytes`); // OpenSSL overlooks more
  const secret = Buffer.from(secretHex, 'hex');
  try {
    // Up to Node 22 the public key is made from the secret, and what a JWK says of it is not looked at.
    return createPrivateKey({ key: { kty: 'OKP', crv: curve, d: secret.toString('base64url'), x: '' }, format: 'jwk' });
  } catch {
    // Later versions want to be told the public key; they are quick with DER.
    return createPrivateKey({ key: Buffer.from(pkcs8Prefix[curve] + secretHex, 'hex'), format: 'der', type: 'pkcs8' });
  }
}

/** The 32 bytes of a public key. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  return new Uint8Array(Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url'));
}
