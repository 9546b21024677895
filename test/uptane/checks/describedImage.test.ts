import { expect, test } from 'vitest';
import { type DescribedImage, imageOf, isSameImage } from '../../../src/uptane/checks/describedImage.ts';

const hashes = { sha256: 'ab'.repeat(32), sha512: 'cd'.repeat(64) };
const image: DescribedImage = { filename: 'a.img', length: 3, hashes, releaseCounter: 1 };

test.each([
  ['all the same', {}, true],
  ['another name', { filename: 'b.img' }, false],
  ['another length', { length: 4 }, false],
  ['another release counter', { releaseCounter: 2 }, false],
  ['no release counter, as other makers report', { releaseCounter: undefined }, true],
  ['another sha256', { hashes: { ...hashes, sha256: '00'.repeat(32) } }, false],
  ['another sha512', { hashes: { ...hashes, sha512: '00'.repeat(64) } }, false],
  ['one of its hashes', { hashes: { sha256: hashes.sha256 } }, true],
  ['no hash', { hashes: {} }, false],
])('an image and one with %s: the same is %3$s', (_what, changes, same) => {
  expect(isSameImage(image, { ...image, ...changes })).toBe(same);
  expect(isSameImage({ ...image, ...changes }, image)).toBe(same);
});

test('a listed image without a release counter has the lowest one', () => {
  const listed = { filename: 'a.img', length: 3, hashes };
  const counted = (releaseCounter: number | undefined) =>
    imageOf({ ...listed, mustMatch: { hardwareIds: undefined, releaseCounter } });
  expect(counted(undefined)).toEqual({ ...listed, releaseCounter: 0 });
  expect(counted(7)).toEqual({ ...listed, releaseCounter: 7 });
});
