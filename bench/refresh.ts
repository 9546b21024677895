// Owns: how long a cold verification of a repository pair takes, next to a cold refresh of the same Image repository by npm tuf-js:
// both over loopback HTTP from a server in a thread of its own, both with a new store on disk, in turns in one run.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Updater } from 'tuf-js';
import { HttpSource } from '../src/client/sources/httpSource.ts';
import { RepositoryFiles } from '../src/client/sources/repositoryFiles.ts';
import { openTrustStore } from '../src/client/trustStore.ts';
import { verifyRepositories } from '../src/client/verifyRepositories.ts';
import { createRandom } from '../src/core/random.ts';
import { hostSeconds, monotonicMs } from '../src/core/time/hostTime.ts';
import { ed25519Node } from '../src/crypto/ed25519Node.ts';
import { Director } from '../src/repository/director/director.ts';
import { inventoryVehicle } from '../src/repository/director/inventory.ts';
import { ImageRepository } from '../src/repository/images/imageRepository.ts';
import { usualValidity } from '../src/repository/roles/publication.ts';
import { simulatedRoleKeys } from '../src/repository/roles/roleKeys.ts';
import { Timeserver } from '../src/repository/timeserver.ts';
import { faultText } from '../src/uptane/model/faults.ts';
import { uptaneProfile } from '../src/uptane/model/profile.ts';
import { signingKey } from '../src/uptane/signing/keys.ts';

const rounds = 60;
const targets = 100;
/** Of both repositories: Root, Timestamp, Snapshot, Targets. */
const ownFiles = 8;
const tufFiles = 4;

const server = `
  const { createServer } = require('node:http');
  const { parentPort, workerData } = require('node:worker_threads');
  const files = new Map(Object.entries(workerData));
  const http = createServer((request, response) => {
    const file = files.get(request.url);
    response.writeHead(file === undefined ? 404 : 200, { 'content-length': file?.length ?? 0 });
    response.end(file);
  });
  http.listen(0, '127.0.0.1', () => parentPort.postMessage(http.address().port));
`;

const signatures = ed25519Node();
const serial = 'primary-0';
const hardwareId = 'hw-primary';

/** Both repositories' files by path, of 100 images of which the Director wants one. */
function repositories(now: number): Record<string, Uint8Array> {
  const random = createRandom('bench/refresh');
  const counts = { root: 2, timestamp: 1, snapshot: 1, targets: 2 };
  const keys = (name: string) => simulatedRoleKeys(signatures, random.fork(name), counts);
  const timeserver = new Timeserver([signingKey(signatures, random.fork('time').bytes(32))]);
  const { key } = signingKey(signatures, random.fork(serial).bytes(32));
  const vehicle = inventoryVehicle('WVWZZZ1JZXW000001', [{ serial, hardwareId, key, role: 'primary' }]);
  const director = new Director({
    signatures,
    keys: keys('director'),
    timeserver: timeserver.keys,
    vehicle,
    validity: usualValidity,
    now,
  });
  const images = new ImageRepository(keys('image'), usualValidity, now);
  for (let index = 0; index < targets; index += 1) {
    const bytes = random.bytes(1000);
    const listed = images.add(`app-${index}.img`, bytes, { hardwareIds: [hardwareId], releaseCounter: 1 });
    if (index === 0) director.assign(serial, listed);
  }
  images.publish(now);
  director.publish(now);
  const files: Record<string, Uint8Array> = {};
  for (const [name, repository] of [
    ['director', director],
    ['image', images],
  ] as const) {
    for (const file of ['1.root.json', 'timestamp.json', '1.snapshot.json', '1.targets.json']) {
      files[`/${name}/${file}`] = repository.file(file, now) ?? new Uint8Array();
    }
  }
  return files;
}

async function ours(url: string, files: Record<string, Uint8Array>, folder: string): Promise<void> {
  const open = (name: string) => new RepositoryFiles(uptaneProfile, new HttpSource(`${url}/${name}`));
  const [director, image] = [open('director'), open('image')];
  const store = openTrustStore(join(folder, 'ours'));
  const none = new Uint8Array();
  const { verified } = await verifyRepositories({
    signatures,
    profile: uptaneProfile,
    mode: 'full',
    director,
    image,
    store,
    beginning: { director: files['/director/1.root.json'] ?? none, image: files['/image/1.root.json'] ?? none },
    ecu: { serial, hardwareId },
    vehicle: new Map([[serial, hardwareId]]),
    now: hostSeconds(),
  });
  for (const { source } of [director, image]) source.close();
  store.close();
  if (!verified.ok) throw new Error(faultText(verified.fault));
}

async function tufJs(url: string, files: Record<string, Uint8Array>, folder: string): Promise<void> {
  const metadataDir = join(folder, 'tuf-js');
  mkdirSync(metadataDir);
  writeFileSync(join(metadataDir, 'root.json'), files['/image/1.root.json'] ?? '');
  const updater = new Updater({ metadataDir, metadataBaseUrl: `${url}/image` });
  await updater.refresh();
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Prints both, in milliseconds a metadata file, and their ratio round by round. */
export async function benchRefresh(): Promise<void> {
  const files = repositories(hostSeconds());
  const worker = new Worker(server, { eval: true, workerData: files });
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  const url = `http://127.0.0.1:${port}`;
  const perFile: { readonly ours: number[]; readonly tufJs: number[] } = { ours: [], tufJs: [] };
  for (let round = -5; round < rounds; round += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'ecunet-bench-'));
    try {
      for (const [name, run, count] of [
        ['ours', ours, ownFiles],
        ['tufJs', tufJs, tufFiles],
      ] as const) {
        const start = monotonicMs();
        await run(url, files, folder);
        if (round >= 0) perFile[name].push((monotonicMs() - start) / count);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  await worker.terminate();
  const ratio = median(perFile.ours.map((ms, index) => ms / (perFile.tufJs[index] ?? Number.NaN)));
  const figure = (ms: number) => `${ms.toFixed(2)} ms a metadata file`;
  console.log(`cold full verification, 8 files, 100 targets     ${figure(median(perFile.ours))}`);
  console.log(`cold refresh of its Image repository by tuf-js   ${figure(median(perFile.tufJs))}`);
  console.log(`ratio ours / tuf-js ${ratio.toFixed(2)} (median of ${rounds} rounds in turns)`);
}
