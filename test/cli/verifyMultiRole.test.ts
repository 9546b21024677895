// `ecunet verify` where the file of a role of a multi-role delegation cannot be read: what is told, and what goes before it.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolders } from '../files/support/temporary.ts';
import { resign } from '../uptane/support/attacks.ts';
import { begin, hardwareOf, keyNamed, World } from '../uptane/support/fixtures.ts';
import { offered, printed, VerifyScene } from './support/verifyScene.ts';

const temporaryFolder = temporaryFolders();
const filename = 'joint/app.bin';
/** In the order of the delegation. */
const roles = ['integrator', 'supplier'] as const;
const fileOf = (role: string) => `1.${role}.json`;

let world: World;
let scene: VerifyScene;
beforeEach(() => {
  world = new World();
  world.release(2);
  scene = new VerifyScene(temporaryFolder());
});

interface Offer {
  readonly agreement: number;
  /** What the Director wants of the image that both roles list. */
  readonly wanted?: object;
  /** Files in whose place a folder stands. */
  readonly unreadable?: readonly (typeof roles)[number][];
  readonly missing?: readonly (typeof roles)[number][];
  /** Signed by a key that nobody named. */
  readonly forged?: readonly (typeof roles)[number][];
}

function offer({ agreement, wanted, unreadable = ['integrator'], missing = [], forged = [] }: Offer): void {
  const to = roles.map((name) => ({ name, holders: [keyNamed(name)] }));
  world.images.delegate({ to, agreement, paths: ['joint/*'] }, begin);
  const mustMatch = { hardwareIds: [hardwareOf('full-1')], releaseCounter: 3 };
  const [listed = expect.fail()] = roles.map((role) =>
    world.images.add(filename, new Uint8Array(10), mustMatch, { role }),
  );
  world.images.publish(begin);
  world.director.assign('full-1', { ...listed, ...wanted });
  world.director.publish(begin);
  const files = offered(world);
  for (const role of forged) {
    const name = `image/${fileOf(role)}`;
    files.set(
      name,
      resign(files.get(name) ?? expect.fail(), () => {}, [keyNamed('another')]),
    );
  }
  for (const role of [...unreadable, ...missing]) files.delete(`image/${fileOf(role)}`);
  scene.offer(files);
  for (const role of unreadable) mkdirSync(join(scene.repositories, 'image', fileOf(role)));
}

const unread = (role: string) => ({
  ...{ code: 'unreadable-file', clause: 'V1', role, repository: 'image', file: fileOf(role) },
  ...{ attack: 'drop-request', message: expect.stringContaining('a folder stands where a file should be') },
});

describe('a role’s file that cannot be read', () => {
  it('is done without where it is not needed, and told of [X1]', async () => {
    offer({ agreement: 1 });
    const finished = await scene.secondary('full-1');
    expect(finished).toMatchObject({ code: 0, stderr: '' });
    expect(printed(finished)).toMatchObject({ targets: [{ filename }], notices: [unread('integrator')] });
  });

  it('is named where it is needed, and nothing is kept [X1 X4]', async () => {
    offer({ agreement: 2 });
    expect(printed(await scene.secondary('full-1'))).toEqual({ ok: false, fault: unread('integrator') });
    expect(Object.keys(JSON.parse(scene.stored() ?? '').files)).toEqual(['director/root.json', 'image/root.json']);
  });

  it('is named before one that is missing, and the first of several [X4]', async () => {
    offer({ agreement: 2, missing: ['supplier'] });
    expect(printed(await scene.secondary('full-1')).fault).toEqual(unread('integrator'));
    world = new World();
    offer({ agreement: 1, unreadable: ['integrator', 'supplier'] });
    expect(printed(await scene.secondary('full-1')).fault).toEqual(unread('integrator'));
  });

  it('does not hide what is wrong with another role’s [X4 V2]', async () => {
    offer({ agreement: 2, forged: ['supplier'] });
    expect(printed(await scene.secondary('full-1')).fault).toMatchObject({ code: 'hash-mismatch', role: 'supplier' });
  });

  it('does not hide what is wrong with the image, where it was not needed for that [X1 R10.2]', async () => {
    offer({ agreement: 1, wanted: { length: 11 } });
    expect(printed(await scene.secondary('full-1')).fault).toMatchObject({
      ...{ code: 'repositories-disagree', clause: 'R10.2', file: filename },
    });
  });
});
