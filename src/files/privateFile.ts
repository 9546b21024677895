// Owns: files and folders that are their owner's alone: made so, and refused otherwise. Every refusal is an InputError, one line.
import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { concatBytes } from '../core/bytes.ts';
import { InputError } from '../core/faults.ts';
import { writeAtomic } from './atomicFile.ts';
import { ioCode, ioReason, noSuchFolder } from './ioReason.ts';
import { assertRegular, readOpen } from './regularFile.ts';

/** The user who runs this may read and write it, and nobody else may do anything. */
function assertPrivate(path: string, { mode, uid }: Stats): void {
  const owner = process.getuid?.();
  if (owner !== undefined && uid !== owner) throw new InputError(`${path}: it belongs to another user`);
  if ((mode & 0o077) === 0) return;
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  throw new InputError(`${path}: others than its owner may use it (mode ${octal})`);
}

function assertPrivateFolder(folder: string): void {
  let status: Stats;
  try {
    status = lstatSync(folder);
  } catch (error) {
    throw new InputError(`${folder}: ${ioReason(error, noSuchFolder)}`);
  }
  if (!status.isDirectory()) throw new InputError(`${folder}: not a folder`);
  assertPrivate(folder, status);
}

/** Makes the folder, where it is not there, for its owner alone. */
export function privateFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (ioCode(error) !== 'EEXIST') {
      throw new InputError(`${folder}: the folder cannot be made (${ioReason(error, noSuchFolder)})`);
    }
  }
  assertPrivateFolder(folder);
}

/** Writes or replaces a file in a private folder, as a whole. */
export function writePrivateFile(path: string, bytes: Uint8Array): void {
  assertPrivateFolder(dirname(path));
  writeAtomic(path, bytes, { mode: 0o600 });
}

/** A private file in a private folder, of at most `bytesMax` bytes; undefined where there is none. */
export function readPrivateFile(path: string, bytesMax: number): Uint8Array | undefined {
  assertPrivateFolder(dirname(path));
  let handle: number;
  try {
    handle = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (ioCode(error) === 'ENOENT') return undefined;
    throw new InputError(`${path}: ${ioReason(error, { ELOOP: 'a symbolic link' })}`);
  }
  try {
    return readOwn(path, handle, bytesMax);
  } catch (error) {
    throw error instanceof InputError ? error : new InputError(`${path}: ${ioReason(error)}`);
  } finally {
    closeSync(handle);
  }
}

function readOwn(path: string, handle: number, bytesMax: number): Uint8Array {
  const status = fstatSync(handle);
  assertRegular(status);
  assertPrivate(path, status);
  const pieces: Uint8Array[] = [];
  if (readOpen(handle, status, bytesMax, (piece) => pieces.push(piece)) <= bytesMax) return concatBytes(...pieces);
  throw new InputError(`${path}: more than the ${bytesMax} bytes that are allowed`);
}
