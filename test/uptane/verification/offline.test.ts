// Updates without a network, OU: what is accepted from media, and each attack with the check that stops it.
import { beforeEach, describe, expect, it } from 'vitest';
import { statedSnapshotBytesMax } from '../../../src/core/limits.ts';
import { checkImage, checkTarget } from '../../../src/uptane/checks/image.ts';
import { uptaneProfile } from '../../../src/uptane/model/profile.ts';
import { answerFromMedia, imageFromMedia, mediaImageName } from '../../../src/uptane/verification/offlineMedia.ts';
import { restoreTrusted, trustedFiles, trustedVersions } from '../../../src/uptane/verification/trusted.ts';
import { type Draft, padded, reissue, resign } from '../support/attacks.ts';
import {
  begin,
  hardwareOf,
  imageName,
  keyNamed,
  primary,
  type Serial,
  serials,
  succeeded,
  World,
} from '../support/fixtures.ts';
import {
  changed,
  day,
  entry,
  later,
  makeMedia,
  nameOfflineRoles,
  offlineImage,
  offlinePrimary,
  offlineSecondary,
  snapshotName,
  targetsName,
} from '../support/offlineFixtures.ts';

const ecus = [offlinePrimary, offlineSecondary];

let world: World;
beforeEach(() => {
  world = new World();
  world.release(2);
  nameOfflineRoles(world);
});

describe.each(ecus)('$name, from media', ({ verify, serial }) => {
  it('reads the files in the order of PURE-2, and trusts them [OU1 OU3 OU4]', () => {
    const outcome = verify(makeMedia(world), world.provisioned());
    succeeded(outcome.result);
    expect(outcome.requests).toEqual([
      'director/2.root.json',
      'director/3.root.json',
      snapshotName,
      targetsName,
      'image/2.root.json',
      'image/snapshot.json',
      'image/2.targets.json',
    ]);
    expect(trustedVersions(outcome.trusted)).toEqual({
      'director/root': 2,
      'director/offline-snapshot': 1,
      'director/offline-targets': 1,
      'image/root': 1,
      'image/snapshot': 2,
      'image/targets': 2,
    });
    expect(outcome.notices).toEqual([]);
  });

  it('finds its own image by its hardware, and the image is the one on the media [OU3 OU4 P7 P9]', () => {
    const media = makeMedia(world);
    const { director } = succeeded(verify(media, world.provisioned()).result);
    const ecu = { serial, hardwareId: hardwareOf(serial), installedReleaseCounter: 1 };
    const target = succeeded(checkTarget(director, ecu));
    expect(target.filename).toBe(imageName(serial, 2));
    const image = imageFromMedia(media, target) ?? expect.fail('no image');
    succeeded(checkImage(target, image.length, [image]));
  });

  it('accepts the same media again, also after a restart [OU4]', () => {
    const media = makeMedia(world);
    const first = verify(media, world.provisioned()).trusted;
    const restored = succeeded(restoreTrusted(uptaneProfile, trustedFiles(first)));
    expect(trustedFiles(restored)).toEqual(trustedFiles(first));
    const again = verify(media, restored);
    succeeded(again.result);
    expect(trustedFiles(again.trusted)).toEqual(trustedFiles(first));
  });

  it('accepts an Image Snapshot that has expired, and nothing else that has [OU4]', () => {
    const media = makeMedia(world);
    succeeded(verify(media, world.provisioned(), begin + 8 * day).result);
    expect(verify(media, world.provisioned(), begin + 31 * day).result).toMatchObject({
      fault: { code: 'expired', clause: 'V5', repository: 'image' },
    });
  });

  it('reads of each file no more than its cap, where no length is stated [OU3 S2 U1 V1]', () => {
    reissue(world, 'image', { snapshot: (signed) => delete signed.meta['targets.json']?.length });
    const snapshot = (signed: Draft) => delete signed.meta['offline-targets.json']?.length;
    const { caps, result } = verify(makeMedia(world, { snapshot }), world.provisioned());
    succeeded(result);
    expect(caps).toEqual([65_536, 65_536, 65_536, 524_288, 65_536, 8_388_608, 8_388_608]);
  });

  it('accepts an Image Snapshot of the length that one may have whose length a Timestamp states [OU3 U1]', () => {
    const media = changed(makeMedia(world), 'image/snapshot.json', (bytes) => padded(bytes, statedSnapshotBytesMax));
    succeeded(verify(media, world.provisioned()).result);
  });

  it('accepts nothing before it was told the time [K2 OU4]', () => {
    expect(verify(makeMedia(world), world.provisioned(), null).result).toMatchObject({ fault: { clause: 'S6' } });
  });

  it('passes over images for ECUs that this vehicle does not have [OU4]', () => {
    const ecusElsewhere = new Map([['stranger', { hardwareId: hardwareOf(serial) }]]);
    const images = [
      offlineImage(serial, 2),
      { ...offlineImage(serial, 1), ecus: ecusElsewhere },
      { ...offlineImage('partial-2', 2) },
    ];
    const { director } = succeeded(verify(makeMedia(world, { images }), world.provisioned()).result);
    expect(director.targets.get(imageName(serial, 1))?.ecus.size).toBe(0);
    expect([...(director.targets.get(imageName(serial, 2))?.ecus.keys() ?? [])]).toEqual([serial]);
  });

  it('gives an image that names ECUs to those alone [OU4]', () => {
    const named = new Map([[serial, { hardwareId: hardwareOf(serial) }]]);
    const images = [{ ...offlineImage(serial, 2), ecus: named }];
    const { director } = succeeded(verify(makeMedia(world, { images }), world.provisioned()).result);
    expect(director.targets.get(imageName(serial, 2))?.ecus).toEqual(named);
  });

  it('accepts offline Targets without images, which name no vehicle [OU1]', () => {
    succeeded(verify(makeMedia(world, { images: [] }), world.provisioned()).result);
  });

  it('finds an image that the Image repository delegates [OU3 OU4 W2]', () => {
    delegate(serial);
    const outcome = verify(makeMedia(world), world.provisioned());
    succeeded(outcome.result);
    expect(outcome.requests).toContain('image/1.supplier.json');
    expect(trustedVersions(outcome.trusted)['image/supplier']).toBe(1);
  });
});

