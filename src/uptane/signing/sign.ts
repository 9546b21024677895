// Owns: making signed files: metadata as TUF writes it, and the signature blocks of reports and manifests (N1).

import { toHex } from '../../core/bytes.ts';
import { hash } from '../../crypto/hashes.ts';
import { canonicalJson } from '../json/canonicalJson.ts';
import type { SigningKey } from './keys.ts';

/** A metadata file: `signed` with one signature a key over its canonical form. B3 */
export function signMetadata(signed: object, keys: readonly SigningKey[]): Uint8Array {
  const payload = canonicalJson(signed);
  const signatures = keys.map((key) => ({ keyid: key.keyId, sig: toHex(key.sign(payload)) }));
  return canonicalJson({ signatures, signed });
}

/** A payload with a signature over its hash, and the hash beside it. N1 O1 */
export function signPayload(signed: object, key: SigningKey): object {
  const digest = hash('sha256', canonicalJson(signed));
  const signature = {
    keyid: key.keyId,
    method: 'ed25519',
    hash: { function: 'sha256', digest: toHex(digest) },
    sig: toHex(key.sign(digest)),
  };
  return { signatures: [signature], signed };
}
