import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { InputError } from '../../src/core/faults.ts';
import { TemporaryFile } from '../../src/files/atomicFile.ts';
import { lockRenewalMs, lockSilentMsMax } from '../../src/files/limits.ts';
import { takeLock } from '../../src/files/lockFile.ts';
import { processText, thisMachine } from '../../src/files/processId.ts';
import { elsewhereKey, goneKey, type Left, leftLocks, lockKey } from './support/leftLocks.ts';
import { ended, processTest, startScript } from './support/ownProcess.ts';
import { temporaryFolders } from './support/temporary.ts';

const temporaryFolder = temporaryFolders();

function folderWith(files: Left): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

function refusal(path: string): string {
  try {
    takeLock(path)();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return error instanceof InputError ? error.message : '';
  }
  return expect.fail('not refused');
}

describe('a lock', () => {
  it('says which process has it, keeps others out until it is let go, and leaves nothing', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'lock');
    const release = takeLock(path);
    expect(readdirSync(folder)).toEqual(['lock']);
    expect(readFileSync(path, 'utf8')).toMatch(new RegExp(`^${processText(thisMachine.own)}-[0-9a-f]{16}\n$`));
    expect(refusal(path)).toBe(`${path}: in use by process ${process.pid}`);
    release();
    expect(readdirSync(folder)).toEqual([]);
    const next = takeLock(path);
    release(); // again: the lock is not its own any more
    expect(refusal(path)).toMatch('in use');
    next();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(Object.entries(leftLocks))('%s is taken over by the next call, and nothing is left of it', (_, left) => {
    const folder = folderWith(left());
    const release = takeLock(join(folder, 'lock'));
    expect(readdirSync(folder)).toEqual(['lock']);
    expect(readFileSync(join(folder, 'lock'), 'utf8')).toMatch(`${processText(thisMachine.own)}-`);
    release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of a process that ended, but whose parent has not taken note, is taken over', processTest, async () => {
    // A shell that waits for another child first.
    const parent = spawn('sh', ['-c', 'sh -c "echo \\$\\$" & exec sleep 600'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [line] = await once(createInterface(parent.stdout), 'line');
    const pid = Number(line);
    const state = () => / ([A-Z]) \d+ /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
    await vi.waitUntil(() => state() === 'Z');
    const startTicks = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19] ?? '';
    const folder = folderWith({ lock: `${lockKey({ pid, startTicks })}\n` });
    takeLock(join(folder, 'lock'))();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of a process that cannot be seen from here keeps others out for as long as it gives signs of life', () => {
    const path = join(folderWith({ lock: `${elsewhereKey()}\n` }), 'lock');
    expect(refusal(path)).toBe(`${path}: in use by a process of another machine or container`);
    const seconds = (silentMs: number) => statSync(path).mtimeMs / 1000 - silentMs / 1000;
    utimesSync(path, 0, seconds(lockSilentMsMax / 2));
    expect(refusal(path)).toMatch('in use');
    utimesSync(path, 0, seconds(lockSilentMsMax));
    takeLock(path)();
  });

  it('of a process that cannot be seen, from a time to come because a clock was set back, is taken over', () => {
    const path = join(folderWith({ lock: `${elsewhereKey()}\n` }), 'lock');
    utimesSync(path, 0, 4e9);
    takeLock(path)();
  });

  it('gives signs of life', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const path = join(temporaryFolder(), 'lock');
    const release = takeLock(path);
    const text = readFileSync(path, 'utf8');
    utimesSync(path, 0, 0);
    vi.advanceTimersByTime(lockRenewalMs);
    expect(statSync(path).mtimeMs).toBeGreaterThan(1e12);
    expect(readFileSync(path, 'utf8')).toBe(text);
    release();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is a file of its own where a link stands in its place, and what that leads to stays', () => {
    const folder = folderWith({ other: 'precious' });
    symlinkSync('other', join(folder, 'lock'));
    takeLock(join(folder, 'lock'))();
    expect(readdirSync(folder)).toEqual(['other']);
    expect(readFileSync(join(folder, 'other'), 'utf8')).toBe('precious');
  });

  it('cannot be where a folder is, or where no folder is', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'lock'));
    expect(refusal(join(folder, 'lock'))).toBe(`${folder}/lock: a folder stands where a file should be`);
    expect(refusal(join(folder, 'a/lock'))).toBe(`${folder}/a/lock: it cannot be written (no such folder)`);
    expect(readdirSync(folder)).toEqual(['lock']);
  });

  it('is had on a file system without links as well', () => {
    vi.spyOn(TemporaryFile.prototype, 'linkAs').mockImplementation(() => {
      throw Object.assign(new Error('no links here'), { code: 'EPERM' });
    });
    for (const left of Object.values(leftLocks)) {
      const folder = folderWith(left());
      const path = join(folder, 'lock');
      const release = takeLock(path);
      expect(refusal(path)).toBe(`${path}: in use by process ${process.pid}`);
      release();
      expect(readdirSync(folder)).toEqual([]);
    }
  });
});

