// Bad usage of `ecunet verify`: one line, exit code 2, and nothing made or changed.
import { existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from '../../src/files/lockFile.ts';
import { hugeBytes, permissionsIgnored, temporaryFolders } from '../files/support/temporary.ts';
import { withReason } from '../support/skips.ts';
import { World } from '../uptane/support/fixtures.ts';
import { offered, runVerify, VerifyScene } from './support/verifyScene.ts';

const temporaryFolder = temporaryFolders();
let scene: VerifyScene;
beforeEach(() => {
  scene = new VerifyScene(temporaryFolder());
  scene.offer(offered(new World()));
});

/** The usual call without some of its options, and with others. */
function call(without: readonly string[], ...args: readonly string[]) {
  const usual = [...scene.arguments('full-1'), '--trust-first', '--json'];
  const kept = usual.filter((arg, index) => !without.includes(arg) && !without.includes(usual[index - 1] ?? ''));
  return runVerify(...kept, ...args);
}

describe('ecunet verify', () => {
  it.each<[readonly string[], readonly string[], RegExp]>([
    [['--director'], [], /'--director <dir\|url>' not specified/],
    [['--store'], [], /'--store <dir>' not specified/],
    [['--ecu'], [], /'--ecu <serial:hardware>' not specified/],
    [['--image-repo'], [], /^--image-repo is needed for full verification$/],
    [['--image-repo'], ['--mode', 'partial', '--download', 'd'], /^--download needs --image-repo$/],
    [['--ecu'], ['--ecu', 'serial'], /SERIAL:HARDWARE is needed/],
    [['--ecu'], ['--ecu', ':hw'], /SERIAL:HARDWARE is needed/],
    [['--ecu'], ['--ecu', 'serial:'], /SERIAL:HARDWARE is needed/],
    [['--ecu'], ['--ecu', `${'s'.repeat(129)}:hw`], /at most 128 characters each/],
    [[], ['--ecus', 'a:b'], /^--ecus goes with --primary$/],
    [[], ['--primary', '--ecus', 'a:b,c'], /SERIAL:HARDWARE is needed/],
    [[], ['--primary', '--ecus', ''], /SERIAL:HARDWARE is needed/],
    [[], ['--primary', '--ecus', 'a:b,full-1:other'], /^--ecus full-1: given twice$/],
    [['--time'], ['--time', 'noon'], /a time such as 2026-06-01T08:00:00Z is needed/],
    [['--time'], ['--time', '2026-02-30T00:00:00Z'], /a time such as/],
    [[], ['--mode', 'half'], /Allowed choices are full, partial, partial\+root/],
    [[], ['--profile', 'tuf'], /Allowed choices are uptane, aktualizr/],
    [[], ['--trust-director', 'file'], /cannot be used with option '--trust-director <file>'/],
    [['--trust-first'], ['--trust-director', '/nonexistent'], /^\/nonexistent: no such file$/],
    [['--director'], ['--director', '/nonexistent'], /^\/nonexistent: no such folder$/],
    [['--director'], ['--director', 'http://'], /^http:\/\/: not a URL$/],
    [['--director'], ['--director', 'http://user:word@host/'], /a URL with a user name or password/],
    [['--image-repo'], ['--image-repo', ''], /^the name of a folder is empty$/],
    [['--store'], ['--store', ''], /^the name of a folder is empty$/],
    [['--store'], ['--store', '/proc/nothing/here'], /^\/proc\/nothing\/here: the folder cannot be made/],
    [['--trust-first'], [], /^the store trusts nothing of the director repository yet/],
    [[], ['one more'], /too many arguments/],
    [[], ['--verbose'], /unknown option '--verbose'/],
  ])('without %j and with %j is bad usage', async (without, args, message) => {
    const { code, stdout, stderr } = await call(without, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const text = stderr.replace(/^error: /, '').trim();
    expect(text).toMatch(message);
    expect(text).not.toContain('\n');
    expect(readdirSync(scene.folder)).toEqual(['repositories']);
  });

  it('refuses a root to begin with that is no file of a root’s size, before anything is made', async () => {
    const folder = join(scene.folder, 'a-folder');
    const huge = join(scene.folder, 'huge');
    mkdirSync(folder);
    writeFileSync(huge, '');
    truncateSync(huge, hugeBytes);
    for (const [path, message] of [
      [folder, 'a folder stands where a file should be'],
      [huge, 'more than the 65536 bytes that are allowed'],
    ] as const) {
      const { code, stderr } = await call(['--trust-first'], '--trust-director', path);
      expect({ code, stderr }).toEqual({ code: 2, stderr: `${path}: ${message}` });
    }
    expect(existsSync(scene.store)).toBe(false);
  });

  it('refuses a store that is a file, or holds a folder where its file should be', async () => {
    writeFileSync(scene.store, '');
    expect(await call([])).toMatchObject({ code: 2, stderr: `${scene.store}: not a folder` });
    const other = join(scene.folder, 'other');
    mkdirSync(join(other, 'trusted.json'), { recursive: true });
    expect(await call(['--store'], '--store', other)).toMatchObject({
      code: 2,
      stderr: `${join(other, 'trusted.json')}: a folder stands where a file should be`,
    });
  });

  it('refuses a store that another process is using', async () => {
    mkdirSync(scene.store);
    const release = takeLock(join(scene.store, 'trusted.lock'));
    const { code, stderr } = await call([]);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('in use by process') });
    expect(readdirSync(scene.store)).toEqual(['trusted.lock']);
    release();
  });

  it.skipIf(permissionsIgnored !== undefined)(
    withReason('refuses a store that cannot be written', permissionsIgnored),
    async () => {
      mkdirSync(scene.store, { mode: 0o500 });
      expect(await call([])).toMatchObject({ code: 2, stderr: expect.stringContaining('permission denied') });
    },
  );

  it('refuses a folder to download into that is none, or has something in an image’s way', async () => {
    const file = join(scene.folder, 'file');
    writeFileSync(file, '');
    expect(await call([], '--download', file)).toEqual({ code: 2, stdout: '', stderr: `${file}: not a folder` });
    expect(await call([], '--download', '')).toMatchObject({ code: 2, stderr: 'the name of a folder is empty' });
    const downloads = join(scene.folder, 'downloads');
    const inTheWay = join(downloads, 'full-1', 'app-1.bin');
    mkdirSync(inTheWay, { recursive: true });
    expect(await call([], '--download', downloads)).toEqual({
      code: 2,
      stdout: '',
      stderr: `${inTheWay}: what is in the way is no file`,
    });
  });

  it('takes a serial with colons, and one in another normal form than metadata [B1]', async () => {
    const { code, stdout } = await call(['--ecu', '--json'], '--ecu', 'a:b:c\u0065\u0301:hw');
    expect(code).toBe(0);
    expect(stdout.trim().split('\n').at(-1)).toBe('nothing is to be installed on a:b:c\u00e9');
  });

  it('takes the time of now where none is given', async () => {
    const { code, stdout } = await call(['--time']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/"code":"expired".*it is 20\d\d-/);
  });
});
