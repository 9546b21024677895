// What `ecunet verify` keeps from one call to the next, and judges the next call by.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import { createRandom } from '../../src/core/random.ts';
import { simulatedRoleKeys } from '../../src/repository/roles/roleKeys.ts';
import { temporaryFolders } from '../files/support/temporary.ts';
import { draftOf, keyOf, reissue, resign, rotateRoot } from '../uptane/support/attacks.ts';
import { begin, imageName, keyNamed, serials, signatures, vin, World } from '../uptane/support/fixtures.ts';
import { asPrimary, type Files, offered, printed, runVerify, unversioned, VerifyScene } from './support/verifyScene.ts';

const temporaryFolder = temporaryFolders();
const day = 86_400;
let world: World;
let scene: VerifyScene;
beforeEach(() => {
  world = new World();
  world.release(2);
  scene = new VerifyScene(temporaryFolder());
});

interface Stored {
  readonly identity: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}
const stored = (): Stored => JSON.parse(scene.stored() ?? expect.fail('nothing is stored'));
const versionStored = (name: string) => draftOf(utf8(stored().files[name] ?? '')).version;
/** The store with its roots taken out. */
const withoutRoots = ({ identity, files }: Stored) => ({
  identity,
  files: Object.fromEntries(Object.entries(files).filter(([name]) => !name.endsWith('/root.json'))),
});

async function verified(): Promise<void> {
  scene.offer(offered(world));
  expect(await scene.primary()).toMatchObject({ code: 0 });
}

const layouts: readonly [string, (files: Files) => Files][] = [
  ['versioned', (files) => files],
  ['unversioned', unversioned],
];

describe.each(layouts)('a second call, names %s,', (_, arrange) => {
  it('lists the targets again, and changes nothing [policy 9]', async () => {
    scene.offer(arrange(offered(world)));
    const first = await scene.primary();
    const before = scene.stored();
    expect(await scene.primary()).toEqual(first);
    expect(printed(first).targets.map(({ ecu }) => ecu)).toEqual(serials);
    expect(scene.stored()).toBe(before);
  });

  it('refuses what is older than what the first one saw, and keeps that [T3 V4]', async () => {
    const old = arrange(offered(world));
    world.release(3);
    scene.offer(arrange(offered(world)));
    expect(await scene.primary()).toMatchObject({ code: 0 });
    const before = scene.stored();
    scene.offer(old);
    const finished = await scene.primary();
    expect(finished).toMatchObject({ code: 1, stderr: '' });
    expect(printed(finished)).toEqual({
      ok: false,
      fault: {
        code: 'rollback',
        clause: 'T3',
        role: 'timestamp',
        repository: 'director',
        file: 'timestamp.json',
        attack: 'rollback',
        message: 'version 2 after 3',
      },
    });
    expect(scene.stored()).toBe(before);
    const partial = await scene.primary('--mode', 'partial');
    expect(printed(partial).fault).toMatchObject({ code: 'rollback', clause: 'V4', role: 'targets' });
    expect(scene.stored()).toBe(before);
    scene.offer(arrange(offered(world)));
    expect(printed(await scene.primary()).targets).toMatchObject([{ filename: imageName('primary-0', 3) }, {}, {}]);
  });

  it('follows roots that came since [S2 S3 S5]', async () => {
    scene.offer(arrange(offered(world)));
    await scene.primary();
    rotateRoot(world, 'director', { keys: { root: [keyNamed('new root')] } });
    rotateRoot(world, 'director');
    const files = arrange(offered(world));
    files.delete('director/1.root.json');
    scene.offer(files);
    expect(printed(await scene.primary()).versions).toMatchObject({ 'director/root': 3, 'image/root': 1 });
    expect(versionStored('director/root.json')).toBe(3);
  });
});

describe('a frozen pair of repositories', () => {
  it('is refused once a file has expired, and not before [T4 V5]', async () => {
    await verified();
    const before = scene.stored();
    const at = (now: number, ...args: readonly string[]) =>
      runVerify(...scene.arguments('primary-0', now), ...asPrimary, '--json', ...args);
    expect(await at(begin + day - 1)).toMatchObject({ code: 0 });
    expect(printed(await at(begin + day)).fault).toMatchObject({ clause: 'T4', attack: 'indefinite-freeze' });
    expect(await at(begin + day, '--mode', 'partial')).toMatchObject({ code: 0 });
    expect(printed(await at(begin + 30 * day, '--mode', 'partial')).fault).toMatchObject({
      code: 'expired',
      clause: 'V5',
    });
    expect(scene.stored()).toBe(before);
  });
});

