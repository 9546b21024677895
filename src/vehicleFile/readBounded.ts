// Owns: reading the files that a scenario consists of, none larger than it may be.
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { InputError } from '../core/faults.ts';

/** Reads a regular file of at most `bytesMax` bytes. Throws an InputError that names it. */
export function readBounded(path: string, bytesMax: number): Uint8Array {
  let handle: number | undefined;
  try {
    const status = statSync(path);
    if (!status.isFile()) throw new InputError(`${path}: not a file`);
    if (status.size > bytesMax) throw new InputError(`${path}: ${status.size} bytes, at most ${bytesMax} are allowed`);
    handle = openSync(path, 'r');
    const bytes = new Uint8Array(status.size);
    const length = readSync(handle, bytes, 0, bytes.length, 0);
    return bytes.subarray(0, length);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path}: ${reason(error)}`);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** An error of the file system in a user's words. */
export function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EACCES') return 'it may not be read';
  return error instanceof Error ? error.message : String(error);
}
