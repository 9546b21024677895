// `ecunet verify` on this project's own repositories: each layout, from a folder and over HTTP, by each mode.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { encodeRoleName } from '../../src/uptane/model/profile.ts';
import { httpServer } from '../client/support/servers.ts';
import { temporaryFolders } from '../files/support/temporary.ts';
import { draftOf, reissue, resign } from '../uptane/support/attacks.ts';
import { begin, hardwareOf, imageName, keyNamed, type Serial, serials, World } from '../uptane/support/fixtures.ts';
import {
  asPrimary,
  type Files,
  offered,
  printed,
  runVerify,
  serving,
  unversioned,
  VerifyScene,
} from './support/verifyScene.ts';

const temporaryFolder = temporaryFolders();
let world: World;
let scene: VerifyScene;
beforeEach(() => {
  world = new World();
  world.release(2);
  scene = new VerifyScene(temporaryFolder());
});

const layouts: readonly [string, (files: Files) => Files][] = [
  ['versioned', (files) => files],
  ['unversioned', unversioned],
];
const places: readonly [string, (files: Files) => Promise<void> | void][] = [
  ['in a folder', (files) => scene.offer(files)],
  [
    'over HTTP',
    async (files) => {
      scene.repositories = (await httpServer(serving(() => files))).url;
    },
  ],
];
const cases = layouts.flatMap(([layout, arrange]) => places.map(([place, put]) => ({ layout, place, arrange, put })));

const edition = { timestamp: 2, snapshot: 2, targets: 2 };
const listed = (serial: Serial) => {
  const { length, hashes } = draftOf(world.latest('director', 'targets').bytes).targets[imageName(serial, 2)] ?? {};
  return { filename: imageName(serial, 2), length, hashes, ecu: serial };
};
const versionsOf = (repository: string, roles: object) =>
  Object.fromEntries(Object.entries(roles).map(([role, version]) => [`${repository}/${role}`, version]));
const allVersions = {
  ...versionsOf('director', { root: 1, ...edition }),
  ...versionsOf('image', { root: 1, ...edition }),
};

describe.each(cases)('repositories with $layout names $place', ({ arrange, put }) => {
  beforeEach(() => put(arrange(offered(world))));

  it('are verified by a Primary for every ECU, and the images downloaded [K5 R10 M6]', async () => {
    const downloads = join(scene.folder, 'downloads');
    const finished = await scene.primary('--download', downloads);
    expect(finished).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(finished.stdout)).toEqual({
      ok: true,
      targets: serials.map(listed),
      versions: allVersions,
    });
    expect(readdirSync(downloads).sort()).toEqual([...serials].sort());
    for (const serial of serials) {
      expect(readdirSync(join(downloads, serial))).toEqual(['app-2.bin']);
      expect(readFileSync(join(downloads, imageName(serial, 2)))).toHaveLength(1002);
    }
  });

  it.each(['full', 'partial', 'partial+root'])('are verified by a Secondary in mode %s [K5 Q2]', async (mode) => {
    const downloads = join(scene.folder, 'downloads');
    const finished = await scene.secondary('full-1', '--mode', mode, '--download', downloads);
    expect(finished).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(finished.stdout)).toEqual({
      ok: true,
      targets: [listed('full-1')],
      versions: mode === 'full' ? allVersions : versionsOf('director', { root: 1, targets: 2 }),
    });
    expect(readdirSync(downloads)).toEqual(['full-1']);
  });
});

