// Owns: taking away what processes that are gone left in a folder. Must not know what was in it.
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { remainsSilentMsMax } from './limits.ts';
import { type Processes, readProcessText, thisMachine } from './processId.ts';

/**
 * Removes the files whose process is gone. `processIn` gives what stands for the process in a file's name, undefined for any other file;
 * `nowMs` is the folder's own time, that of a file just written there. What cannot be removed is left.
 */
export function removeRemains(
  folder: string,
  processIn: (name: string) => string | undefined,
  nowMs: number,
  processes: Processes = thisMachine,
): void {
  for (const name of namesIn(folder)) {
    const id = readProcessText(processIn(name) ?? '');
    if (id === undefined) continue;
    const path = join(folder, name);
    try {
      const silentMs = nowMs - statSync(path).mtimeMs;
      if (processes.isGone(id, silentMs, remainsSilentMsMax)) rmSync(path, { force: true });
    } catch {
      // Somebody else removed it, or nobody may.
    }
  }
}

/** None where the folder cannot be read: what is to be done in it says why. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
