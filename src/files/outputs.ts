// Owns: that no output of a command is one of its inputs, or another output: written over what is read, it would cost a user a file. Must not
// know commands.
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../core/faults.ts';

/** A file, and what it is in a user's words, such as `--trace` or `the vehicle`. */
export interface NamedFile {
  readonly what: string;
  readonly path: string;
}

/** Throws an InputError that names the first output which is another of the files, by whatever name or link. */
export function assertOwnFiles(outputs: readonly NamedFile[], inputs: readonly NamedFile[]): void {
  const read = new Map(inputs.map(({ what, path }) => [identityOf(path), what]));
  const written = new Map<string, string>();
  for (const { what, path } of outputs) {
    const identity = identityOf(path);
    const input = read.get(identity);
    if (input !== undefined)
      throw new InputError(`${what} ${path}: this is ${input}, which is read; name another file`);
    const other = written.get(identity);
    if (other !== undefined) throw new InputError(`${what} ${path}: ${other} is written there; name another file`);
    written.set(identity, what);
  }
}

/** Device and inode of what is there; else the path, its folder without links. */
function identityOf(path: string): string {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return ino === 0n ? realpathSync(path) : `${dev} ${ino}`; // 0: the file system has no such number
  } catch {
    return realPath(resolve(path));
  }
}

function realPath(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path; // no such folder: writing says so
  }
}