describe('ecunet verify', () => {
  it('needs no Image repository for partial verification, and asks none [Q2]', async () => {
    scene.offer(offered(world));
    const [option, director] = scene.arguments('partial-2');
    const others = scene.arguments('partial-2').slice(4);
    const call = [option ?? '', director ?? '', ...others, '--trust-first', '--mode', 'partial', '--json'];
    expect(printed(await runVerify(...call)).targets).toEqual([listed('partial-2')]);
  });

  it('asks only for what its mode reads [Q2 R2 R3 R4 R5 R6b R7 R8 R9]', async () => {
    const server = await httpServer(serving(() => unversioned(offered(world))));
    scene.repositories = server.url;
    await scene.secondary('partial-2', '--mode', 'partial');
    expect(server.asked).toEqual(['/director/1.root.json', '/director/targets.json']);
  });

  it('leaves images of other ECUs to them, on a Secondary [R10]', async () => {
    reissue(world, 'director', {
      targets: ({ targets }) => {
        const entry = targets[imageName('partial-2', 2)];
        if (entry !== undefined) entry.length += 1;
      },
    });
    scene.offer(offered(world));
    expect(printed(await scene.secondary('full-1')).ok).toBe(true);
    const vehicle = new VerifyScene(scene.folder);
    vehicle.repositories = scene.repositories;
    expect(printed(await vehicle.primary()).fault).toMatchObject({
      code: 'repositories-disagree',
      clause: 'R10.2',
    });
  });

  it('refuses an ECU that is not in the vehicle, on a Primary [V8]', async () => {
    scene.offer(offered(world));
    const alone = await runVerify(...scene.arguments(), '--trust-first', '--primary', '--json');
    expect(alone.code).toBe(1);
    expect(printed(alone).fault).toEqual({
      code: 'unknown-ecu',
      clause: 'V8',
      role: 'targets',
      repository: 'director',
      file: 'targets.json',
      attack: 'unknown-ecu',
      message: 'ECU full-1 is not in this vehicle',
    });
  });

  it.each([
    ['director', 'the Director'],
    ['image', 'the Image repository'],
  ] as const)('says whose hardware ids are odd where those of the %s were changed [R10.3]', async (repository, odd) => {
    const image = imageName('full-1', 2);
    reissue(world, repository, {
      targets: ({ targets }) => {
        const { custom } = targets[image] ?? expect.fail();
        custom.mustMatch.hardwareIds = ['hw-odd'];
      },
    });
    const other = new VerifyScene(temporaryFolder());
    for (const each of [scene, other]) each.offer(offered(world));
    for (const finished of [await scene.primary(), await other.secondary('full-1')]) {
      const { fault } = printed(finished);
      const [director, ofImages] = repository === 'director' ? ['hw-odd', 'hw-full-1'] : ['hw-full-1', 'hw-odd'];
      const values = `Director ${director}, Image repository ${ofImages}`;
      const message = `hardware ids differ: ${values}; odd: ${odd}, full-1 is hw-full-1`;
      expect(fault).toMatchObject({ clause: 'R10.3', message, expected: director, actual: ofImages });
    }
  });

  it('refuses an image for other hardware than the ECU’s, before it is downloaded [P7]', async () => {
    scene.offer(offered(world));
    const others = asPrimary[2].replace(hardwareOf('full-1'), 'other');
    const downloads = join(scene.folder, 'downloads');
    const finished = await scene.primary('--ecus', others, '--download', downloads);
    expect(printed(finished).fault).toMatchObject({ code: 'wrong-hardware', clause: 'P7', attack: 'wrong-software' });
    expect(readdirSync(scene.folder)).not.toContain('downloads');
  });

  it('has nothing to install where the Director names no image for the Secondary, and keeps its earlier Targets [P5]', async () => {
    scene.offer(offered(world));
    expect(printed(await scene.secondary('full-1')).targets).toEqual([listed('full-1')]);
    const before = JSON.parse(scene.stored() ?? '').files;
    reissue(world, 'director', {
      targets: ({ targets }) => {
        delete targets[imageName('full-1', 2)];
      },
    });
    scene.offer(offered(world));
    expect(printed(await scene.secondary('full-1'))).toMatchObject({ ok: true, targets: [] });
    expect(JSON.parse(scene.stored() ?? '').files['director/targets.json']).toBe(before['director/targets.json']);
  });

  it('tells a person the same in lines', async () => {
    scene.offer(offered(world));
    const call = [...scene.arguments('full-1'), '--trust-first'];
    const downloads = join(scene.folder, 'downloads');
    expect((await runVerify(...call, '--download', downloads)).stdout.split('\n')).toEqual([
      `verified: ${Object.entries(allVersions)
        .map(([file, version]) => `${file} ${version}`)
        .join(', ')}`,
      'full-1 is to install full-1/app-2.bin, 1002 bytes',
      `downloaded: 1 to ${downloads}`,
      '',
    ]);
    const late = await runVerify(...scene.arguments('full-1', begin + 40 * 86_400));
    expect(late).toEqual({
      code: 1,
      stdout:
        'refused: director/timestamp.json: expired 2026-01-02T00:00:00Z, it is 2026-02-10T00:00:00Z [T4 indefinite-freeze]\n',
      stderr: '',
    });
  });

  it('reports a file of the same version that is not the same, and goes by the one that it trusts [policy 6]', async () => {
    scene.offer(offered(world));
    await scene.primary();
    const before = scene.stored();
    reissue(world, 'image', { step: 0, targets: (signed) => Object.assign(signed, { note: 'new' }) });
    scene.offer(offered(world));
    const finished = await scene.primary();
    expect(finished.code).toBe(0);
    expect(printed(finished).notices).toEqual([
      expect.objectContaining({ code: 'same-version-changed', role: 'timestamp', repository: 'image' }),
    ]);
    expect(scene.stored()).toBe(before);
  });
});

