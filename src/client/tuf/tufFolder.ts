// Owns: the folder that keeps a TUF client's trusted metadata, one file a role under its unversioned name, for one process at a
// time. Must not know what the files mean.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../core/faults.ts';
import { writeAtomic } from '../../files/atomicFile.ts';
import { claimFolder } from '../../files/claimedFolder.ts';
import { ioReason } from '../../files/ioReason.ts';
import { readBoundedFileIfAny } from '../../files/regularFile.ts';
import { encodeRoleName } from '../../uptane/model/profile.ts';

const folderMode = 0o755;

/**
 * Two roles never have one file, not even where a file system takes `ROOT.json` for `root.json`: capitals are percent-encoded too, so
 * that all that is left of a letter's case is in the digits. Else a delegated role could overwrite the trusted root, or, of two bins
 * that one key signs, stand for the other. Names without capitals, as the four roles have, stay as they are.
 */
function fileNameOf(role: string): string {
  const capital = /%[0-9A-F]{2}|[A-Z]/g;
  return encodeRoleName(role).replace(capital, (found) =>
    found.length > 1 ? found : `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export class TufFolder {
  private readonly folder: string;
  private readonly release: () => void;

  /** Makes the folder where there is none, until it closes with nothing to keep. Throws an InputError, as where another process has it. */
  constructor(folder: string) {
    const { path, release } = claimFolder(folder, 'tuf.lock', folderMode);
    this.folder = path;
    this.release = release;
  }

  /** The file of a role; undefined where there is none, and for what is too large, unreadable or no file at all. */
  load(role: string, bytesMax: number): Uint8Array | undefined {
    try {
      return readBoundedFileIfAny(this.pathOf(role), bytesMax);
    } catch (error) {
      if (error instanceof InputError) return undefined;
      throw error;
    }
  }

  /** Replaces the file of a role as a whole. Throws an InputError. */
  store(role: string, bytes: Uint8Array): void {
    writeAtomic(this.pathOf(role), bytes);
  }

  /** Throws an InputError. */
  forget(role: string): void {
    try {
      rmSync(this.pathOf(role), { force: true });
    } catch (error) {
      throw new InputError(`${this.pathOf(role)}: it cannot be removed (${ioReason(error)})`);
    }
  }

  /** Lets another process in. */
  close(): void {
    this.release();
  }

  private pathOf(role: string): string {
    return join(this.folder, `${fileNameOf(role)}.json`);
  }
}
