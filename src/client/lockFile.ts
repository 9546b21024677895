// Owns: one process at a time, by a file that holds its id. A file left by a process that is gone gives way.
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { fromUtf8, utf8 } from '../core/bytes.ts';
import { InputError } from '../core/faults.ts';
import { lockFileBytesMax } from '../core/limits.ts';
import { ioCode, ioReason, readBoundedFileIfAny } from './regularFile.ts';

/** Ids of processes are used again, as after a restart: a file with our own id is another's unless it is in here. */
const heldPaths = new Set<string>();

/** False where the file is there already. */
function create(path: string): boolean {
  let handle: number;
  try {
    handle = openSync(path, 'wx', 0o600);
  } catch (error) {
    if (ioCode(error) === 'EEXIST') return false;
    throw new InputError(`${path}: it cannot be written (${ioReason(error)})`);
  }
  try {
    writeSync(handle, utf8(`${process.pid}\n`));
    return true;
  } catch (error) {
    rmSync(path, { force: true });
    throw new InputError(`${path}: it cannot be written (${ioReason(error)})`);
  } finally {
    closeSync(handle);
  }
}

/** The process that holds the lock; undefined where it is gone; an InputError where the file does not say. */
function liveHolder(path: string): number | undefined {
  const bytes = readBoundedFileIfAny(path, lockFileBytesMax);
  if (bytes === undefined) return undefined;
  const text = fromUtf8(bytes) ?? '';
  if (!/^[1-9]\d{0,9}\n$/.test(text)) {
    throw new InputError(`${path}: it does not say which process holds it; remove it if no other ecunet is running`);
  }
  const pid = Number(text);
  if (pid === process.pid) return heldPaths.has(path) ? pid : undefined;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return ioCode(error) === 'ESRCH' ? undefined : pid;
  }
}

function assertFree(path: string): void {
  const holder = liveHolder(path);
  if (holder !== undefined) {
    throw new InputError(`${path}: in use by process ${holder}; remove it if that is no ecunet`);
  }
}

/** Removes a file whose process is gone. Under a lock of its own: of two that find it, one must not remove the other's new one. */
function takeOver(path: string): void {
  const guard = `${path}.stale`;
  if (!create(guard)) {
    throw new InputError(`${guard}: another process is removing a stale lock; remove it if no other ecunet is running`);
  }
  try {
    assertFree(path); // it may have changed hands meanwhile
    rmSync(path, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

/** Takes the lock at an absolute path; gives how to let it go. Throws an InputError where another process has it. */
export function takeLock(path: string): () => void {
  if (!create(path)) {
    assertFree(path);
    takeOver(path);
    if (!create(path)) throw new InputError(`${path}: in use by another process`);
  }
  heldPaths.add(path);
  let held = true;
  const release = () => {
    if (!held) return; // another may have the lock by now
    held = false;
    heldPaths.delete(path);
    process.removeListener('exit', release);
    rmSync(path, { force: true });
  };
  process.once('exit', release);
  return release;
}