/** Takes the lock of each path that it is told, at once; answers whether it did, and lets the one before go. */
const racer = `
  const { takeLock } = await import(rooms + '/files/lockFile.js');
  const { createInterface } = await import('node:readline');
  let release = () => {};
  process.stdout.write('ready\\n');
  for await (const path of createInterface(process.stdin)) {
    release();
    release = () => {};
    if (path === '') { process.stdout.write('free\\n'); continue; }
    try {
      release = takeLock(path);
      process.stdout.write('won\\n');
    } catch (error) {
      process.stdout.write((error.name === 'InputError' ? 'refused' : error.stack) + '\\n');
    }
  }`;

describe('processes that take a lock over at once', () => {
  const racers = 4;
  const rounds = 8;

  it('are told apart: one wins each time, and the others are refused', { timeout: 120_000 }, async () => {
    const children = Array.from({ length: racers }, () => startScript(racer));
    const answers = children.map(({ stdout }) => createInterface(stdout)[Symbol.asyncIterator]());
    const all = async () => Promise.all(answers.map(async (lines) => (await lines.next()).value));
    const tell = (line: string) => {
      for (const { stdin } of children) stdin.write(`${line}\n`);
    };
    expect(await all()).toEqual(children.map(() => 'ready'));
    for (const [kind, left] of Object.entries(leftLocks)) {
      for (let round = 0; round < rounds; round += 1) {
        const folder = folderWith(left());
        tell(join(folder, 'lock'));
        expect([kind, (await all()).toSorted()]).toEqual([kind, ['refused', 'refused', 'refused', 'won']]);
        expect(readFileSync(join(folder, 'lock'), 'utf8')).toMatch(/^\d+-\d+-[0-9a-f]{8}-[0-9a-f]{16}\n$/);
        tell('');
        await all();
        expect([kind, readdirSync(folder)]).toEqual([kind, []]);
      }
    }
    for (const { stdin } of children) stdin.end();
    await Promise.all(children.map(ended));
  });

  it('and are killed, at any moment, leave nothing that stops the next call', { timeout: 120_000 }, async () => {
    const folder = temporaryFolder();
    const path = JSON.stringify(join(folder, 'lock'));
    for (let round = 0; round < 6; round += 1) {
      const child = startScript(`
        const { takeLock } = await import(rooms + '/files/lockFile.js');
        const { writeFileSync } = await import('node:fs');
        for (let taken = 0; ; taken += 1) {
          writeFileSync(${path}, ${JSON.stringify(`${goneKey()}\n`)}, { flag: 'a' });
          takeLock(${path})();
          if (taken === ${3 + round}) process.stdout.write('many');
        }`);
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
      await ended(child);
      takeLock(join(folder, 'lock'))();
      expect(readdirSync(folder)).toEqual([]);
    }
  });
});
