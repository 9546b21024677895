// Owns: what every check of one metadata file needs to know: which file it is, and against what it is judged.
import type { RemoteFault } from '../../core/faults.ts';
import { fail, type Result } from '../../core/result.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import { type FaultPlace, type Finding, remoteFault } from '../model/faults.ts';
import type { RepositoryName } from '../model/metadata.ts';
import type { Profile } from '../model/profile.ts';

/** `now`: the ECU's attested time, seconds since 1970; undefined before its first attestation. */
export interface CheckContext {
  readonly signatures: Signatures;
  readonly profile: Profile;
  readonly now: number | undefined;
  readonly repository: RepositoryName;
  /** One of the four, an offline one, or a delegated one. */
  readonly role: string;
  /** OU1 */
  readonly offline?: boolean;
  readonly file: string;
}

/** What a check found, in this file. */
export function faultAt({ repository, role, file }: FaultPlace, found: Finding): RemoteFault {
  return remoteFault({
    ...found,
    ...(repository !== undefined && { repository }),
    ...(role !== undefined && { role }),
    ...(file !== undefined && { file }),
  });
}

/** The same as a check's verdict. */
export function refuse(at: FaultPlace, found: Finding): Result<never, RemoteFault> {
  return fail(faultAt(at, found));
}
