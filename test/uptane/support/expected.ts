// Owns: faults as tests expect them, spelt out whole and apart from the code that makes them.
import { expect } from 'vitest';
import type { Attack, RemoteFault, RemoteFaultCode } from '../../../src/core/faults.ts';
import type { RepositoryName } from '../../../src/uptane/model/metadata.ts';

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

/** R10.2, and R10.3 by its own words; what the values are is the matter of match.test.ts. */
export function disagreeing(
  image: string,
  clause = 'R10.2',
  what = '(lengths|hashes) differ',
  attack: Attack = 'arbitrary-installation',
): RemoteFault {
  const fault = faultOf('image', 'targets', 'repositories-disagree', clause, what, attack, image);
  return valued(fault, expect.stringMatching(new RegExp(`^${what}: Director .+, Image repository .+`)));
}

/** A fault that also carries the two values that differ: here any, behind the words. Tests of their own have which. */
export function valued<F extends { readonly message: string }>(
  fault: F,
  message: unknown = expect.stringContaining(`${fault.message}: `),
): F {
  const values = { message, expected: expect.stringMatching(/./), actual: expect.stringMatching(/./) };
  return Object.assign({ ...fault }, values as object);
}

export function refusal(fault: RemoteFault): { readonly ok: false; readonly fault: RemoteFault } {
  return { ok: false, fault };
}
