// The metadata that a Secondary takes before it is verified: all that one verification can need, and no more.
import { expect, it } from 'vitest';
import {
  delegatedRolesVisitedMax,
  delegatedTargetsBytesMax,
  directorTargetsBytesMax,
  identifierCharsMax,
  imageTargetsBytesMax,
  metadataChunkBytesMax,
  rootBytesMax,
  rootRotationsMax,
  statedSnapshotBytesMax,
  timestampBytesMax,
} from '../../src/core/limits.ts';
import { ReceivedFiles } from '../../src/secondary/receivedFiles.ts';
import { fileName, uptaneProfile } from '../../src/uptane/model/profile.ts';
import { succeeded } from '../uptane/support/fixtures.ts';

const name = (repository: string, role: 'root' | 'timestamp' | 'snapshot' | 'targets', version: number) =>
  `${repository}/${fileName(uptaneProfile, { role, version: role === 'timestamp' ? undefined : version })}`;
const delegated = (role: string, version = 1) =>
  `image/${fileName(uptaneProfile, { role: 'targets', delegated: role, version })}`;

/** As many files as a full verification can ask for, each as long as it may be. */
function largest(): Map<string, number> {
  const files = new Map<string, number>();
  for (const repository of ['director', 'image']) {
    for (let step = 1; step <= rootRotationsMax; step += 1) files.set(name(repository, 'root', 1 + step), rootBytesMax);
    files.set(name(repository, 'timestamp', 1), timestampBytesMax);
    files.set(name(repository, 'snapshot', 1), statedSnapshotBytesMax);
  }
  files.set(name('director', 'targets', 1), directorTargetsBytesMax);
  files.set(name('image', 'targets', 1), imageTargetsBytesMax);
  for (let role = 0; role < delegatedRolesVisitedMax; role += 1) {
    files.set(delegated(`role ${role}`), delegatedTargetsBytesMax / delegatedRolesVisitedMax);
  }
  return files;
}

const begun = (file: string, totalLength: number) => {
  const data = new Uint8Array(Math.min(totalLength, metadataChunkBytesMax));
  return { file, totalLength, offset: 0, data };
};

it('a Secondary takes the largest set that verifies, and not a byte nor a file more [M8 V1]', () => {
  const files = new ReceivedFiles();
  const fill = () => {
    for (const [file, length] of largest()) succeeded(files.store(begun(file, length)));
  };
  fill();
  expect(files.store(begun('image/more.json', 1))).toMatchObject({ fault: { code: 'oversized', clause: 'V1' } });
  fill();
  const one = name('director', 'targets', 1);
  expect(files.store(begun(one, directorTargetsBytesMax + 1))).toMatchObject({ fault: { code: 'oversized' } });
});

it('a role may have the longest of names [H3 M8]', () => {
  const longest = delegated('€'.repeat(identifierCharsMax), Number.MAX_SAFE_INTEGER);
  succeeded(new ReceivedFiles().store(begun(longest, 1)));
  expect(new ReceivedFiles().store(begun(longest.padEnd(2 * longest.length), 1)).ok).toBe(false);
});
