// Owns: files that are replaced as a whole or not at all, whenever the power goes.
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../core/faults.ts';
import { ioReason } from './regularFile.ts';

/** A file under a temporary name, to be kept under its own or thrown away. Its methods throw what the file system does. */
export class TemporaryFile {
  private readonly path: string;
  private readonly handle: number;
  private readonly discardAtExit = () => this.discard();
  private open = true;

  /** `mode` is narrowed by the process's umask. */
  constructor(folder: string, mode: number) {
    // Nobody can have put a file or a link there before.
    this.path = join(folder, `.ecunet-${randomBytes(12).toString('hex')}.partial`);
    this.handle = openSync(this.path, 'wx', mode);
    process.once('exit', this.discardAtExit);
  }

  write(bytes: Uint8Array): void {
    for (let offset = 0; offset < bytes.length; ) offset += writeSync(this.handle, bytes, offset);
  }

  /** Gives the file its name, on the same file system. Where that fails it is still to be discarded. */
  keepAs(path: string): void {
    fsyncSync(this.handle);
    renameSync(this.path, path);
    this.close();
    syncFolder(dirname(path));
  }

  /** Nothing is left of it. Once kept or discarded, this does nothing. */
  discard(): void {
    if (!this.open) return;
    this.close();
    rmSync(this.path, { force: true });
  }

  private close(): void {
    this.open = false;
    process.removeListener('exit', this.discardAtExit);
    closeSync(this.handle);
  }
}

/** A new name lasts only once its folder is on disk as well. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Writes a file, or replaces it. Throws an InputError that names it; the earlier file is then as it was. */
export function writeAtomic(path: string, bytes: Uint8Array, { mode = 0o644 }: { readonly mode?: number } = {}): void {
  try {
    const file = new TemporaryFile(dirname(path), mode);
    try {
      file.write(bytes);
      file.keepAs(path);
    } finally {
      file.discard();
    }
  } catch (error) {
    throw new InputError(`${path}: it cannot be written (${ioReason(error)})`);
  }
}
