// Which process made a file: told by /proc where there is one, as on Linux, and by less elsewhere.
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { processesOf, processText, readProcessText, thisMachine } from '../../src/files/processId.ts';
import { temporaryFolders } from './support/temporary.ts';

const temporaryFolder = temporaryFolders();
const gone = Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }));
const { pid } = process;

/** A /proc of these files. */
function procOf(files: Readonly<Record<string, string>>, container = 'pid:[1]'): string {
  const proc = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(proc, name)), { recursive: true });
    writeFileSync(join(proc, name), content);
  }
  mkdirSync(join(proc, 'self/ns'), { recursive: true });
  symlinkSync(container, join(proc, 'self/ns/pid'));
  return proc;
}

const stat = (startTicks: number, { name = 'node', state = 'S' } = {}) =>
  `${pid} (${name}) ${state} 1 2 3 0 -1 4194560 1 0 0 0 5 6 0 0 20 0 11 0 ${startTicks} 1000 200`;
const boot = { 'sys/kernel/random/boot_id': 'one\n' };

describe('a process', () => {
  it('is told by its id, its beginning and its place, as text and back', () => {
    const { own } = processesOf(procOf({ ...boot, [`${pid}/stat`]: stat(4711) }));
    expect(own).toMatchObject({ pid, startTicks: '4711' });
    expect(processText(own)).toMatch(new RegExp(`^${pid}-4711-[0-9a-f]{8}$`));
    expect(readProcessText(processText(own))).toEqual(own);
    for (const text of ['', '1', `${pid}-4711`, `x${processText(own)}`, `${processText(own)}\n`, '0-1-00000000']) {
      expect(readProcessText(text)).toBeUndefined();
    }
  });

  it('may have any name', () => {
    const { own } = processesOf(procOf({ ...boot, [`${pid}/stat`]: stat(7, { name: 'a) S 1 (b) \n c' }) }));
    expect(own.startTicks).toBe('7');
  });

  it.runIf(process.platform === 'linux')('is told on this machine', () => {
    expect(thisMachine.own).toMatchObject({ pid, startTicks: expect.stringMatching(/^[1-9]/) });
    expect(thisMachine.isGone(thisMachine.own, 1e12, 1)).toBe(false);
  });

  it('is gone where its id is nobody’s, another’s, or waits for its parent alone', () => {
    const proc = procOf({ ...boot, [`${pid}/stat`]: stat(4711) });
    const { own, isGone } = processesOf(proc);
    expect(isGone(own, 1e12, 1)).toBe(false);
    expect(isGone({ ...own, pid: gone }, 0, 1)).toBe(true);
    expect(isGone({ ...own, startTicks: '4710' }, 0, 1)).toBe(true);
    writeFileSync(join(proc, `${pid}/stat`), stat(4711, { state: 'Z' }));
    expect(isGone(own, 0, 1)).toBe(true);
  });

  it('of another boot or container is gone once it is silent, whatever has its id here', () => {
    const at = (bootId: string, container?: string) =>
      processesOf(procOf({ 'sys/kernel/random/boot_id': bootId, [`${pid}/stat`]: stat(4711) }, container));
    const { isGone, isNear } = at('one');
    expect(isNear(at('one').own)).toBe(true);
    for (const { own } of [at('two'), at('one', 'pid:[2]')]) {
      expect(isNear(own)).toBe(false);
      expect([isGone(own, 10, 10), isGone(own, 11, 10), isGone(own, -11, 10)]).toEqual([false, true, true]);
      expect(isGone({ ...own, pid: gone }, 10, 10)).toBe(false);
    }
  });

  it('whose beginning cannot be seen counts by its id, and as gone once it is silent', () => {
    for (const proc of ['/no/such/proc', procOf(boot)]) {
      const { own, isGone } = processesOf(proc);
      expect(own.startTicks).toBe('0');
      expect([isGone(own, 10, 10), isGone(own, 11, 10)]).toEqual([false, true]);
      expect(isGone({ ...own, pid: gone }, 0, 10)).toBe(true);
    }
  });
});
