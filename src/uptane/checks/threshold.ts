// Owns: whether enough distinct keys of a role signed a file. S3 T2 U3 V3
import type { RemoteFault } from '../../core/faults.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Metadata, Signed, Signers } from '../metadata.ts';
import { countSigners } from '../signing/signers.ts';
import { type CheckContext, refuse } from './context.ts';

/**
 * Counts the role's keys with a valid signature. Unknown keys and single bad signatures do no harm where the threshold
 * is met all the same (Z5). Two identifiers of one key count once.
 * `bad-signature` where a key of the role signed something else, `threshold-unmet` where signatures are lacking.
 */
export function checkThreshold(
  context: CheckContext,
  clause: string,
  file: Signed<Metadata>,
  signers: Signers,
): Result<void, RemoteFault> {
  const { valid, bad } = countSigners(context.signatures, file, signers);
  if (signers.role === undefined) {
    const message = 'no keys are named for this role';
    return refuse(context, { clause, code: 'threshold-unmet', indicates: 'arbitrary-installation', message });
  }
  if (valid >= signers.role.threshold) return ok();
  const message = `${valid} of ${signers.role.threshold} needed signatures are valid${bad === 0 ? '' : `, ${bad} are bad`}`;
  return refuse(context, {
    clause,
    code: bad > 0 ? 'bad-signature' : 'threshold-unmet',
    indicates: 'arbitrary-installation',
    message,
  });
}
