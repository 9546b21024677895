// Owns: folders that the user names: there, or made.
import { mkdirSync, realpathSync, rmdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InputError } from '../core/faults.ts';
import { ioCode, ioReason, noSuchFolder } from './ioReason.ts';

/** The real path of a folder that is there. Throws an InputError. */
export function existingFolder(folder: string): string {
  // Node takes an empty name for the working folder: more likely a variable of a script was not set.
  if (folder === '') throw new InputError('the name of a folder is empty');
  try {
    const real = realpathSync(folder);
    if (statSync(real).isDirectory()) return real;
  } catch (error) {
    throw new InputError(`${folder}: ${ioReason(error, noSuchFolder)}`, { cause: error });
  }
  throw new InputError(`${folder}: not a folder`);
}

/** The same, but a folder that is not there is made, and those above it. */
export function madeFolder(folder: string, mode: number): string {
  return makeFolder(folder, mode).path;
}

export interface MadeFolder {
  /** Its real path. */
  readonly path: string;
  /** Takes away what was made, from the folder itself upwards, as far as nothing is in it. */
  readonly undo: () => void;
}

/** The same, to be undone where it turns out to be of no use. Where it fails, nothing is left of it. */
export function makeFolder(folder: string, mode: number): MadeFolder {
  const made: string[] = [];
  const undo = () => {
    for (const path of made.splice(0).reverse()) removeIfEmpty(path);
  };
  try {
    if (folder !== '') makeFolders(resolve(folder), mode, made);
    return { path: existingFolder(folder), undo };
  } catch (error) {
    undo();
    if (error instanceof InputError) throw error;
    throw new InputError(`${folder}: the folder cannot be made (${ioReason(error, noSuchFolder)})`, { cause: error });
  }
}

/** Node's own recursive mkdir never returns where a file system such as /proc takes no folders. */
function makeFolders(path: string, mode: number, made: string[]): void {
  if (makeOne(path, mode, made) || dirname(path) === path) return;
  makeFolders(dirname(path), mode, made);
  if (!makeOne(path, mode, made)) throw Object.assign(new Error(path), { code: 'ENOENT' });
}

/** False where the folder above is missing. What is there already is not judged. */
function makeOne(path: string, mode: number, made: string[]): boolean {
  try {
    mkdirSync(path, { mode });
    made.push(path);
    return true;
  } catch (error) {
    if (ioCode(error) === 'ENOENT') return false;
    if (ioCode(error) === 'EEXIST') return true;
    throw error;
  }
}

function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // It holds something, or is somebody else's by now.
  }
}
