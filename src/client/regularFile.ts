// Owns: reading files that others may have put there: never more than asked, never one that blocks or is no file, and what
// an error of the file system is called.
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { concatBytes } from '../core/bytes.ts';
import { InputError } from '../core/faults.ts';
import { fileReadBytesMax } from '../core/limits.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
  EDQUOT: 'no space is left',
  ENOTDIR: 'a file stands where a folder should be',
  EEXIST: 'a file stands where a folder should be',
  EISDIR: 'a folder stands where a file should be',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'symbolic links that lead in a circle',
};

/** The code of an error of the file system, such as ENOENT. */
export function ioCode(error: unknown): string {
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.name) : 'unknown';
}

/** Why an operation on a file failed, in words. */
export function ioReason(error: unknown): string {
  if (error instanceof NotRegularError) return error.message;
  const code = ioCode(error);
  return reasons[code] ?? code;
}

class NotRegularError extends Error {}

function assertRegular(status: Stats): void {
  if (status.isDirectory()) throw new NotRegularError('a folder stands where a file should be');
  if (!status.isFile()) throw new NotRegularError('not a regular file');
}

/**
 * Reads at most `bytesMax + 1` bytes of a regular file, piece by piece; gives how many there were. Throws what the file
 * system does, and for a folder, FIFO, socket or device, which it never opens to wait on.
 */
export function readRegular(path: string, bytesMax: number, take: (piece: Uint8Array) => void): number {
  assertRegular(statSync(path)); // opening a device can have an effect
  const handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = fstatSync(handle); // it may be another one by now
    assertRegular(status);
    let length = 0;
    for (;;) {
      // The size is a hint only: some files state none, others grow.
      const expected = Math.max(status.size - length, 0) + 1;
      const piece = new Uint8Array(Math.min(expected, fileReadBytesMax, bytesMax + 1 - length));
      const count = piece.length === 0 ? 0 : readSync(handle, piece, 0, piece.length, null);
      if (count === 0) return length;
      length += count;
      take(piece.subarray(0, count));
    }
  } finally {
    closeSync(handle);
  }
}

/** A file of the user's, of at most `bytesMax` bytes. Throws an InputError that names it. */
export function readBoundedFile(path: string, bytesMax: number): Uint8Array {
  const bytes = readBoundedFileIfAny(path, bytesMax);
  if (bytes === undefined) throw new InputError(`${path}: no such file`);
  return bytes;
}

/** The same, but undefined where there is no such file. */
export function readBoundedFileIfAny(path: string, bytesMax: number): Uint8Array | undefined {
  const pieces: Uint8Array[] = [];
  try {
    const status = statSync(path);
    const tooLong = status.isFile() && status.size > bytesMax; // a stated size needs no proof by reading all of it
    const length = tooLong ? status.size : readRegular(path, bytesMax, (piece) => pieces.push(piece));
    if (length <= bytesMax) return concatBytes(...pieces);
  } catch (error) {
    if (ioCode(error) === 'ENOENT') return undefined;
    throw new InputError(`${path}: ${ioReason(error)}`);
  }
  throw new InputError(`${path}: more than the ${bytesMax} bytes that are allowed`);
}
