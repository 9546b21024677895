// Owns: what is wrong with a scenario or vehicle file and where, and the line in which a user is told of it. Must not know what is checked.
import { InputError } from '../../core/faults.ts';

export interface Finding {
  readonly file: string;
  /** From 1, as editors count; `column` in UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** The member, as `steps[2].expect[0].ecu`; empty for the file as a whole. */
  readonly path: string;
  readonly text: string;
}

/** In one line. */
export function findingText({ file, line, path, text }: Finding): string {
  return `${file}:${line}: ${path || 'file'}: ${text}`;
}

/** As a command ends with it: one at a time, the first. */
export function findingError(finding: Finding): InputError {
  return new InputError(findingText(finding));
}

/** Members and indices as one text. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`))
    .join('');
}
