// Owns: the folder that images are downloaded into, each under its own name. No name and no symbolic link leads out of it,
// and a file stands in it only when its check has passed. K4
import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { utf8 } from '../core/bytes.ts';
import { InputError } from '../core/faults.ts';
import { TemporaryFile } from '../files/atomicFile.ts';
import { madeFolder } from '../files/folder.ts';
import { ioReason } from '../files/ioReason.ts';
import { downloadNameBytesMax, downloadPartBytesMax } from './limits.ts';

const folderMode = 0o755;
const fileMode = 0o644;

/** Whether a name from metadata, its parts separated by `/`, is one that may be written under a folder. */
export function isSafeName(name: string): boolean {
  if (utf8(name).length > downloadNameBytesMax || /[\\\p{Cc}\p{Cs}]/u.test(name)) return false;
  return name
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && utf8(part).length <= downloadPartBytesMax);
}

/** One image on its way. Everything here throws an InputError for what the file system does not allow. */
export interface Download {
  /** The next piece. What goes beyond the listed length is not written; the check that follows finds it too long. */
  write(piece: Uint8Array): void;
  /** The check passed: the image gets its name, whole. Nothing is left where that fails. */
  commit(): void;
  /** The check failed: nothing is left. After `commit` it does nothing. */
  discard(): void;
}

export class DownloadFolder {
  private readonly root: string;

  /** Makes the folder where there is none. Throws an InputError. */
  constructor(folder: string) {
    this.root = madeFolder(folder, folderMode);
  }

  /** An image of `bytesMax` bytes by a name that is safe. What stands in its place already must be a file. Throws an InputError. */
  begin(name: string, bytesMax: number): Download {
    if (!isSafeName(name)) throw new RangeError('the name was to be checked before'); // it would lead out of the folder
    this.pathOf(name, false); // what is in the way is found before a long download, and again after it
    const written = <T>(operation: () => T): T => {
      try {
        return operation();
      } catch (error) {
        if (error instanceof InputError) throw error;
        throw new InputError(`${join(this.root, name)}: it cannot be written (${ioReason(error)})`);
      }
    };
    const file = written(() => new TemporaryFile(this.root, fileMode));
    let length = 0;
    return {
      write: (piece) => {
        written(() => file.write(piece.subarray(0, Math.max(bytesMax - length, 0))));
        length += piece.length;
      },
      commit: () => {
        if (length > bytesMax) throw new RangeError('an image longer than listed was to be discarded');
        try {
          written(() => file.keepAs(this.pathOf(name, true)));
        } finally {
          file.discard();
        }
      },
      discard: () => file.discard(),
    };
  }

  /** The path of a safe name, every folder on the way being one, made where `make` says so. */
  private pathOf(name: string, make: boolean): string {
    const parts = name.split('/');
    let path = this.root;
    for (const [index, part] of parts.entries()) {
      path = join(path, part);
      const status = this.statusOf(path);
      const last = index === parts.length - 1;
      if (status === undefined && make && !last) this.makeFolder(path);
      if (status === undefined) continue;
      if (status.isSymbolicLink()) throw new InputError(`${path}: a symbolic link is in the way`);
      if (last && !status.isFile()) throw new InputError(`${path}: what is in the way is no file`);
      if (!last && !status.isDirectory()) throw new InputError(`${path}: what is in the way is no folder`);
    }
    return path;
  }

  private statusOf(path: string) {
    try {
      return lstatSync(path, { throwIfNoEntry: false });
    } catch (error) {
      throw new InputError(`${path}: ${ioReason(error)}`);
    }
  }

  private makeFolder(path: string): void {
    try {
      mkdirSync(path, { mode: folderMode });
    } catch (error) {
      throw new InputError(`${path}: the folder cannot be made (${ioReason(error)})`);
    }
  }
}
