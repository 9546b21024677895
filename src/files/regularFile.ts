// Owns: reading files that others may have put there: never more than asked, and never one that blocks or is no file.
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { concatBytes } from '../core/bytes.ts';
import { InputError } from '../core/faults.ts';
import { ioCode, ioReason, NotRegularError } from './ioReason.ts';
import { fileReadBytesMax } from './limits.ts';

export function assertRegular(status: Stats): void {
  if (status.isDirectory()) throw new NotRegularError('a folder stands where a file should be');
  if (!status.isFile()) throw new NotRegularError('not a regular file');
}

interface Opened {
  readonly handle: number;
  readonly status: Stats;
}

/** Throws what the file system does, and for a folder, FIFO, socket or device, which it never waits for. */
function openRegular(path: string): Opened {
  assertRegular(statSync(path)); // opening a device can have an effect
  const handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = fstatSync(handle); // it may be another one by now
    assertRegular(status);
    return { handle, status };
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}

/** Reads at most `bytesMax + 1` bytes of an open file, piece by piece. Returns their number. Throws what the file system does. */
export function readOpen(handle: number, { size }: Stats, bytesMax: number, take: (piece: Uint8Array) => void): number {
  let length = 0;
  for (;;) {
    // The size is a hint only: some files state none, others grow.
    const expected = Math.max(size - length, 0) + 1;
    const piece = new Uint8Array(Math.min(expected, fileReadBytesMax, bytesMax + 1 - length));
    const count = piece.length === 0 ? 0 : readSync(handle, piece, 0, piece.length, null);
    if (count === 0) return length;
    length += count;
    take(piece.subarray(0, count));
  }
}

/** The same of a regular file by its path; throws for what is no regular file. */
export function readRegular(path: string, bytesMax: number, take: (piece: Uint8Array) => void): number {
  const { handle, status } = openRegular(path);
  try {
    return readOpen(handle, status, bytesMax, take);
  } finally {
    closeSync(handle);
  }
}

/** The pieces of a regular file of any length, each read when it is asked for. Throws an InputError that names the file. */
export function* regularPieces(path: string): Generator<Uint8Array> {
  const told = <T>(operation: () => T): T => {
    try {
      return operation();
    } catch (error) {
      throw new InputError(`${path}: ${ioCode(error) === 'ENOENT' ? 'no such file' : ioReason(error)}`);
    }
  };
  const { handle } = told(() => openRegular(path));
  try {
    for (;;) {
      const piece = new Uint8Array(fileReadBytesMax);
      const length = told(() => readSync(handle, piece, 0, piece.length, null));
      if (length === 0) return;
      yield piece.subarray(0, length);
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

/** Read at once of a file of lines. */
const linesReadBytes = 256 * 1024;

/** The lines of a text, one after the other, none longer than `lineBytesMax`. Throws an InputError that names the file. */
export function* readLines(path: string, lineBytesMax: number): Generator<string> {
  const told = <T>(operation: () => T): T => {
    try {
      return operation();
    } catch (error) {
      throw new InputError(`${path}: ${ioReason(error)}`);
    }
  };
  const { handle } = told(() => openRegular(path));
  try {
    const buffer = Buffer.alloc(linesReadBytes);
    let rest = Buffer.alloc(0);
    for (let length = -1; length !== 0; ) {
      length = told(() => readSync(handle, buffer, 0, buffer.length, null));
      const bytes = Buffer.concat([rest, buffer.subarray(0, length)]);
      let start = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
        yield bytes.toString('utf8', start, end);
        start = end + 1;
      }
      rest = bytes.subarray(start);
      if (rest.length > lineBytesMax) throw new InputError(`${path}: a line longer than ${lineBytesMax} bytes`);
    }
    if (rest.length > 0) yield rest.toString('utf8');
  } finally {
    closeSync(handle);
  }
}
