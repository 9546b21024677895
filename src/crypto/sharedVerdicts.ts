// Owns: one check of a signature for all who ask for the very same one: in a simulation every ECU of a vehicle is in one process, and
// each checks the signatures on the same files. Must not know whose keys they are. A program that checks for itself alone has no use for it.
import { concatBytes } from '../core/bytes.ts';
import { hashHex } from './hashes.ts';
import { sharedVerdictsMax } from './limits.ts';
import type { Signatures } from './signatures.ts';

/** `signatures`, whose verdicts are kept by key, signature and message, all of their bytes. For one run. */
export function sharedVerdicts(signatures: Signatures): Signatures {
  const kept = new Map<string, boolean>();
  return {
    ...signatures,
    verify(publicKey, message, signature) {
      // Of fixed lengths, so that no two questions are one text; others are refused without a look anyway.
      if (publicKey.length !== 32 || signature.length !== 64) return signatures.verify(publicKey, message, signature);
      const question = hashHex('sha256', concatBytes(publicKey, signature, message));
      const known = kept.get(question);
      if (known !== undefined) return known;
      const verdict = signatures.verify(publicKey, message, signature);
      if (kept.size >= sharedVerdictsMax) kept.clear();
      kept.set(question, verdict);
      return verdict;
    },
  };
}
