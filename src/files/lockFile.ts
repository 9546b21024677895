// Owns: one process at a time, by a file that says which process has it. It is there as a whole or not at all; where its process is gone, the
// next one takes it over, and nobody has to remove anything by hand.
//
// How it is taken over: each lock that ever was has a key of its own. Who finds one whose process is gone takes a second lock, the claim on
// that key, looks again, and replaces the one by its own in one step. Only who has the claim may do so, so of many one wins; a claim whose
// process is gone is taken over in the same way, by a claim on its key. A key never comes again, so a claim on a lock that has been replaced
// does no harm, and the process that has the lock takes such claims away.
import { randomBytes } from 'node:crypto';
import { closeSync, lstatSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fromUtf8, utf8 } from '../core/bytes.ts';
import { InputError } from '../core/faults.ts';
import { hostInterval } from '../core/time/hostTime.ts';
import { TemporaryFile } from './atomicFile.ts';
import { ioCode, ioReason, NotRegularError, noSuchFolder } from './ioReason.ts';
import { lockAttemptsMax, lockFileBytesMax, lockRenewalMs, lockSilentMsMax } from './limits.ts';
import { type ProcessId, processForm, processText, readProcessText, thisMachine } from './processId.ts';
import { readRegular } from './regularFile.ts';
import { namesIn } from './remains.ts';

