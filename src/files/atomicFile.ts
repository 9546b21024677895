// Owns: files that are replaced as a whole or not at all, whenever the power goes.
import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../core/faults.ts';
import { ioCode, ioReason, noSuchFolder } from './ioReason.ts';
import { processForm, processText, thisMachine } from './processId.ts';
import { removeRemains } from './remains.ts';

const temporaryName = new RegExp(`^\\.ecunet-(${processForm})-[0-9a-f]{16}\\.partial$`);
/** Where this process has looked for what others left: once each, as a folder may hold many files. */
const lookedThrough = new Set<string>();

/** A file under a temporary name, to be kept under its own or thrown away. Its methods throw what the file system does. */
export class TemporaryFile {
  private readonly path: string;
  private readonly handle: number;
  private readonly discardAtExit = () => this.discard();
  private open = true;

  /** `mode` is narrowed by the process's umask. */
  constructor(folder: string, mode: number) {
    // Nobody can have put a file or a link there before.
    const name = `.ecunet-${processText(thisMachine.own)}-${randomBytes(8).toString('hex')}.partial`;
    this.path = join(folder, name);
    this.handle = openSync(this.path, 'wx', mode);
    process.once('exit', this.discardAtExit);
    if (lookedThrough.has(folder)) return;
    lookedThrough.add(folder);
    this.removeOthersRemains();
  }

  /** By the clock of the file system, which may be another machine's. */
  get writtenMs(): number {
    return fstatSync(this.handle).mtimeMs;
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

  /** Gives it a second name, all at once; false where that is taken. It is still to be discarded. */
  linkAs(path: string): boolean {
    try {
      linkSync(this.path, path);
      return true;
    } catch (error) {
      if (ioCode(error) === 'EEXIST') return false;
      throw error;
    }
  }

  /** Nothing is left of it. Once kept or discarded, this does nothing. */
  discard(): void {
    if (!this.open) return;
    this.close();
    rmSync(this.path, { force: true });
  }

  /** Takes away the temporary files that processes left in this folder which are gone. */
  removeOthersRemains(): void {
    removeRemains(dirname(this.path), (name) => temporaryName.exec(name)?.[1], this.writtenMs);
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
    throw new InputError(`${path}: it cannot be written (${ioReason(error, noSuchFolder)})`);
  }
}
