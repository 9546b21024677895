// Owns: how a failed check is put into words.
import type { Attack, RemoteFault, RemoteFaultCode } from '../core/faults.ts';
import { faultMessageCharsMax } from '../core/limits.ts';
import { printable } from '../core/text.ts';
import type { RepositoryName } from './metadata.ts';

interface Details {
  readonly code: RemoteFaultCode;
  readonly clause: string;
  readonly message: string;
  readonly attack?: Attack;
  readonly repository?: RepositoryName;
  readonly file?: string;
}

/** The message may quote what a peer sent: it is made fit to be shown and signed here, once for all checks. */
export function remoteFault(details: Details): RemoteFault {
  return { kind: 'remote', ...details, message: printable(details.message, faultMessageCharsMax) };
}

/** The words that logs, reports and the terminal share: `director/targets.json: version 1 … [V4 rollback]`. */
export function faultText(fault: RemoteFault): string {
  const where = fault.repository === undefined ? '' : `${fault.repository}/${fault.file ?? ''}: `;
  return `${where}${fault.message} [${fault.clause}${fault.attack === undefined ? '' : ` ${fault.attack}`}]`;
}
