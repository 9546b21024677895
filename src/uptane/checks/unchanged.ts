// Owns: policy 6, a file of the version that is trusted already and of other content.

import { equalBytes } from '../../core/bytes.ts';
import type { RemoteFault } from '../../core/faults.ts';
import { hashHex } from '../../crypto/hashes.ts';
import { valueWords } from '../model/faults.ts';
import type { Metadata, Signed } from '../model/metadata.ts';
import { type CheckContext, faultAt } from './context.ts';

/** `same-version-changed` where a profile that keeps the trusted file is to keep it: the update does not fail for it. */
export function changedWithoutVersion(
  context: CheckContext,
  clause: string,
  trusted: Signed<Metadata> | undefined,
  received: Signed<Metadata>,
): RemoteFault | undefined {
  if (!context.profile.keepsUnchangedVersion || trusted?.body.version !== received.body.version) return undefined;
  const [before, now] = [trusted.signedForms[0], received.signedForms[0]];
  if (before !== undefined && now !== undefined && equalBytes(before, now)) return undefined;
  const [expected, actual] = [hashOf(before), hashOf(now)];
  const hashes = `its sha256 was ${valueWords(expected)}, now it is ${valueWords(actual)}`;
  const message = `version ${received.body.version} is not what it was: ${hashes}`;
  const values = { expected: `sha256:${expected}`, actual: `sha256:${actual}` };
  return faultAt(context, { clause, code: 'same-version-changed', indicates: 'mix-and-match', message, ...values });
}

/** Over what is signed, in canonical form: what was compared. */
function hashOf(signedForm: Uint8Array | undefined): string {
  return hashHex('sha256', signedForm ?? new Uint8Array());
}
