// What a process leaves that was killed, or that could not make what it was to make, and who takes it away.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeAtomic } from '../../src/files/atomicFile.ts';
import { claimFolder } from '../../src/files/claimedFolder.ts';
import { GrowingFile } from '../../src/files/growingFile.ts';
import { remainsSilentMsMax } from '../../src/files/limits.ts';
import { processText, thisMachine } from '../../src/files/processId.ts';
import { builtMain } from '../support/builtCommand.ts';
import { isHeavy } from '../support/heavy.ts';
import { elsewhereKey, goneKey, reusedKey } from './support/leftLocks.ts';
import { ended, processTest, startScript } from './support/ownProcess.ts';
import { temporaryFolders } from './support/temporary.ts';

const temporaryFolder = temporaryFolders();
const bytes = Uint8Array.of(1);
const temporaryName = (key: string) => `.ecunet-${key}.partial`;
const processOf = (key: string) => key.slice(0, key.lastIndexOf('-'));

describe('temporary files of processes that are gone', () => {
  it('are taken away where the next file is written', () => {
    const folder = temporaryFolder();
    const kept = [
      temporaryName(`${processText(thisMachine.own)}-0123456789abcdef`),
      temporaryName(elsewhereKey()),
      temporaryName(`x${goneKey()}`),
      '.ecunet-.partial',
      `${goneKey()}.partial`,
    ];
    const old = temporaryName(elsewhereKey());
    for (const name of [...kept, old, temporaryName(goneKey()), temporaryName(reusedKey())]) {
      writeFileSync(join(folder, name), '');
    }
    utimesSync(join(folder, old), 0, Date.now() / 1000 - remainsSilentMsMax / 1000 - 60);
    mkdirSync(join(folder, temporaryName(goneKey())));
    writeAtomic(join(folder, 'x'), bytes);
    const left = readdirSync(folder);
    expect(left).toEqual(expect.arrayContaining(['x', ...kept]));
    expect(left).toHaveLength(kept.length + 2); // the folder, which is nobody's temporary file
  });

  it('are taken away by the next call that has a folder, each time', () => {
    const folder = temporaryFolder();
    for (let call = 0; call < 2; call += 1) {
      writeFileSync(join(folder, temporaryName(goneKey())), '');
      const { release } = claimFolder(folder, 'lock', 0o700);
      expect(readdirSync(folder)).toEqual(['lock']);
      release();
    }
  });

  it('are what a kill left in the middle of writing', processTest, async () => {
    const folder = temporaryFolder();
    const child = startScript(`
      const { TemporaryFile } = await import(rooms + '/files/atomicFile.js');
      const { GrowingFile } = await import(rooms + '/files/growingFile.js');
      new TemporaryFile(${JSON.stringify(folder)}, 0o600).write(new Uint8Array(10));
      const isOne = () => true;
      for (const [name, suffix] of [['t.jsonl', ''], ['a.log.gz', '.log.gz']]) {
        new GrowingFile({ path: ${JSON.stringify(folder)} + '/' + name, what: '', otherwise: '', isOne, suffix, atExit() {} });
      }
      process.stdout.write('written');
      setInterval(() => {}, 1000);`);
    await once(child.stdout, 'data');
    const live = readdirSync(folder);
    expect(live).toEqual([
      expect.stringMatching(/^\.ecunet-.*\.partial$/),
      expect.stringMatching(/^a\.\d+-\d+-[0-9a-f]{8}\.partial\.log\.gz$/),
      expect.stringMatching(/^t\.jsonl\.\d+-\d+-[0-9a-f]{8}\.partial$/),
    ]);
    writeAtomic(join(folder, 'x'), bytes);
    expect(readdirSync(folder)).toHaveLength(live.length + 1);
    child.kill('SIGKILL');
    await ended(child);
    claimFolder(folder, 'lock', 0o700).release();
    for (const [name, suffix] of [
      ['t.jsonl', ''],
      ['a.log.gz', '.log.gz'],
    ] as const) {
      const options = { what: '', otherwise: '', isOne: () => true, atExit: () => {} };
      new GrowingFile({ ...options, path: join(folder, name), suffix }).discard();
    }
    expect(readdirSync(folder)).toEqual(['x']);
  });

  it('of another growing file are not this one’s matter', () => {
    const folder = temporaryFolder();
    const dead = processOf(goneKey());
    const own = ['t.jsonl', `t.jsonl.${dead}.partial`];
    const others = [`t.jsonl.${dead}.partial.gz`, `u.jsonl.${dead}.partial`, `.${dead}.partial`, 't.jsonl.1.partial'];
    for (const name of [...own, ...others]) writeFileSync(join(folder, name), '');
    const options = { what: '', otherwise: '', isOne: () => true, atExit: () => {} };
    new GrowingFile({ ...options, path: join(folder, 't.jsonl') }).discard();
    expect(readdirSync(folder).toSorted()).toEqual([...others, 't.jsonl'].toSorted());
  });
});

