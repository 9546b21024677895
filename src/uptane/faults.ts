// Owns: how a failed check is put into words.
import type { Attack, RemoteFault, RemoteFaultCode } from '../core/faults.ts';
import type { RepositoryName } from './metadata.ts';

interface Details {
  readonly code: RemoteFaultCode;
  readonly clause: string;
  readonly message: string;
  readonly attack?: Attack;
  readonly repository?: RepositoryName;
  readonly file?: string;
}

export function remoteFault(details: Details): RemoteFault {
  return { kind: 'remote', ...details };
}

/** The words that logs, reports and the terminal share: `director/targets.json: version 1 … [V4 rollback]`. */
export function faultText(fault: RemoteFault): string {
  const where = fault.repository === undefined ? '' : `${fault.repository}/${fault.file ?? ''}: `;
  return `${where}${fault.message} [${fault.clause}${fault.attack === undefined ? '' : ` ${fault.attack}`}]`;
}