describe('a verification that fails', () => {
  it('keeps the roots that it verified, and of the rest what was there [S5 S6]', async () => {
    await verified();
    const before = stored();
    rotateRoot(world, 'director');
    rotateRoot(world, 'image');
    reissue(world, 'director', {});
    reissue(world, 'image', { targets: (signed) => Object.assign(signed, { expires: '2020-01-01T00:00:00Z' }) });
    scene.offer(offered(world));
    expect(printed(await scene.primary()).fault).toMatchObject({ code: 'expired', clause: 'V5', repository: 'image' });
    expect([versionStored('director/root.json'), versionStored('image/root.json')]).toEqual([2, 2]);
    expect(withoutRoots(stored())).toEqual(withoutRoots(before));
  });

  it('keeps no more than roots where an image is for other hardware [P7]', async () => {
    await verified();
    const before = stored();
    rotateRoot(world, 'director');
    reissue(world, 'director', {});
    reissue(world, 'image', {});
    scene.offer(offered(world));
    const others = asPrimary[2].replace('hw-full-1', 'other');
    expect(printed(await scene.primary('--ecus', others)).fault).toMatchObject({ code: 'wrong-hardware' });
    expect(versionStored('director/root.json')).toBe(2);
    expect(withoutRoots(stored())).toEqual(withoutRoots(before));
  });

  it('is not one where the Director names no image for the Secondary: but for its Targets all is kept [P5]', async () => {
    scene.offer(offered(world));
    await scene.secondary('full-1');
    const before = stored().files;
    rotateRoot(world, 'director');
    reissue(world, 'image', {});
    reissue(world, 'director', {
      targets: ({ targets }) => {
        delete targets[imageName('full-1', 2)];
      },
    });
    scene.offer(offered(world));
    expect(printed(await scene.secondary('full-1'))).toMatchObject({ ok: true, targets: [] });
    expect([versionStored('director/root.json'), versionStored('image/targets.json')]).toEqual([2, 3]);
    expect(stored().files['director/targets.json']).toBe(before['director/targets.json']);
    // What was withdrawn cannot be replayed: the later files stand against it.
    const later = ['timestamp', 'snapshot', 'passed-over-targets'].map((role) =>
      versionStored(`director/${role}.json`),
    );
    expect(later).toEqual([3, 3, 3]);
  });

  it('stores nothing of what comes after a root that cannot be read [S2]', async () => {
    await verified();
    const before = scene.stored();
    world.release(3);
    scene.offer(offered(world));
    mkdirSync(join(scene.repositories, 'director', '2.root.json'));
    expect(printed(await scene.primary())).toEqual({
      ok: false,
      fault: {
        code: 'unreadable-file',
        clause: 'S2',
        role: 'root',
        repository: 'director',
        file: '2.root.json',
        attack: 'drop-request',
        message: expect.stringMatching(/2\.root\.json: a folder stands where a file should be$/),
      },
    });
    expect(scene.stored()).toBe(before);
  });
});

describe('versions raised with stolen keys', () => {
  it('are forgotten once those keys are replaced [S7]', async () => {
    reissue(world, 'image', { step: 2 ** 52, targets: (signed) => Object.assign(signed, { version: 2 }) });
    await verified();
    expect(versionStored('image/timestamp.json')).toBeGreaterThan(2 ** 52);
    world.heal();
    scene.offer(offered(world));
    expect(printed(await scene.primary()).fault).toMatchObject({ code: 'rollback', repository: 'image' });

    const { timestamp, snapshot } = simulatedRoleKeys(signatures, createRandom('new').fork('keys'), {
      ...{ root: 1, timestamp: 1, snapshot: 1, targets: 1 },
    });
    rotateRoot(world, 'image', { keys: { timestamp, snapshot } });
    reissue(world, 'image', {});
    scene.offer(offered(world));
    expect(printed(await scene.primary()).versions).toMatchObject({ 'image/root': 2, 'image/timestamp': 3 });
    expect(versionStored('image/timestamp.json')).toBe(3);
  });
});

