// Writing updates without a network: which files media hold, and under which names. OU3
import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import { hashHex } from '../../src/crypto/hashes.ts';
import { type OfflineSources, writeOfflineMedia, writeOfflineSnapshot } from '../../src/repository/offlineMedia.ts';
import { decodeMetadata } from '../../src/uptane/decode/metadata.ts';
import { uptaneProfile } from '../../src/uptane/model/profile.ts';
import { mediaImageName } from '../../src/uptane/verification/offlineMedia.ts';
import { draftOf, reissue, rotateRoot } from '../uptane/support/attacks.ts';
import { begin, hardwareOf, imageName, serials, succeeded, World } from '../uptane/support/fixtures.ts';
import { day, nameOfflineRoles, offlineFiles, offlineImage, offlineKeys } from '../uptane/support/offlineFixtures.ts';

let world: World;
beforeEach(() => {
  world = new World();
  world.release(2);
  nameOfflineRoles(world);
  nameOfflineRoles(world);
  rotateRoot(world, 'image', { expires: begin + day });
});

function sources(changes: Partial<OfflineSources> = {}): OfflineSources {
  const { snapshot, targets } = offlineFiles();
  return {
    file: (repository, name) => world.file(`${repository}/${name}`),
    image: (name) => world.images.image(name, 0, 1_000_000),
    offlineSnapshot: snapshot,
    offlineTargets: targets,
    ...changes,
  };
}

describe('media', () => {
  it('hold roots from 1 on, the offline files, Image Snapshot and Targets, and the images, nothing else [OU3]', () => {
    const media = succeeded(writeOfflineMedia(sources()));
    const images = serials.map((serial) => mediaImageName(offlineImage(serial, 2)));
    expect([...media.keys()].toSorted()).toEqual(
      [
        'director/1.root.json',
        'director/2.root.json',
        'director/3.root.json',
        'director/offline-snapshot.json',
        'director/offline-targets.json',
        'image/1.root.json',
        'image/2.root.json',
        'image/snapshot.json',
        'image/2.targets.json',
        ...images,
      ].toSorted(),
    );
    for (const [name, bytes] of media) {
      if (name.startsWith('images/')) expect(name).toContain(hashHex('sha256', bytes));
    }
    expect(media.get('image/snapshot.json')).toEqual(world.file('image/2.snapshot.json'));
  });

  it('hold delegated Targets, by their encoded names [OU3 H3]', () => {
    const file = utf8('any Targets');
    world.serve('image/7.a%2Fb.json', file);
    reissue(world, 'image', {
      snapshot: (signed) => {
        signed.meta['a/b.json'] = { version: 7 };
      },
    });
    expect(succeeded(writeOfflineMedia(sources())).get('image/7.a%2Fb.json')).toEqual(file);
  });

  const broken: readonly [string, () => OfflineSources, string][] = [
    [
      'an image is not stored',
      () => sources({ image: () => undefined }),
      `the Image repository does not store ${imageName('full-1', 2)}`,
    ],
    [
      'a listed Targets file is not there',
      () =>
        sources({
          file: (repository, name) => (name === '2.targets.json' ? undefined : world.file(`${repository}/${name}`)),
        }),
      'image/2.targets.json is missing',
    ],
    [
      'there is no Timestamp to tell the latest Snapshot',
      () => sources({ file: () => undefined }),
      'image/timestamp.json: ',
    ],
    ['the offline Targets are none', () => sources({ offlineTargets: utf8('{}') }), 'director/offline-targets.json: '],
  ];
  it.each(broken)('are not written where %s [OU3]', (_, make, message) => {
    expect(writeOfflineMedia(make())).toEqual({ ok: false, fault: expect.stringContaining(message) });
  });
});

describe('the offline files', () => {
  it('are of types of their own, list hardware and delegate nothing [OU1 OU2]', () => {
    const { snapshot, targets } = offlineFiles();
    expect(draftOf(snapshot)).toMatchObject({
      _type: 'offline-snapshot',
      meta: {
        'offline-targets.json': { version: 1, length: targets.length, hashes: { sha256: hashHex('sha256', targets) } },
      },
    });
    const drafted = draftOf(targets);
    expect(drafted._type).toBe('offline-targets');
    expect(drafted).not.toHaveProperty('delegations');
    expect(drafted.targets[imageName('full-1', 2)]?.custom).toEqual({
      mustMatch: { hardwareIds: [hardwareOf('full-1')], releaseCounter: 2 },
    });
    const place = { profile: uptaneProfile, repository: 'director', role: 'targets' } as const;
    expect(decodeMetadata(place, targets)).toMatchObject({ ok: false, fault: { code: 'wrong-role' } });
    expect(decodeMetadata({ ...place, offline: true }, targets)).toMatchObject({ ok: true });
  });

  it('can name ECUs, and revoke every offline update [OU1]', () => {
    const ecus = new Map([['full-1', { hardwareId: hardwareOf('full-1') }]]);
    const { targets } = offlineFiles({ images: [{ ...offlineImage('full-1', 2), ecus }] });
    expect(draftOf(targets).targets[imageName('full-1', 2)]?.custom.ecuIdentifiers).toEqual({
      'full-1': { hardwareId: hardwareOf('full-1') },
    });
    const revoking = writeOfflineSnapshot({ version: 2, expires: begin + day }, undefined, offlineKeys.snapshot);
    expect(draftOf(revoking).meta).toEqual({});
  });
});
