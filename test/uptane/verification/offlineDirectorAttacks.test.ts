// Media for updates without a network that are refused for their Director files, OU: each attack with the check that stops it.
import { expect } from 'vitest';
import { directorTargetsBytesMax, snapshotBytesMax } from '../../../src/core/limits.ts';
import { draftOf, padded, resign, rotateRoot, tamper } from '../support/attacks.ts';
import { faultOf } from '../support/expected.ts';
import { begin, hardwareOf, imageName, World } from '../support/fixtures.ts';
import { refusesMedia } from '../support/mediaRefusals.ts';
import {
  changed,
  draft,
  expire,
  file,
  makeMedia,
  offlineFiles,
  offlineImage,
  offlineKeys,
  onlineKeys,
  snapshotName,
  targetsName,
} from '../support/offlineFixtures.ts';

refusesMedia([
  {
    title: 'without offline roles in the Director Root [OU1]',
    media: () => {
      const bare = new World();
      bare.release(2);
      return makeMedia(bare);
    },
    fault: { code: 'threshold-unmet', clause: 'U3', role: 'offline-snapshot' },
  },
  {
    title: 'with an expired Director Root [OU4 S6]',
    media: (world) => {
      rotateRoot(world, 'director', { expires: begin - 1 });
      return makeMedia(world);
    },
    fault: { code: 'expired', clause: 'S6', repository: 'director' },
  },
  {
    title: 'without an offline Snapshot [OU3 U1]',
    media: file(snapshotName),
    fault: { code: 'missing-file', clause: 'U1', role: 'offline-snapshot', file: 'offline-snapshot.json' },
  },
  {
    title: 'with an offline Snapshot longer than its cap [U1]',
    media: file(snapshotName, (bytes) => padded(bytes, snapshotBytesMax + 1)),
    fault: { code: 'oversized', clause: 'U1', attack: 'endless-data' },
  },
  {
    title: 'with the online Snapshot in the place of the offline one [OU1]',
    media: (world) => changed(makeMedia(world), snapshotName, () => world.latest('director', 'snapshot').bytes),
    fault: { code: 'wrong-role', clause: 'U1' },
  },
  {
    title: 'with an offline Snapshot signed by the online keys [OU1 U3]',
    media: draft({ keys: { snapshot: onlineKeys.snapshot } }),
    fault: { code: 'threshold-unmet', clause: 'U3', role: 'offline-snapshot', attack: 'arbitrary-installation' },
  },
  {
    title: 'with an offline Snapshot changed after it was signed [OU1 U3]',
    media: file(snapshotName, (bytes) => tamper(bytes, (signed) => Object.assign(signed, { version: 7 }))),
    fault: { code: 'bad-signature', clause: 'U3' },
  },
  {
    title: 'with an offline Snapshot that has expired [OU4 U7]',
    media: draft({ snapshot: expire }),
    fault: faultOf(
      'director',
      'offline-snapshot',
      'expired',
      'U7',
      'expired 2025-12-31T23:59:59Z, it is 2026-01-01T00:00:00Z',
      'indefinite-freeze',
    ),
  },
  {
    title: 'with an offline Snapshot that lists no offline Targets [OU4 V2]',
    media: draft({
      snapshot: (signed) => {
        signed.meta = {};
      },
    }),
    fault: faultOf(
      'director',
      'offline-targets',
      'missing-file',
      'V2',
      'the offline snapshot does not list it',
      'rollback',
    ),
  },
  {
    title: 'without offline Targets [OU3 V1]',
    media: file(targetsName),
    fault: { code: 'missing-file', clause: 'V1', role: 'offline-targets' },
  },
  {
    title: 'with offline Targets longer than their cap [V1]',
    media: draft({ targets: (signed) => Object.assign(signed, { padding: 'x'.repeat(directorTargetsBytesMax) }) }),
    fault: { code: 'oversized', clause: 'V1', role: 'offline-targets', attack: 'endless-data' },
  },
  {
    title: 'with the online Director Targets in the place of the offline ones [OU1]',
    media: (world) => {
      const media = makeMedia(world);
      const bytes = world.latest('director', 'targets').bytes;
      const listed = resign(
        media.get(snapshotName) ?? expect.fail(),
        (signed) => {
          signed.meta['offline-targets.json'] = { version: draftOf(bytes).version };
        },
        offlineKeys.snapshot,
      );
      return media.set(targetsName, bytes).set(snapshotName, listed);
    },
    fault: { code: 'wrong-role', clause: 'V1', role: 'offline-targets' },
  },
  {
    title: 'with offline Targets of another version than is listed [V2]',
    media: draft({
      snapshot: (signed) => {
        signed.meta['offline-targets.json'] = { version: 2 };
      },
    }),
    fault: { code: 'wrong-version', clause: 'V2', attack: 'mix-and-match' },
  },
  {
    title: 'with other offline Targets of the listed version [V2]',
    media: (world) => {
      const { targets } = offlineFiles({ images: [offlineImage('primary-0', 2), offlineImage('full-1', 1)] });
      return changed(makeMedia(world), targetsName, (bytes) => padded(targets, bytes.length));
    },
    fault: { code: 'hash-mismatch', clause: 'V2', attack: 'mix-and-match' },
  },
  {
    title: 'with offline Targets signed by the online keys [OU1 V3]',
    media: draft({ keys: { targets: onlineKeys.targets } }),
    fault: { code: 'threshold-unmet', clause: 'V3', role: 'offline-targets', attack: 'arbitrary-installation' },
  },
  {
    title: 'with offline Targets signed by fewer keys than are needed [OU1 V3]',
    media: draft({ keys: { targets: offlineKeys.targets.slice(1) } }),
    fault: { code: 'threshold-unmet', clause: 'V3' },
  },
  {
    title: 'with offline Targets that have expired [OU4 V5]',
    media: draft({ targets: expire }),
    fault: { code: 'expired', clause: 'V5', role: 'offline-targets', attack: 'indefinite-freeze' },
  },
  {
    title: 'with offline Targets that delegate [OU2 V6]',
    media: draft({
      targets: (signed) => {
        signed.delegations = { keys: {}, roles: [{ name: 'anybody' }] };
      },
    }),
    fault: { code: 'director-delegates', clause: 'V6', role: 'offline-targets', attack: 'director-delegation' },
  },
  {
    title: 'with offline Targets for another vehicle [D3]',
    media: draft({
      targets: (signed) => {
        signed.custom = { vin: 'WVWZZZ1JZXW000002' };
      },
    }),
    fault: { code: 'wrong-vehicle', clause: 'D3', attack: 'cross-vehicle-replay' },
  },
  {
    title: 'with two images for one ECU identifier [OU4 V7]',
    media: (world) => {
      const twice = new Map([['full-1', { hardwareId: hardwareOf('full-1') }]]);
      const images = [1, 2].map((release) => ({ ...offlineImage('full-1', release), ecus: twice }));
      return makeMedia(world, { images });
    },
    fault: { code: 'duplicate-ecu', clause: 'V7', attack: 'duplicate-ecu' },
  },
  {
    title: 'with two images for the hardware of one ECU [OU4]',
    media: (world) => makeMedia(world, { images: [offlineImage('full-1', 1), offlineImage('full-1', 2)] }),
    fault: faultOf(
      'director',
      'offline-targets',
      'duplicate-ecu',
      'OU4',
      `both ${imageName('full-1', 1)} and ${imageName('full-1', 2)} are for ECU full-1`,
      'duplicate-ecu',
    ),
  },
  {
    title: 'with one image for an ECU by identifier and another by its hardware [OU4]',
    media: (world) => {
      const named = new Map([['full-1', { hardwareId: hardwareOf('full-1') }]]);
      return makeMedia(world, { images: [offlineImage('full-1', 1), { ...offlineImage('full-1', 2), ecus: named }] });
    },
    fault: { code: 'duplicate-ecu', clause: 'OU4' },
  },
]);
