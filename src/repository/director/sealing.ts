// Owns: encrypting an image for one ECU. D7 D8. The content key serves one image and one ECU, and is kept nowhere.
import { fromHex, toHex } from '../../core/bytes.ts';
import { InputError } from '../../core/faults.ts';
import { sealImage } from '../../crypto/encryption/imageEncryption.ts';
import { wrapKey } from '../../crypto/encryption/keyWrap.ts';
import { hashHex } from '../../crypto/hashes.ts';
import type { EncryptedImage } from '../../uptane/model/metadata.ts';

/** An image in plain, and chance for its keys: a seed's in simulation, the machine's own elsewhere. */
export interface PlainImage {
  readonly bytes: Uint8Array;
  readonly random: { bytes(length: number): Uint8Array };
}

export interface SealedImage {
  /** What the Director says of it. */
  readonly encrypted: EncryptedImage;
  readonly bytes: Uint8Array;
}

/** `encryptionKey`: the ECU's X25519 key, in hexadecimal. Throws an InputError for any other text. D7 D8 */
export function sealFor(serial: string, encryptionKey: string, { bytes, random }: PlainImage): SealedImage {
  const contentKey = random.bytes(32);
  const wrapped = wrapKey(contentKey, fromHex(encryptionKey) ?? new Uint8Array(), random.bytes(32));
  if (wrapped === undefined) throw new InputError(`ECU ${serial}: its encryption key is no usable X25519 key`);
  const sealed = sealImage(contentKey, bytes);
  const sha256 = hashHex('sha256', sealed);
  const encrypted: EncryptedImage = {
    filename: sha256,
    length: sealed.length,
    hashes: { sha256, sha512: hashHex('sha512', sealed) },
    method: 'x25519-aes-256-gcm',
    wrappedKey: { ephemeralPublic: toHex(wrapped.ephemeralPublic), sealed: toHex(wrapped.sealed) },
  };
  return { encrypted, bytes: sealed };
}