describe('media', () => {
  it('hand over at most one byte more than was asked for, of metadata and of images [OU3 P6 S2]', () => {
    const media = makeMedia(world);
    const request = { repository: 'director', role: 'snapshot', offline: true, version: undefined } as const;
    expect(answerFromMedia(uptaneProfile, media, { ...request, bytesMax: 10 })).toHaveLength(11);
    expect(answerFromMedia(uptaneProfile, media, { ...request, offline: false, bytesMax: 10 })).toBeUndefined();
    const { director } = succeeded(offlinePrimary.verify(media, world.provisioned()).result);
    const target = director.targets.get(imageName('full-1', 2)) ?? expect.fail();
    const long = changed(media, mediaImageName(target), (bytes) => padded(bytes, target.length + 1000));
    expect(imageFromMedia(long, target)).toHaveLength(target.length + 1);
    expect(imageFromMedia(new Map(), target)).toBeUndefined();
  });
});

/** Moves an ECU's image from the Image Targets to a delegated role. */
function delegate(serial: Serial): void {
  const supplier = keyNamed('supplier');
  const top = world.latest('image', 'targets').bytes;
  const name = imageName(serial, 2);
  const file = resign(
    top,
    (signed) => {
      signed.version = 1;
      signed.targets = { [name]: entry(signed, serial) };
    },
    [supplier],
  );
  world.serve('image/1.supplier.json', file);
  reissue(world, 'image', {
    targets: (signed) => {
      delete signed.targets[name];
      const role = { name: 'supplier', keyids: [supplier.keyId], threshold: 1, paths: [name], terminating: false };
      signed.delegations = { keys: { [supplier.keyId]: supplier.key }, roles: [role] };
    },
    snapshot: (signed) => {
      signed.meta['supplier.json'] = { version: 1 };
    },
  });
}

describe('an offline file served online', () => {
  it.each(['snapshot', 'targets'] as const)('is not taken for the Director’s %s [OU1]', (role) => {
    nameOfflineRoles(world, {
      snapshot: world.keys.director.snapshot,
      targets: world.keys.director.targets,
    });
    reissue(world, 'director', {
      [role]: (signed: Draft) => Object.assign(signed, { _type: `offline-${role}` }),
    });
    expect(primary.verify(world, world.provisioned()).result).toMatchObject({ fault: { code: 'wrong-role', role } });
  });
});

describe('the ECUs of the fixtures', () => {
  it('are all served by one fleet’s media [OU4]', () => {
    const { director } = succeeded(offlinePrimary.verify(makeMedia(world), world.provisioned()).result);
    for (const serial of serials) {
      expect([...(director.targets.get(imageName(serial, 2))?.ecus ?? [])]).toEqual([
        [serial, { hardwareId: hardwareOf(serial) }],
      ]);
    }
    expect(later).toBeGreaterThan(begin + 31 * day);
  });
});
