// Owns: making signed files: metadata as TUF writes it, and the signature blocks of reports and manifests (N1).

import { concatBytes, toHex, utf8 } from '../../core/bytes.ts';
import { hash } from '../../crypto/hashes.ts';
import { canonicalJson } from '../json/canonicalJson.ts';
import type { SigningKey } from './keys.ts';

/** A metadata file: `signed` with one signature a key over its canonical form. B3 */
export function signMetadata(signed: object, keys: readonly SigningKey[]): Uint8Array {
  const payload = canonicalJson(signed);
  return signedFile(
    payload,
    keys.map((key) => ({ keyid: key.keyId, sig: toHex(key.sign(payload)) })),
  );
}

/** The canonical form of a file whose signed part is `payload`, in canonical form already. */
export function signedFile(payload: Uint8Array, signatures: readonly { keyid: string; sig: string }[]): Uint8Array {
  return concatBytes(utf8('{"signatures":'), canonicalJson(signatures), utf8(',"signed":'), payload, utf8('}'));
}

/** A payload with a signature over its hash, and the hash beside it. N1 O1 */
export function signPayload(signed: object, key: SigningKey): object {
  const digest = hash('sha256', canonicalJson(signed));
  const signature = {
    hash: { digest: toHex(digest), function: 'sha256' },
    keyid: key.keyId,
    method: 'ed25519',
    sig: toHex(key.sign(digest)),
  };
  return { signatures: [signature], signed };
}
