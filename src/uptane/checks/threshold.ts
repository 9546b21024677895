// Owns: what is wrong where not enough distinct keys of a role signed a file. S3 T2 U3 V3
import type { RemoteFault } from '../../core/faults.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Metadata, Signed, Signers } from '../model/metadata.ts';
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
  const { valid, lacking, bad } = countSigners(context.signatures, file, signers);
  if (lacking === 0) return ok();
  const { role } = signers;
  const badOnes = bad === 0 ? '' : `, ${bad} are bad`;
  const message =
    role === undefined
      ? 'no keys are named for this role'
      : `${valid} of ${role.threshold} needed signatures are valid${badOnes}`;
  const code = bad > 0 ? 'bad-signature' : 'threshold-unmet';
  return refuse(context, { clause, code, indicates: 'arbitrary-installation', message });
}