const mode = 0o600;
const ownForm = new RegExp(`^(${processForm})-[0-9a-f]{16}\n$`);
/** What follows a lock's name in that of a claim on it; `stale` is what earlier versions left. */
const claimEnd = new RegExp(`^\\.(${processForm}-[0-9a-f]{16}|odd-\\d+-\\d+|stale)$`);
/** Errors of link(2) on file systems that have none. */
const linkless: readonly string[] = ['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** What this process has, and what it had but could not remove: both are as they were when it asks for them again. */
const held = new Set<string>();
const given = new Set<string>();

interface Found {
  readonly key: string;
  /** Undefined for a file that this program did not write as a whole. */
  readonly holder: ProcessId | undefined;
  readonly text: string;
  readonly renewedMs: number;
}

/** Takes the lock at an absolute path; returns the function that lets it go. Throws an InputError where another process has it. */
export function takeLock(path: string): () => void {
  const text = acquire(path, path);
  removeClaims(path);
  const stopRenewing = hostInterval(lockRenewalMs, () => renew(path, text));
  let isHeld = true;
  const release = () => {
    if (!isHeld) return; // another may have the lock by now
    isHeld = false;
    stopRenewing();
    process.removeListener('exit', release);
    letGo(path, text);
  };
  process.once('exit', release);
  return release;
}

/** Gives the text of the lock that this process now has at `path`: the lock `base`, or a claim on one. */
function acquire(path: string, base: string): string {
  for (let attempt = 0; attempt < lockAttemptsMax; attempt += 1) {
    const text = `${processText(thisMachine.own)}-${randomBytes(8).toString('hex')}\n`;
    const offered = offer(path, base, text);
    if (offered === 'taken') return text;
    const found = look(path);
    if (found === undefined) continue; // let go meanwhile
    if (!isFree(found, offered.nowMs)) throw inUse(path, found.holder);
    const claimPath = `${base}.${found.key}`;
    const claim = acquire(claimPath, base);
    try {
      if (look(path)?.key !== found.key) continue; // another was sooner, and may be through already
      replace(path, text);
      return text;
    } finally {
      letGo(claimPath, claim);
    }
  }
  throw new InputError(`${path}: other processes take it again and again`);
}

/** Puts the lock there, whole from its first moment. Else it gives the time of the file system. */
function offer(path: string, base: string, text: string): 'taken' | { readonly nowMs: number } {
  return writing(path, (file) => {
    file.write(utf8(text));
    if (path === base) file.removeOthersRemains(); // once a call, and not once a process
    const { writtenMs: nowMs } = file;
    const isOurs = linked(file, path) ?? created(path, text);
    if (isOurs) held.add(text);
    return isOurs ? 'taken' : { nowMs };
  });
}

/** Undefined where the file system has no second names. */
function linked(file: TemporaryFile, path: string): boolean | undefined {
  try {
    return file.linkAs(path);
  } catch (error) {
    if (linkless.includes(ioCode(error))) return undefined;
    throw error;
  }
}

/** The next best: for a moment it is there and empty, and who comes in that moment takes it for one that a kill left. */
function created(path: string, text: string): boolean {
  let handle: number;
  try {
    handle = openSync(path, 'wx', mode);
  } catch (error) {
    if (ioCode(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    writeSync(handle, utf8(text));
  } finally {
    closeSync(handle);
  }
  return look(path)?.text === text;
}

function replace(path: string, text: string): void {
  writing(path, (file) => {
    file.write(utf8(text));
    file.keepAs(path);
  });
  held.add(text);
}

function writing<T>(path: string, use: (file: TemporaryFile) => T): T {
  try {
    const file = new TemporaryFile(dirname(path), mode);
    try {
      return use(file);
    } finally {
      file.discard();
    }
  } catch (cause) {
    throw new InputError(`${path}: it cannot be written (${ioReason(cause, noSuchFolder)})`, { cause });
  }
}

/** What is there; undefined for nothing. */
function look(path: string): Found | undefined {
  try {
    const status = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (status === undefined) return undefined;
    if (status.isDirectory()) throw new NotRegularError('a folder stands where a file should be');
    const text = status.isFile() ? textOf(path) : '';
    const holder = readProcessText(ownForm.exec(text)?.[1] ?? '');
    // A file of another make is told from later ones by what the file system calls it.
    const key = holder === undefined ? `odd-${status.ino}-${status.mtimeNs}` : text.trim();
    return { key, holder, text, renewedMs: Number(status.mtimeMs) };
  } catch (error) {
    if (ioCode(error) === 'ENOENT') return undefined;
    throw new InputError(`${path}: ${ioReason(error)}`);
  }
}

function textOf(path: string): string {
  const pieces: Uint8Array[] = [];
  readRegular(path, lockFileBytesMax, (piece) => pieces.push(piece));
  return fromUtf8(Buffer.concat(pieces)) ?? '';
}

function isFree({ holder, text, renewedMs }: Found, nowMs: number): boolean {
  if (holder === undefined || given.has(text)) return true;
  return !held.has(text) && thisMachine.isGone(holder, nowMs - renewedMs, lockSilentMsMax);
}

function inUse(path: string, holder: ProcessId | undefined): InputError {
  const near = holder !== undefined && thisMachine.isNear(holder);
  const who = near ? `process ${holder.pid}` : 'a process of another machine or container';
  return new InputError(`${path}: in use by ${who}`);
}

/** For the process that has the lock: nobody can claim it, and all other claims are of no use any more. */
function removeClaims(path: string): void {
  const start = basename(path);
  for (const name of namesIn(dirname(path))) {
    if (!name.startsWith(start) || !claimEnd.test(name.slice(start.length))) continue;
    try {
      rmSync(join(dirname(path), name), { force: true });
    } catch {
      // It stays for the next call: nobody is kept out by it.
    }
  }
}

/** A sign of life for those who cannot see this process: the file gets the time at which it is written, by the file system's clock. */
function renew(path: string, text: string): void {
  try {
    if (readFileSync(path, 'utf8') !== text) return;
    const handle = openSync(path, 'r+');
    try {
      writeSync(handle, text, 0);
    } finally {
      closeSync(handle);
    }
  } catch {
    // The file system is away for the moment, or for good: what is to be kept in it finds that out.
  }
}

function letGo(path: string, text: string): void {
  held.delete(text);
  try {
    if (look(path)?.text === text) rmSync(path, { force: true });
  } catch {
    given.add(text);
  }
}
