// Owns: sealing the key of an encrypted image for one ECU [D8] and opening it there [P8]. Does not know images.
import { hkdfSync } from 'node:crypto';
import { concatBytes, utf8 } from '../../core/bytes.ts';
import { gcmKeyBytes, gcmNonceBytes, gcmOpen, gcmSeal } from './aesGcm.ts';
import { x25519PublicKey, x25519SharedSecret } from './x25519.ts';

/** What Targets metadata carries beside an encrypted image, for one ECU. */
export interface WrappedKey {
  /** 32 bytes. */
  readonly ephemeralPublic: Uint8Array;
  /** The content key and its tag, 48 bytes. */
  readonly sealed: Uint8Array;
}

const label = utf8('ecunet image key: X25519, HKDF-SHA-256, AES-256-GCM');
/** The wrapping key seals one thing once, so its nonce need not vary. */
const nonce = new Uint8Array(gcmNonceBytes);

/** Bound to both public keys: neither can be swapped, not even for another encoding of itself. */
function wrappingKey(shared: Uint8Array, ephemeralPublic: Uint8Array, recipientPublic: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', shared, concatBytes(ephemeralPublic, recipientPublic), label, gcmKeyBytes));
}

/**
 * The 32-byte `contentKey`, sealed for the ECU that has `recipientPublic`; undefined if that is no usable X25519 key.
 * `ephemeralSecret`: 32 random bytes used for this one call and then forgotten. Throws for secrets of another length. D8
 */
export function wrapKey(
  contentKey: Uint8Array,
  recipientPublic: Uint8Array,
  ephemeralSecret: Uint8Array,
): WrappedKey | undefined {
  if (contentKey.length !== gcmKeyBytes) throw new RangeError(`a content key has ${gcmKeyBytes} bytes`);
  const shared = x25519SharedSecret(ephemeralSecret, recipientPublic);
  if (shared === undefined) return undefined;
  const ephemeralPublic = x25519PublicKey(ephemeralSecret);
  return { ephemeralPublic, sealed: gcmSeal(wrappingKey(shared, ephemeralPublic, recipientPublic), nonce, contentKey) };
}

/**
 * The 32-byte content key, or undefined for whatever was not wrapped for this ECU. `recipientSecret`: the ECU's decryption key;
 * throws unless it is 32 bytes. P8
 */
export function unwrapKey(wrapped: WrappedKey, recipientSecret: Uint8Array): Uint8Array | undefined {
  const shared = x25519SharedSecret(recipientSecret, wrapped.ephemeralPublic);
  if (shared === undefined) return undefined;
  const key = wrappingKey(shared, wrapped.ephemeralPublic, x25519PublicKey(recipientSecret));
  const contentKey = gcmOpen(key, nonce, wrapped.sealed);
  return contentKey?.length === gcmKeyBytes ? contentKey : undefined;
}
