// Owns: a repository's files in a folder, for a web server to hand out. Does not know what the files mean.
import { join } from 'node:path';
import { equalBytes } from '../core/bytes.ts';
import { InputError } from '../core/faults.ts';
import { writeAtomic } from '../files/atomicFile.ts';
import { madeFolder } from '../files/folder.ts';
import { readBoundedFileIfAny } from '../files/regularFile.ts';

const folderMode = 0o755;

/**
 * Writes the files that a repository offers, each replaced as a whole and in the order given, so that a reader meanwhile finds every
 * file that another one names. What is there already is left alone, and nothing is taken away. Throws an InputError.
 */
export function saveRepository(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  for (const [name, bytes] of files) {
    const parts = name.split('/');
    if (parts.some((part) => /^\.{0,2}$|[\\\0]/.test(part))) throw new InputError(`${name}: no path within a folder`);
    const path = join(madeFolder(join(folder, ...parts.slice(0, -1)), folderMode), parts.at(-1) ?? '');
    if (!isThere(path, bytes)) writeAtomic(path, bytes);
  }
}

function isThere(path: string, bytes: Uint8Array): boolean {
  try {
    const before = readBoundedFileIfAny(path, bytes.length);
    return before !== undefined && equalBytes(before, bytes);
  } catch (error) {
    if (error instanceof InputError) return false; // a longer one, or what cannot be read: writing says the rest
    throw error;
  }
}
