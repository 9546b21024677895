// Owns: which process made a file, and whether that process is gone. A process id alone does not say: ids are used again, after a restart and
// by other containers. Must not know what the files are for.
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ioCode } from './ioReason.ts';

/** A process among all that ever ran. */
export interface ProcessId {
  readonly pid: number;
  /** When it began, in clock ticks since the boot; `0` where this machine does not say. */
  readonly startTicks: string;
  /** The boot and the container whose process ids these are, as 8 hex digits. */
  readonly place: string;
}

const unknownStart = '0';
/** The form of `processText`. */
export const processForm = '[1-9]\\d{0,9}-\\d{1,20}-[0-9a-f]{8}';
const wholeForm = new RegExp(`^${processForm}$`);

/** As a part of a file's name. */
export function processText({ pid, startTicks, place }: ProcessId): string {
  return `${pid}-${startTicks}-${place}`;
}

/** Undefined for any other text. */
export function readProcessText(text: string): ProcessId | undefined {
  if (!wholeForm.test(text)) return undefined;
  const [pid = '', startTicks = '', place = ''] = text.split('-');
  return { pid: Number(pid), startTicks, place };
}

export interface Processes {
  readonly own: ProcessId;
  /** Whether it runs in this boot and container, so that `isGone` knows about it at once. */
  isNear(id: ProcessId): boolean;
  /**
   * Whether it is no more. Where that cannot be seen, it is what has given no sign of life for longer than `silentMsMax`; `silentMs` is
   * negative for a sign that a clock set back since has put into the future.
   */
  isGone(id: ProcessId, silentMs: number, silentMsMax: number): boolean;
}

/** As Linux shows them under `/proc`; on other systems ids without their beginning. */
export function processesOf(proc: string): Processes {
  const place = placeOf(proc);
  const started = startOf(proc, process.pid);
  const own = { pid: process.pid, startTicks: started === 'ended' ? unknownStart : (started ?? unknownStart), place };
  return {
    own,
    isNear: (id) => id.place === place,
    isGone(id, silentMs, silentMsMax) {
      const isSilent = Math.abs(silentMs) > silentMsMax;
      if (id.place !== place) return isSilent;
      if (!isThere(id.pid)) return true;
      const now = startOf(proc, id.pid);
      if (now === 'ended') return true;
      return now === undefined || id.startTicks === unknownStart ? isSilent : now !== id.startTicks;
    },
  };
}

export const thisMachine: Processes = processesOf('/proc');

function placeOf(proc: string): string {
  const boot = told(() => readFileSync(join(proc, 'sys/kernel/random/boot_id'), 'utf8'));
  const container = told(() => readlinkSync(join(proc, 'self/ns/pid')));
  const text = boot === undefined ? `host ${hostname()}` : `${boot.trim()} ${container ?? ''}`;
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return ioCode(error) !== 'ESRCH'; // another user's
  }
}

/** `ended` for a process that only waits for its parent to take note; undefined where this machine does not tell. proc(5) */
function startOf(proc: string, pid: number): string | 'ended' | undefined {
  const status = told(() => readFileSync(join(proc, String(pid), 'stat'), 'utf8'));
  // The name of the program stands in brackets, and may hold any character.
  const fields = status?.slice(status.lastIndexOf(')') + 2).split(' ');
  const [state = '', startTicks = ''] = [fields?.[0], fields?.[19]];
  if (/^[ZXx]$/.test(state)) return 'ended';
  return /^\d{1,20}$/.test(startTicks) ? startTicks : undefined;
}

function told<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
