// Both libraries as somebody else's program has them: installed, imported by name, with their types, from the built package.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/core/random.ts';
import { offered, printed, runVerify } from '../cli/support/verifyScene.ts';
import { temporaryFolders } from '../files/support/temporary.ts';
import { isHeavy } from '../support/heavy.ts';
import { begin, hardwareOf, imageName, keyNamed, vin, World } from '../uptane/support/fixtures.ts';
import { makeDependent, project } from './support/dependent.ts';
import { maker, page, reader, verifier } from './support/programs.ts';

const temporaryFolder = temporaryFolders();
/** A package of its own that has ecunet among its dependencies: all programs in one, for the compiler takes seconds to read the types. */
let folder = '';
beforeAll(() => {
  folder = temporaryFolder();
  makeDependent(folder, { verifier, maker, reader }, { skipLibCheck: !isHeavy });
}, 60_000);

describe('the library ecunet/uptane', { timeout: 60_000 }, () => {
  it('verifies a repository in another’s program, with types [R11]', () => {
    const world = new World();
    const inputOf = (at: number) => ({
      files: Object.fromEntries(
        [...offered(world)].map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]),
      ),
      ...{ now: at, vin, serial: 'full-1', hardwareId: hardwareOf('full-1') },
    });
    const run = (input: object) =>
      JSON.parse(
        execFileSync(process.execPath, [join(folder, 'verifier.js')], {
          input: JSON.stringify(input),
          encoding: 'utf8',
        }),
      );
    const roles = { root: 1, timestamp: 1, snapshot: 1, targets: 1 };
    const versions = ['director', 'image'].flatMap((name) =>
      Object.entries(roles).map(([role, version]) => [`${name}/${role}`, version]),
    );
    expect(run(inputOf(begin))).toEqual({
      filename: imageName('full-1', 1),
      image: true,
      versions: Object.fromEntries(versions),
    });
    expect(run(inputOf(begin + 1e9))).toEqual({ code: 'expired', clause: 'S6', attack: 'indefinite-freeze' });
  });

  it('is what this package is called to itself', () => {
    const script = "import('ecunet/uptane').then(({ verifyFull }) => console.log(typeof verifyFull))";
    expect(execFileSync(process.execPath, ['-e', script], { cwd: project, encoding: 'utf8' })).toBe('function\n');
  });
});

describe('the library ecunet/repository', { timeout: 60_000 }, () => {
  const run = (name: 'maker' | 'reader') => {
    const { stdout, stderr } = spawnSync(process.execPath, [`${name}.js`], { cwd: folder, encoding: 'utf8' });
    expect(stderr).toBe('');
    return stdout.trim();
  };
  const primary = { serial: '1A2B', hardwareId: 'door-hw-2', role: 'primary', key: keyNamed('1A2B').key };
  const verify = (repositories: string, ...others: readonly string[]) =>
    runVerify(
      ...['--director', join(folder, repositories, 'director'), '--image-repo', join(folder, repositories, 'image')],
      ...['--store', join(folder, 'trust'), '--ecu', '1A2B:door-hw-2', '--primary', ...others],
    );

  it('makes keys and both repositories, and rotates a role’s key, as its page says [Z1 S3]', () => {
    writeFileSync(join(folder, 'vehicle.json'), JSON.stringify({ vin: 'WECUNET0000000001', ecus: [primary] }));
    writeFileSync(join(folder, 'door-2.img'), createRandom('door-2.img').bytes(10));
    expect(JSON.parse(run('maker'))).toEqual({ files: 5, mended: 365 * 86_400 });
  });

  it('keeps keys for their owner alone, and takes up none that others may read [Z1]', () => {
    const keys = ['root-0.json', 'snapshot-0.json', 'targets-0.json', 'timestamp-0.json'];
    expect(readdirSync(join(folder, 'image-keys'))).toEqual(keys);
    for (const name of keys) expect(statSync(join(folder, 'image-keys', name)).mode & 0o777, name).toBe(0o600);
    expect(statSync(join(folder, 'image-keys')).mode & 0o777).toBe(0o700);
    expect(run('reader')).toBe('1');
    chmodSync(join(folder, 'image-keys/targets-0.json'), 0o644);
    expect(run('reader')).toBe('image-keys/targets-0.json: others than its owner may use it (mode 0644)');
  });

  it('writes what ecunet verify accepts, and goes on accepting from its store after the rotation [R11 S3]', async () => {
    const before = await verify('public-before', '--trust-first', '--download', join(folder, 'images'));
    expect(before).toMatchObject({ code: 0, stderr: '' });
    const shown = [...page.matchAll(/^ {4}(verified: .*|1A2B is .*)$/gm)].map(([, line = '']) => line);
    expect(shown).toHaveLength(2);
    for (const line of shown) expect(before.stdout).toContain(line.replace(', ...', ''));
    expect(readFileSync(join(folder, 'images/door-2.img'))).toEqual(readFileSync(join(folder, 'door-2.img')));

    const after = await verify('public', '--json');
    expect(after.code).toBe(0);
    expect(printed(after).versions).toMatchObject({ 'director/root': 1, 'image/root': 2, 'image/targets': 2 });
    const old = join(folder, 'public-old');
    cpSync(join(folder, 'public'), old, { recursive: true });
    cpSync(join(folder, 'public-before/image/timestamp.json'), join(old, 'image/timestamp.json'));
    const rolledBack = await verify('public-old', '--json');
    expect(printed(rolledBack).fault).toMatchObject({ code: 'rollback', clause: 'T3' });
  });

  it('writes what ecunet tuf reads, in the three calls that docs/tuf.md shows [H2 I2]', () => {
    const tuf = readFileSync(join(project, 'docs/tuf.md'), 'utf8');
    const calls = [...tuf.matchAll(/^ {4}ecunet (tuf (?:.*\\\n)*.*)$/gm)].map(([, call = '']) => call.split(/[\s\\]+/));
    const printedPaths = calls.map((call) => {
      const { status, stdout, stderr } = spawnSync(join(project, 'dist/cli/main.js'), call, {
        cwd: folder,
        encoding: 'utf8',
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      return stdout.trim();
    });
    expect(printedPaths).toEqual(['', '', 'downloads/door-2.img']);
    expect(tuf).toContain(`    ${printedPaths.at(-1)}\n`);
    expect(readFileSync(join(folder, 'downloads/door-2.img'))).toEqual(readFileSync(join(folder, 'door-2.img')));
  });
});
