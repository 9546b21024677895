// Owns: faults as tests expect them, spelt out whole and apart from the code that makes them.
import type { Attack, RemoteFault, RemoteFaultCode } from '../../../src/core/faults.ts';
import type { RepositoryName } from '../../../src/uptane/metadata.ts';

/** A fault of a role's file; of a role's unversioned file unless `file` says another. */
export function faultOf(
  repository: RepositoryName,
  role: string,
  code: RemoteFaultCode,
  clause: string,
  message: string,
  attack?: Attack,
  file = `${role}.json`,
): RemoteFault {
  return { kind: 'remote', repository, role, file, code, clause, message, ...(attack !== undefined && { attack }) };
}

/** R10.1 */
export function unlisted(image: string): RemoteFault {
  const message = 'the Image repository does not list the image that the Director wants';
  return faultOf('image', 'targets', 'target-missing', 'R10.1', message, 'arbitrary-installation', image);
}

/** R10.2, and R10.3 by its own words. */
export function disagreeing(
  image: string,
  clause = 'R10.2',
  what = 'length or hashes differ',
  attack: Attack = 'arbitrary-installation',
): RemoteFault {
  const message = `${what} between Director and Image repository`;
  return faultOf('image', 'targets', 'repositories-disagree', clause, message, attack, image);
}

export function refusal(fault: RemoteFault): { readonly ok: false; readonly fault: RemoteFault } {
  return { ok: false, fault };
}
