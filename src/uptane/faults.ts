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
  readonly role?: string;
  readonly file?: string;
}

/** The message may quote what a peer sent: it is made fit to be shown and signed here, once for all checks. */
export function remoteFault(details: Details): RemoteFault {
  return { kind: 'remote', ...details, message: printable(details.message, faultMessageCharsMax) };
}

/** What happened and where, without the check that found it: `director/targets.json: version 1 after 2`. */
export function faultSummary({ repository, file, message }: RemoteFault): string {
  const where = [repository, file].filter((part) => part !== undefined).join('/');
  return where === '' ? message : `${where}: ${message}`;
}

/** The words that logs and messages share: `director/targets.json: version 1 after 2 [V4 rollback]`. */
export function faultText(fault: RemoteFault): string {
  return `${faultSummary(fault)} [${fault.clause}${fault.attack === undefined ? '' : ` ${fault.attack}`}]`;
}
