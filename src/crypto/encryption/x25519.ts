// Owns: X25519 (RFC 7748) over node:crypto: an ECU's decryption key, which is never its signing key.
import { createPublicKey, diffieHellman } from 'node:crypto';
import { toHex } from '../../core/bytes.ts';
import { publicKeyObject, rawPublicKey, secretKeyObject } from '../curve25519Keys.ts';

/** The 32-byte public key of a secret of 32 random bytes. Throws for a secret of another length. */
export function x25519PublicKey(secret: Uint8Array): Uint8Array {
  return rawPublicKey(createPublicKey(secretKeyObject('X25519', toHex(secret))));
}

/**
 * The 32 bytes that both sides share, or undefined for a public key that is not 32 bytes or of small order: all would then share
 * zeros (RFC 7748, 6.1). Throws for a secret that is not 32 bytes.
 */
export function x25519SharedSecret(secret: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined {
  const privateKey = secretKeyObject('X25519', toHex(secret));
  try {
    return new Uint8Array(diffieHellman({ privateKey, publicKey: publicKeyObject('X25519', toHex(publicKey)) }));
  } catch {
    return undefined; // OpenSSL refuses a shared secret of zeros
  }
}
