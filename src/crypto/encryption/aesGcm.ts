// Owns: AES-256-GCM over node:crypto. The caller makes sure that no nonce is used twice under one key.
import { createCipheriv, createDecipheriv } from 'node:crypto';

const algorithm = 'aes-256-gcm';
export const gcmKeyBytes = 32;
export const gcmNonceBytes = 12;
export const gcmTagBytes = 16;

/** The encrypted bytes, and the tag after them. */
export function gcmSeal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: gcmTagBytes });
  const sealed = new Uint8Array(plain.length + gcmTagBytes);
  sealed.set(cipher.update(plain));
  cipher.final();
  sealed.set(cipher.getAuthTag(), plain.length);
  return sealed;
}

/** The plain bytes, or undefined unless these bytes were sealed with this key and nonce. */
export function gcmOpen(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < gcmTagBytes) return undefined;
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: gcmTagBytes });
  decipher.setAuthTag(sealed.subarray(-gcmTagBytes));
  const plain = new Uint8Array(decipher.update(sealed.subarray(0, -gcmTagBytes)));
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined; // the tag does not fit
  }
}
