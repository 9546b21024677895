// Owns: locks as calls before left them, and who wrote them.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { processText, thisMachine } from '../../../src/files/processId.ts';

const { own } = thisMachine;

/** The id of a process that was. */
const gone = Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }));

/** What stands in a lock, and in the name of a claim on it: the process of these members, and a number of its own each time. */
export function lockKey(of: Partial<typeof own> = {}): string {
  return `${processText({ ...own, ...of })}-${randomBytes(8).toString('hex')}`;
}

export const goneKey = () => lockKey({ pid: gone });
/** The process id is that of a program that runs, which began at another time. */
export const reusedKey = () => lockKey({ pid: process.ppid, startTicks: '1' });
export const elsewhereKey = () => lockKey({ place: own.place === '00000000' ? '00000001' : '00000000' });

/** Files of a folder by their names: a lock, and claims on it. */
export type Left = Readonly<Record<string, string>>;

/** The lock of a process that is gone, and of those that were taking it over when they were killed: each had the claim on the one before. */
function cutTakeover(depth: number): Left {
  const files: Record<string, string> = {};
  let name = 'lock';
  for (let level = 0; level <= depth; level += 1) {
    const key = goneKey();
    files[name] = `${key}\n`;
    name = `lock.${key}`;
  }
  return files;
}

/** Made anew for each use: no key comes twice. */
export const leftLocks: Readonly<Record<string, () => Left>> = {
  'that a kill left empty': () => ({ lock: '' }),
  'that a kill left half written': () => ({ lock: lockKey().slice(0, 9) }),
  'of a process that is gone': () => ({ lock: `${goneKey()}\n` }),
  'of a process whose id another program has by now': () => ({ lock: `${reusedKey()}\n` }),
  'of an earlier life of this very process id': () => ({ lock: `${lockKey({ startTicks: '1' })}\n` }),
  'of an earlier version, of a process id that another program has': () => ({ lock: `${process.ppid}\n` }),
  'of an earlier version, being taken over': () => ({ lock: `${gone}\n`, 'lock.stale': '1\n' }),
  'longer than any': () => ({ lock: '9'.repeat(5000) }),
  'stale, being taken over when that was killed as well': () => cutTakeover(1),
  'stale, four takeovers killed one after the other': () => cutTakeover(4),
};
