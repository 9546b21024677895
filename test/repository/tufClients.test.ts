// Any TUF client reads the Image repository: npm's tuf-js does, over HTTP. H1 H2 E4
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Updater } from 'tuf-js';
import { beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/core/random.ts';
import { hostSeconds } from '../../src/core/time/hostTime.ts';
import { ImageRepository } from '../../src/repository/images/imageRepository.ts';
import { usualValidity } from '../../src/repository/roles/publication.ts';
import { simulatedRoleKeys } from '../../src/repository/roles/roleKeys.ts';
import type { Loopback } from '../client/support/servers.ts';
import { temporaryFolders } from '../files/support/temporary.ts';
import { keyNamed, signatures, succeeded } from '../uptane/support/fixtures.ts';
import { serveRepository } from './support/loopbackRepository.ts';

const temporary = temporaryFolders();
const bytes = createRandom('image').bytes(70_000);
const mustMatch = { hardwareIds: ['hw-1'], releaseCounter: 1 };

let images: ImageRepository;
let server: Loopback;
let folder: string;
beforeEach(async () => {
  const counts = { root: 2, timestamp: 1, snapshot: 1, targets: 2 };
  const keys = simulatedRoleKeys(signatures, createRandom('tuf-js'), counts);
  images = new ImageRepository({ ...keys, thresholds: { targets: 1 } }, usualValidity, hostSeconds());
  images.add('apps/image é "1".bin', bytes, mustMatch);
  images.publish(hostSeconds());
  server = await serveRepository(images, hostSeconds);
  folder = temporary();
  writeFileSync(join(folder, 'root.json'), images.root);
});

/** What tuf-js makes of an image, with what it trusts already. */
async function download(name: string): Promise<Uint8Array | undefined> {
  const updater = new Updater({
    metadataDir: folder,
    metadataBaseUrl: `${server.url}/metadata`,
    targetDir: folder,
    targetBaseUrl: `${server.url}/images`,
    config: { fetchRetries: 0 },
  });
  await updater.refresh();
  const target = await updater.getTargetInfo(name);
  if (target === undefined) return undefined;
  const path = join(folder, 'downloaded');
  await updater.downloadTarget(target, path);
  return new Uint8Array(readFileSync(path));
}

describe('tuf-js', () => {
  it('refreshes and downloads an image by consistent names [H1 H2 I2]', async () => {
    expect(await download('apps/image é "1".bin')).toEqual(bytes);
    expect(server.asked.slice(0, 4)).toEqual(
      ['2.root.json', 'timestamp.json', '1.snapshot.json', '1.targets.json'].map((name) => `/metadata/${name}`),
    );
    expect(server.asked[4]).toMatch(/^\/images\/apps\/[0-9a-f]{64}\.image/);
  });

  it('follows delegations, by wildcard and for hardware that it knows nothing of, however named [E1 E4 E5 E6]', async () => {
    const brakes = { name: 'brakes/ö 1', holders: [keyNamed('a'), keyNamed('b')], threshold: 1 };
    images.delegate({ to: [brakes], paths: ['brakes/*.bin'], hardwareIds: ['hw-1'] }, hostSeconds());
    const pads = { name: 'pads', holders: [keyNamed('c')] };
    images.delegate({ from: 'brakes/ö 1', to: [pads], paths: ['brakes/pads-?.bin'], terminating: true }, hostSeconds());
    images.add('brakes/pads-1.bin', bytes, mustMatch, { role: 'pads' });
    images.publish(hostSeconds());
    expect(await download('brakes/pads-1.bin')).toEqual(bytes);
    expect(await download('brakes/other.bin')).toBeUndefined();
  });

  it('follows rotated keys and a delegation that was taken back [S3 E2 U6]', async () => {
    images.delegate({ to: [{ name: 'brakes', holders: [keyNamed('a')] }], paths: ['brakes/*'] }, hostSeconds());
    images.add('brakes/1.bin', bytes, mustMatch, { role: 'brakes' });
    images.publish(hostSeconds());
    expect(await download('brakes/1.bin')).toEqual(bytes);
    const fresh = (name: string) => [keyNamed(`fresh ${name}`)];
    const change = {
      root: fresh('root'),
      timestamp: fresh('timestamp'),
      snapshot: fresh('snapshot'),
      targets: fresh('targets'),
    };
    succeeded(images.rotate(change, hostSeconds()));
    expect(await download('brakes/1.bin')).toEqual(bytes);
    images.revoke('brakes');
    images.publish(hostSeconds());
    expect(await download('brakes/1.bin')).toBeUndefined();
  });
});
