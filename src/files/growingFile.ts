// Owns: a file that grows under a temporary name until it is complete, so that an earlier one is replaced by a whole one or not at all; a
// pipe or a device is written to itself. Must not know what is in it.
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { InputError } from '../core/faults.ts';
import { ioReason, noSuchFolder } from './ioReason.ts';
import { processText, thisMachine } from './processId.ts';
import { removeRemains } from './remains.ts';

export interface GrowingFileOptions {
  readonly path: string;
  /** What it is to be, in a user's words, such as `trace`. */
  readonly what: string;
  /** What another file is said to be, such as `no trace`. */
  readonly otherwise: string;
  /** Whether a file whose first 16 bytes these are is such a one: no other is replaced, as a mistyped path must not cost a user a file. */
  readonly isOne: (beginning: Uint8Array) => boolean;
  /** The end of its name, which stays the end of the temporary one: by it other programs know what it is. */
  readonly suffix?: string;
  /** Each piece is written as a member of a gzip file. */
  readonly gzip?: boolean;
  /** The process ends before `complete` or `discard`. */
  readonly atExit: () => void;
}

const beginningBytes = 16;

/** Every fault of the file system is an InputError that names the file. */
export class GrowingFile {
  /** Whether it is a regular file, and no pipe or device. */
  readonly isRegular: boolean;
  private readonly options: GrowingFileOptions;
  private readonly handle: number;
  private readonly temporary: string | undefined;
  private readonly final: string;
  private writtenBytes = 0;
  private open = true;

  constructor(options: GrowingFileOptions) {
    this.options = options;
    const { path, what, otherwise, isOne, suffix = '' } = options;
    try {
      const status = statSync(path, { throwIfNoEntry: false });
      if (status?.isDirectory()) throw new InputError(`${path}: the ${what} cannot be written to a folder`);
      this.isRegular = status === undefined || status.isFile();
      this.final = status !== undefined && this.isRegular ? realpathSync(path) : path;
      if (status !== undefined && this.isRegular && status.size > 0 && !isOne(beginningOf(this.final))) {
        throw new InputError(`${path}: it exists and is ${otherwise}, so it is not replaced`);
      }
      this.temporary = this.isRegular ? temporaryOf(this.final, suffix) : undefined;
      this.handle = this.temporary === undefined ? openSync(path, 'w') : openSync(this.temporary, 'wx');
    } catch (error) {
      throw error instanceof InputError ? error : this.unwritable(path, error);
    }
    if (this.temporary !== undefined) {
      const { mtimeMs } = fstatSync(this.handle);
      removeRemains(dirname(this.final), (name) => processIn(name, basename(this.final), suffix), mtimeMs);
    }
    process.once('exit', options.atExit);
  }

  get isOpen(): boolean {
    return this.open;
  }

  /** All of it or, where the disk is full, nothing of it. */
  write(bytes: Uint8Array): void {
    const piece = this.options.gzip ? gzipSync(bytes) : bytes;
    try {
      for (let offset = 0; offset < piece.length; ) offset += writeSync(this.handle, piece, offset);
      this.writtenBytes += piece.length;
    } catch (error) {
      if (this.isRegular) ftruncateSync(this.handle, this.writtenBytes);
      throw this.unwritable(this.final, error);
    }
  }

  /** Gives it its name. */
  complete(): void {
    try {
      if (this.isRegular) fsyncSync(this.handle);
      this.release();
      if (this.temporary !== undefined) renameSync(this.temporary, this.final);
    } catch (error) {
      throw this.unwritable(this.final, error);
    }
  }

  /** Nothing is left of it. */
  discard(): void {
    this.release();
    if (this.temporary !== undefined) rmSync(this.temporary, { force: true });
  }

  private release(): void {
    this.open = false;
    process.removeListener('exit', this.options.atExit);
    closeSync(this.handle);
  }

  private unwritable(path: string, error: unknown): InputError {
    return new InputError(`${path}: the ${this.options.what} cannot be written (${ioReason(error, noSuchFolder)})`);
  }
}

/** `NAME.PROCESS.partial.SUFFIX` */
function temporaryOf(final: string, suffix: string): string {
  const [start, end] = apart(final, suffix);
  return `${start}.${processText(thisMachine.own)}.partial${end}`;
}

/** What stands for the process in the name of a temporary file for this one. */
function processIn(name: string, final: string, suffix: string): string | undefined {
  const [start, end] = apart(final, suffix);
  const last = `.partial${end}`;
  if (!name.startsWith(`${start}.`) || !name.endsWith(last)) return undefined;
  return name.slice(start.length + 1, name.length - last.length);
}

/** Where the name is a link's, that of the file itself may end otherwise. */
function apart(final: string, suffix: string): readonly [start: string, end: string] {
  return final.endsWith(suffix) ? [final.slice(0, final.length - suffix.length), suffix] : [final, ''];
}

/** What is written to as to a growing file. */
export type GrowingOutput = Pick<GrowingFile, 'isOpen' | 'isRegular' | 'write' | 'complete' | 'discard'>;

/** Bytes that flow on as they come; each piece as a member of a gzip file where that is wanted. */
export function flowingOutput(write: (bytes: Uint8Array) => void, gzip: boolean): GrowingOutput {
  let isOpen = true;
  const end = () => {
    isOpen = false;
  };
  return {
    get isOpen() {
      return isOpen;
    },
    isRegular: false,
    write: (bytes) => write(gzip ? gzipSync(bytes) : bytes),
    complete: end,
    discard: end,
  };
}

function beginningOf(path: string): Uint8Array {
  const handle = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(beginningBytes);
    return bytes.subarray(0, readSync(handle, bytes, 0, beginningBytes, 0));
  } finally {
    closeSync(handle);
  }
}
