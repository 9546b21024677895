// Owns: folders that the user names: there, or made.
import { mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InputError } from '../core/faults.ts';
import { ioCode, ioReason } from './regularFile.ts';

/** The real path of a folder that is there. Throws an InputError. */
export function existingFolder(folder: string): string {
  // Node takes an empty name for the working folder: more likely a variable of a script was not set.
  if (folder === '') throw new InputError('the name of a folder is empty');
  try {
    const real = realpathSync(folder);
    if (statSync(real).isDirectory()) return real;
  } catch (error) {
    throw new InputError(`${folder}: ${ioCode(error) === 'ENOENT' ? 'no such folder' : ioReason(error)}`);
  }
  throw new InputError(`${folder}: not a folder`);
}

/** The same, but a folder that is not there is made, and those above it. */
export function madeFolder(folder: string, mode: number): string {
  try {
    if (folder !== '') makeFolders(resolve(folder), mode);
  } catch (error) {
    throw new InputError(`${folder}: the folder cannot be made (${ioReason(error)})`);
  }
  return existingFolder(folder);
}

/** Node's own recursive mkdir never returns where a file system such as /proc takes no folders. */
function makeFolders(path: string, mode: number): void {
  if (makeFolder(path, mode) || dirname(path) === path) return;
  makeFolders(dirname(path), mode);
  if (!makeFolder(path, mode)) throw Object.assign(new Error(path), { code: 'ENOENT' });
}

/** False where the folder above is missing. What is there already is not judged. */
function makeFolder(path: string, mode: number): boolean {
  try {
    mkdirSync(path, { mode });
    return true;
  } catch (error) {
    if (ioCode(error) === 'ENOENT') return false;
    if (ioCode(error) === 'EEXIST') return true;
    throw error;
  }
}
