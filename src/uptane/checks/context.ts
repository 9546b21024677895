// Owns: what every check of one metadata file needs to know of its place.
import type { Attack, RemoteFault, RemoteFaultCode } from '../../core/faults.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import { remoteFault } from '../faults.ts';
import type { RepositoryName } from '../metadata.ts';

/** `now`: the ECU's attested time, seconds since 1970; undefined before its first attestation. */
export interface CheckContext {
  readonly signatures: Signatures;
  readonly now: number | undefined;
  readonly repository: RepositoryName;
  readonly file: string;
}

export function faultAt(
  context: { readonly repository?: RepositoryName; readonly file: string },
  code: RemoteFaultCode,
  clause: string,
  message: string,
  attack?: Attack,
): RemoteFault {
  const { repository, file } = context;
  return remoteFault({
    code,
    clause,
    message,
    file,
    ...(repository !== undefined && { repository }),
    ...(attack !== undefined && { attack }),
  });
}
