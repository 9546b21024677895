// Owns: policy 6, a file of the version that is trusted already and of other content.

import { equalBytes } from '../../core/bytes.ts';
import type { RemoteFault } from '../../core/faults.ts';
import type { Metadata, Signed } from '../metadata.ts';
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
  const message = `version ${received.body.version} is not what it was`;
  return faultAt(context, { clause, code: 'same-version-changed', indicates: 'mix-and-match', message });
}
