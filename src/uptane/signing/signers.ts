// Owns: counting who signed: the one rule for metadata and time attestations alike.
import type { Signatures } from '../../crypto/signatures.ts';
import type { Signature, Signers } from '../model/metadata.ts';
import { canonicalKey, verifies } from './keys.ts';

/** What is counted, and against which keys. */
export interface SignedForms {
  readonly signedForms: readonly Uint8Array[];
  readonly signatures: readonly Signature[];
}

/**
 * How many distinct keys of the role signed, how many its threshold still lacks (0: it is signed), and how many signatures under their
 * names are bad. Unknown keys do not count (Z5); two identifiers of one key count once, however it is spelt under each.
 */
export function countSigners(
  signatures: Signatures,
  file: SignedForms,
  { role, keys }: Signers,
): { readonly valid: number; readonly lacking: number; readonly bad: number } {
  const signers = new Set<string>();
  let bad = 0;
  for (const { keyid, signature } of file.signatures) {
    const key = role?.keyids.includes(keyid) ? keys.get(keyid) : undefined;
    if (key === undefined) continue;
    const signer = canonicalKey(key);
    const isValid = file.signedForms.some((form) => verifies(signatures, key, form, signature));
    if (signer !== undefined && isValid) signers.add(signer);
    else bad += 1;
  }
  const valid = signers.size;
  // Where no keys are named, no number of signatures is enough.
  return { valid, lacking: Math.max(0, (role?.threshold ?? Infinity) - valid), bad };
}
