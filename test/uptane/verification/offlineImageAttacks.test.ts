// Media for updates without a network that are refused for their Image repository's files, OU: each attack with the check that stops it.
import { expect } from 'vitest';
import { statedSnapshotBytesMax } from '../../../src/core/limits.ts';
import { attacker, padded, reissue, resign, rotateRoot } from '../support/attacks.ts';
import { begin, imageName } from '../support/fixtures.ts';
import { refusesMedia } from '../support/mediaRefusals.ts';
import { changed, entry, expire, file, makeMedia } from '../support/offlineFixtures.ts';

refusesMedia([
  {
    title: 'with an expired Image Root [OU4 S6]',
    media: (world) => {
      rotateRoot(world, 'image', { expires: begin - 1 });
      return makeMedia(world);
    },
    fault: { code: 'expired', clause: 'S6', repository: 'image' },
  },
  {
    title: 'without an Image Snapshot [OU3 U1]',
    media: file('image/snapshot.json'),
    fault: { code: 'missing-file', clause: 'U1', repository: 'image' },
  },
  {
    title: 'with an Image Snapshot longer than its cap [U1]',
    media: file('image/snapshot.json', (bytes) => padded(bytes, statedSnapshotBytesMax + 1)),
    fault: { code: 'oversized', clause: 'U1', repository: 'image' },
  },
  {
    title: 'with an Image Snapshot by an attacker [OU4 U3]',
    media: file('image/snapshot.json', (bytes) => resign(bytes, () => {}, [attacker])),
    fault: { code: 'threshold-unmet', clause: 'U3', repository: 'image' },
  },
  {
    title: 'without Image Targets [OU3 V1]',
    media: file('image/2.targets.json'),
    fault: { code: 'missing-file', clause: 'V1', repository: 'image' },
  },
  {
    title: 'with Image Targets of another moment than the Image Snapshot [V2]',
    media: (world) =>
      changed(makeMedia(world), 'image/2.targets.json', () => world.file('image/1.targets.json') ?? expect.fail()),
    fault: { code: 'wrong-version', clause: 'V2', repository: 'image' },
  },
  {
    title: 'with Image Targets that have expired [OU4 V5]',
    media: (world) => {
      reissue(world, 'image', { targets: expire });
      return makeMedia(world);
    },
    fault: { code: 'expired', clause: 'V5', repository: 'image' },
  },
  {
    title: 'with an image that the Image repository does not list [OU4 R10.1]',
    media: (world) => {
      reissue(world, 'image', { targets: (signed) => delete signed.targets[imageName('full-1', 2)] });
      return makeMedia(world);
    },
    fault: { code: 'target-missing', clause: 'R10.1' },
  },
  {
    title: 'with an image that the Image repository describes otherwise [OU4 R10.2]',
    media: (world) => {
      reissue(world, 'image', { targets: (signed) => Object.assign(entry(signed, 'full-1'), { length: 1 }) });
      return makeMedia(world);
    },
    fault: { code: 'repositories-disagree', clause: 'R10.2' },
  },
  {
    title: 'with an image that the Image repository has for other hardware [OU4 R10.3]',
    media: (world) => {
      reissue(world, 'image', { targets: (signed) => entry(signed, 'full-1').custom.mustMatch.hardwareIds.push('hw') });
      return makeMedia(world);
    },
    fault: { code: 'repositories-disagree', clause: 'R10.3' },
  },
]);