describe('a folder that one process has', () => {
  it('is made with those above it, and not left where nothing came into it', () => {
    const root = temporaryFolder();
    const folder = join(root, 'a', 'b');
    claimFolder(folder, 'lock', 0o700).release();
    expect(readdirSync(root)).toEqual([]);
    const { path, release } = claimFolder(folder, 'lock', 0o700);
    writeAtomic(join(path, 'x'), bytes);
    release();
    expect(readdirSync(folder)).toEqual(['x']);
  });

  it('that was there before stays', () => {
    const folder = temporaryFolder();
    claimFolder(folder, 'lock', 0o700).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is made again where another call takes its own away at that moment', processTest, async () => {
    const root = temporaryFolder();
    const folder = JSON.stringify(join(root, 'store'));
    const script = `
      const { claimFolder } = await import(rooms + '/files/claimedFolder.js');
      const outcomes = new Set();
      for (let call = 0; call < ${isHeavy ? 5000 : 300}; call += 1) {
        try {
          claimFolder(${folder}, 'lock', 0o700).release();
        } catch (error) {
          outcomes.add(error.message.replace(/\\d+$/, 'N'));
        }
      }
      process.stdout.write(JSON.stringify([...outcomes]));`;
    const children = [startScript(script), startScript(script), startScript(script)];
    const outcomes = await Promise.all(
      children.map(async ({ stdout }) => JSON.parse((await stdout.toArray()).join(''))),
    );
    for (const some of outcomes) {
      expect([[], [`${root}/store/lock: in use by process N`]]).toContainEqual(some);
    }
    // Who made the folder found another at work in it, who had nothing to keep either.
    expect(readdirSync(root, { recursive: true }).filter((name) => name !== 'store')).toEqual([]);
  });

  it('is made again where another call takes it away while it is looked at', processTest, async () => {
    const folder = JSON.stringify(join(temporaryFolder(), 'store'));
    const script = `
      const { default: fs } = await import('node:fs');
      const { syncBuiltinESMExports } = await import('node:module');
      const { realpathSync } = fs;
      let isAway = false;
      fs.realpathSync = (path) => {
        if (!isAway) fs.rmdirSync(path);
        isAway = true;
        return realpathSync(path);
      };
      syncBuiltinESMExports();
      const { claimFolder } = await import(rooms + '/files/claimedFolder.js');
      claimFolder(${folder}, 'lock', 0o700).release();
      process.stdout.write(String(isAway));`;
    expect((await startScript(script).stdout.toArray()).join('')).toBe('true');
  });

  it.each([
    ['verify', (store: string) => ['--director', '.', '--store', store, '--ecu', 'a:b', '--mode', 'partial']],
    ['tuf', (store: string) => ['refresh', '--metadata-dir', store, '--metadata-url', '.']],
  ])('ecunet %s leaves nothing where no file can be written', processTest, (command, args) => {
    const root = temporaryFolder();
    const line = 'ulimit -f 0; exec "$@"';
    const call = [process.execPath, builtMain, command, ...args(join(root, 'new', 'store'))];
    const { stderr, status } = spawnSync('sh', ['-c', line, 'sh', ...call], { encoding: 'utf8', cwd: root });
    expect(stderr).toMatch(
      /new\/store\/[a-z]+\.lock: it cannot be written \(it would become longer than files may be here\)/,
    );
    expect(status).toBe(command === 'tuf' ? 1 : 2);
    expect(readdirSync(root)).toEqual([]);
  });
});