describe('an Image repository with delegations', () => {
  const supplier = 'supplier A/ü 100%';
  const filename = 'new/a b%2F ü.bin';
  const roleFile = `image/1.${encodeRoleName(supplier)}.json`;

  beforeEach(() => {
    world.images.delegate({ to: [{ name: supplier, holders: [keyNamed('supplier')] }], paths: ['new/*'] }, begin);
    const mustMatch = { hardwareIds: [hardwareOf('full-1')], releaseCounter: 3 };
    const image = world.images.add(filename, new Uint8Array(1003), mustMatch, { role: supplier });
    world.images.publish(begin);
    world.director.assign('full-1', image);
    world.director.publish(begin);
  });

  it.each(cases)(
    'is searched, whatever its roles and images are called: $layout names $place [W2 W6 H3]',
    async ({ arrange, put }) => {
      await put(arrange(offered(world)));
      const downloads = join(scene.folder, 'downloads');
      const finished = await scene.secondary('full-1', '--download', downloads);
      expect(finished).toMatchObject({ code: 0, stderr: '' });
      expect(printed(finished).targets).toMatchObject([{ filename, ecu: 'full-1' }]);
      expect(printed(finished).versions).toMatchObject({ [`image/${supplier}`]: 1 });
      expect(readFileSync(join(downloads, filename))).toHaveLength(1003);
      expect(printed(await scene.secondary('full-1'))).toEqual(printed(finished));
    },
  );

  it('may be on a server that decodes the names of roles [W1]', async () => {
    const files = unversioned(offered(world));
    const [name] = [...files.keys()].filter((file) => file.startsWith('image/supplier'));
    files.set(`image/${supplier}.json`, files.get(name ?? '') ?? expect.fail('the role’s file'));
    files.delete(name ?? '');
    scene.repositories = (await httpServer(serving(() => files))).url;
    expect(await scene.secondary('full-1')).toMatchObject({ code: 0 });
  });

  it('is refused where the role’s file is signed by another key [V3 W1]', async () => {
    const files = offered(world);
    const genuine = files.get(roleFile) ?? expect.fail(`${roleFile} is offered`);
    const forged = resign(genuine, () => {}, [keyNamed('another')]);
    files.set(roleFile, forged);
    scene.offer(files);
    expect(printed(await scene.secondary('full-1')).fault).toMatchObject({
      role: supplier,
      repository: 'image',
      code: 'hash-mismatch',
    });
  });
});
