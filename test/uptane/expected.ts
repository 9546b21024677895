// Owns: faults as tests expect them, spelt out whole and apart from the code that makes them.
import type { Attack, RemoteFault, RemoteFaultCode } from '../../src/core/faults.ts';
import type { RepositoryName } from '../../src/uptane/metadata.ts';

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

export function refusal(fault: RemoteFault): { readonly ok: false; readonly fault: RemoteFault } {
  return { ok: false, fault };
}