describe('a store', () => {
  it('keeps what a call in another mode does not read [Q2]', async () => {
    await verified();
    const before = stored();
    expect(await scene.primary('--mode', 'partial+root')).toMatchObject({ code: 0 });
    expect(stored()).toEqual(before);
  });

  it('gets the Image repository’s root when it is first needed [L2]', async () => {
    scene.offer(offered(world));
    expect(await scene.secondary('full-1', '--mode', 'partial')).toMatchObject({ code: 0 });
    const without = await runVerify(...scene.arguments('full-1'));
    expect(without).toEqual({
      code: 2,
      stdout: '',
      stderr: 'the store trusts nothing of the image repository yet: a root to begin with is needed',
    });
    expect(await scene.secondary('full-1')).toMatchObject({ code: 0 });
    expect(Object.keys(stored().files)).toContain('image/root.json');
  });

  it('is of one ECU and one profile', async () => {
    await verified();
    expect(await scene.secondary('full-1')).toMatchObject({
      code: 2,
      stderr: 'the store is of ecu primary-0:hw-primary-0, not full-1:hw-full-1',
    });
    expect(await scene.primary('--profile', 'aktualizr')).toMatchObject({
      code: 2,
      stderr: 'the store is of profile uptane, not aktualizr',
    });
  });

  it('pins the vehicle that the Director named first, and refuses another’s metadata [D3 policy 4]', async () => {
    await verified();
    expect(stored().identity).toEqual({ ecu: 'primary-0:hw-primary-0', profile: 'uptane', vin });
    const before = scene.stored();
    reissue(world, 'director', { targets: ({ custom }) => Object.assign(custom, { vin: 'WVWZZZ1JZXW000002' }) });
    scene.offer(offered(world));
    expect(printed(await scene.primary()).fault).toMatchObject({
      code: 'wrong-vehicle',
      attack: 'cross-vehicle-replay',
      repository: 'director',
    });
    expect(scene.stored()).toBe(before);
  });

  it.each([
    ['no JSON', () => '{'],
    ['of another format', (text: string) => text.replace('"format":1', '"format":2')],
    ['with a file cut short', (text: string) => text.replace('"director/root.json":"{', '"director/root.json":"')],
    ['without the Director’s root', (text: string) => text.replace('director/root.json', 'director/other.json')],
    ['with a list for its files', () => '{"format":1,"identity":{},"files":[]}'],
  ])('that is damaged is refused in one line, and stays as it is: %s', async (_, damage) => {
    await verified();
    const damaged = damage(scene.stored() ?? '');
    writeFileSync(join(scene.store, 'trusted.json'), damaged);
    const { code, stdout, stderr } = await scene.primary();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/damaged/);
    expect(stderr).not.toContain('\n');
    expect(scene.stored()).toBe(damaged);
  });

  it('is not made by a call that has nothing to keep in it', async () => {
    scene.offer(new Map());
    expect(printed(await scene.primary()).fault).toMatchObject({ code: 'missing-file', file: '1.root.json' });
    expect(readdirSync(scene.folder)).toEqual(['repositories']);
  });
});

describe('trust begins', () => {
  const rootFile = (name: string, bytes: Uint8Array) => {
    const path = join(scene.folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  const begun = (director: Uint8Array, image: Uint8Array) =>
    runVerify(
      ...[...scene.arguments(), ...asPrimary, '--json'],
      ...['--trust-director', rootFile('director.json', director)],
      ...['--trust-image-repo', rootFile('image.json', image)],
    );
  const root = (name: string) => world.file(name) ?? expect.fail(name);

  it('with roots that were handed over, of any version [L2]', async () => {
    rotateRoot(world, 'director');
    const files = offered(world);
    files.delete('director/1.root.json');
    files.delete('image/1.root.json');
    scene.offer(files);
    const finished = await begun(root('director/2.root.json'), root('image/1.root.json'));
    expect(printed(finished).versions).toMatchObject({ 'director/root': 2, 'image/root': 1 });
    // From then on the store is what counts.
    expect(await begun(utf8('{}'), utf8('{}'))).toEqual(finished);
  });

  it('with a root that vouches for itself, or not at all [S3]', async () => {
    scene.offer(offered(world));
    const unsigned = resign(root('director/1.root.json'), () => {}, []);
    const { code, stdout, stderr } = await begun(unsigned, root('image/1.root.json'));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^the root of the director repository to begin with: 0 of 2 needed signatures/);
    expect(readdirSync(scene.folder)).not.toContain('store');
  });

  it('with another repository’s root only to refuse what that did not sign [T2]', async () => {
    scene.offer(offered(world));
    const finished = await begun(root('image/1.root.json'), root('director/1.root.json'));
    expect(printed(finished).fault).toMatchObject({ code: 'threshold-unmet', clause: 'T2', repository: 'director' });
  });

  it('with version 1 of each root where nothing was handed over, and with nothing else under its name [S3 S4]', async () => {
    const keys = [0, 1].map((index) => keyOf(world, 'director', 'root', index));
    const files = offered(world);
    const first = root('director/1.root.json');
    files.set(
      'director/1.root.json',
      resign(first, (signed) => Object.assign(signed, { version: 2 }), keys),
    );
    scene.offer(files);
    expect(printed(await scene.primary()).fault).toEqual({
      ...{ code: 'wrong-version', clause: 'S4', role: 'root', repository: 'director', file: '1.root.json' },
      ...{ attack: 'arbitrary-installation', message: 'version 2 where 1 is needed' },
    });
    files.set(
      'director/1.root.json',
      resign(first, () => {}, keys.slice(1)),
    );
    scene.offer(files);
    expect(printed(await scene.primary()).fault).toMatchObject({ code: 'threshold-unmet', clause: 'S3' });
    expect(scene.stored()).toBeUndefined();
  });

  it('by the first call for good: other roots that come later change nothing', async () => {
    await verified();
    const other = resign(root('director/1.root.json'), () => {}, [keyNamed('other')]);
    writeFileSync(join(scene.repositories, 'director', '1.root.json'), other);
    expect(await scene.primary()).toMatchObject({ code: 0 });
    expect(stored().files['director/root.json']).toBe(new TextDecoder().decode(root('director/1.root.json')));
    expect(readFileSync(join(scene.repositories, 'director', '1.root.json'))).toEqual(Buffer.from(other));
  });
});
