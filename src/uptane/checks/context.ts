// Owns: what every check of one metadata file needs to know of its place.
import type { Attack, RemoteFault, RemoteFaultCode } from '../../core/faults.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import { remoteFault } from '../faults.ts';
import type { RepositoryName } from '../metadata.ts';
import type { Profile } from '../profile.ts';

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

/** Where a fault was found. */
export type FaultPlace = { readonly file: string } & Partial<Pick<CheckContext, 'repository' | 'role'>>;

export function faultAt(
  { repository, role, file }: FaultPlace,
  code: RemoteFaultCode,
  clause: string,
  message: string,
  attack?: Attack,
): RemoteFault {
  return remoteFault({
    code,
    clause,
    message,
    file,
    ...(repository !== undefined && { repository }),
    ...(role !== undefined && { role }),
    ...(attack !== undefined && { attack }),
  });
}
