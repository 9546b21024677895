// Owns: what a check says when it refuses, and how that is put into words.
import type { Attack, RemoteFault, RemoteFaultCode } from '../../core/faults.ts';
import { faultMessageCharsMax, filenameCharsMax } from '../../core/limits.ts';
import { printable, shortened } from '../../core/text.ts';
import { faultValueCharsMax, faultValueWordsCharsMax } from '../limits.ts';
import type { RepositoryName } from './metadata.ts';

/** What a check found: which check it is, what is wrong, the attack that this can be, and what happened in words. */
export interface Finding {
  readonly clause: string;
  readonly code: RemoteFaultCode;
  readonly indicates?: Attack;
  readonly message: string;
  /** Two values that differ and should not. */
  readonly expected?: string;
  readonly actual?: string;
}

/** Where it was found; a fault inside the vehicle has no repository. */
export interface FaultPlace {
  readonly repository?: RepositoryName;
  readonly role?: string;
  readonly file?: string;
}

/** Message and values may quote what a peer sent: they are made fit to be shown and signed here, once for all checks. */
export function remoteFault({ indicates, expected, actual, ...found }: Finding & FaultPlace): RemoteFault {
  return {
    kind: 'remote',
    ...found,
    message: printable(found.message, faultMessageCharsMax),
    ...(indicates !== undefined && { attack: indicates }),
    ...(expected !== undefined && { expected: printable(expected, faultValueCharsMax) }),
    ...(actual !== undefined && { actual: printable(actual, faultValueCharsMax) }),
  };
}

/** A value as a line has it: its beginning, where it is long. Of a hash, enough to tell it from another. */
export function valueWords(value: string): string {
  return shortened(value, faultValueWordsCharsMax);
}

/** What happened and where, without the check that found it: `director/targets.json: version 1 after 2`. */
export function faultSummary({ repository, file, message }: FaultPlace & Pick<RemoteFault, 'message'>): string {
  // A foreign name may be longer than any line: it must not push out what is wrong with the file.
  const name = file === undefined ? undefined : shortened(file, filenameCharsMax);
  const where = [repository, name].filter((part) => part !== undefined).join('/');
  return where === '' ? message : `${where}: ${message}`;
}

/** The words that logs and messages share: `director/targets.json: version 1 after 2 [V4 rollback]`. */
export function faultText(fault: RemoteFault): string {
  return `${faultSummary(fault)} [${fault.clause}${fault.attack === undefined ? '' : ` ${fault.attack}`}]`;
}
