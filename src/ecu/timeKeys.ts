// Owns: by whose keys an ECU believes the time. Y4
import type { Signers } from '../uptane/model/metadata.ts';
import type { TrustedMetadata } from '../uptane/verification/trusted.ts';
import type { VerificationMode } from './identity.ts';

/** Those that the Director's Root names; an ECU that does not follow it takes those of the Director's Targets, where they name any. */
export function timeSigners(mode: VerificationMode, { director }: TrustedMetadata): Signers {
  const { timeserver: role, keys } = director.root.body;
  const ofRoot = { role, keys };
  const latest = director['passed-over-targets'] ?? director.targets;
  return mode === 'partial' ? (latest?.body.timeserver ?? ofRoot) : ofRoot;
}

/** Whether no key came or went between two sets. */
export function sameTimeKeys(a: Signers, b: Signers): boolean {
  const ids = ({ role }: Signers) => role?.keyids.toSorted().join() ?? '';
  return ids(a) === ids(b);
}
