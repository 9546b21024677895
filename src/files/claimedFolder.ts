// Owns: a folder that one process has at a time: made where there is none, and taken away again where nothing came into it. Must not know what
// is kept in it.
import { join } from 'node:path';
import { InputError } from '../core/faults.ts';
import { makeFolder } from './folder.ts';
import { ioCode } from './ioReason.ts';
import { lockAttemptsMax } from './limits.ts';
import { takeLock } from './lockFile.ts';

export interface ClaimedFolder {
  /** Its real path. */
  readonly path: string;
  /** Lets another process in. Again, it does nothing. */
  readonly release: () => void;
}

/** Takes a folder by a lock of this name in it. Throws an InputError where another process has it; then nothing that was made is left. */
export function claimFolder(folder: string, lockName: string, mode: number): ClaimedFolder {
  for (let attempt = 1; ; attempt += 1) {
    let undo = () => {};
    try {
      const made = makeFolder(folder, mode);
      undo = made.undo;
      return claimed(made.path, takeLock(join(made.path, lockName)), undo);
    } catch (error) {
      undo();
      // The process that made the folder before took it away again, while it was looked at or the lock was put there.
      const isAway = error instanceof InputError && ioCode(error.cause) === 'ENOENT';
      if (!isAway || attempt === lockAttemptsMax) throw error;
    }
  }
}

function claimed(path: string, unlock: () => void, undo: () => void): ClaimedFolder {
  const release = () => {
    process.removeListener('exit', release);
    unlock();
    undo();
  };
  process.once('exit', release);
  return { path, release };
}
