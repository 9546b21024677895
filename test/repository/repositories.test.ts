// What the repositories publish, and how they answer.
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import { downloadRangeBytesMax } from '../../src/core/limits.ts';
import { createRandom } from '../../src/core/random.ts';
import { formatUtc } from '../../src/core/utc.ts';
import { hashHex } from '../../src/crypto/hashes.ts';
import { ImageRepository } from '../../src/repository/images/imageRepository.ts';
import { usualValidity } from '../../src/repository/roles/publication.ts';
import { simulatedRoleKeys } from '../../src/repository/roles/roleKeys.ts';
import { answerRequest } from '../../src/repository/servers.ts';
import { timeTokensMax } from '../../src/uptane/limits.ts';
import { storedImageName } from '../../src/uptane/model/metadata.ts';
import type { RemoteRequest, RemoteResponse } from '../../src/uptane/model/remote.ts';
import { requestText } from '../../src/uptane/model/remote.ts';
import { draftOf, signaturesOf } from '../uptane/support/attacks.ts';
import {
  begin,
  hardwareOf,
  imageName,
  primary,
  serials,
  signatures,
  succeeded,
  vin,
  World,
} from '../uptane/support/fixtures.ts';

const world = new World();
const fileOf = (name: string) => world.file(name) ?? expect.fail(name);

/** H2 */
function storedNames(filename: string): readonly string[] {
  const bytes = createRandom(filename).bytes(1001);
  return (['sha256', 'sha512'] as const).map((name) => storedImageName(filename, hashHex(name, bytes)));
}

describe('what is published', () => {
  it.each(['director', 'image'] as const)(
    'by the %s repository names type, version and expiry in every role [A3 B3 B4 C1 C2 F1 F2 F3]',
    (name) => {
      const days = { root: 365, targets: 30, snapshot: 7, timestamp: 1 };
      const [targets, snapshot, timestamp, root] = ['1.targets', '1.snapshot', 'timestamp', '1.root'].map((role) =>
        fileOf(`${name}/${role}.json`),
      );
      for (const [role, bytes] of Object.entries({ root, targets, snapshot, timestamp })) {
        const expires = formatUtc(begin + 86_400 * days[role as keyof typeof days]);
        expect(draftOf(bytes ?? expect.fail())).toMatchObject({ _type: role, version: 1, expires });
      }
      const describes = (bytes: Uint8Array = new Uint8Array()) => ({
        version: 1,
        length: bytes.length,
        hashes: { sha256: hashHex('sha256', bytes) },
      });
      expect(draftOf(snapshot ?? expect.fail()).meta).toEqual({ 'targets.json': describes(targets) });
      expect(draftOf(timestamp ?? expect.fail()).meta).toEqual({ 'snapshot.json': describes(snapshot) });
      expect(signaturesOf(targets ?? expect.fail()).map(({ keyid }) => keyid)).toEqual(
        world.keys[name].targets.map(({ keyId }) => keyId),
      );
    },
  );

  it('says of an image its length, hashes, hardware and release; the Director also for whom [D2 D3 D4 D5 D9]', () => {
    const bytes = createRandom(imageName('full-1', 1)).bytes(1001);
    const hashes = { sha256: hashHex('sha256', bytes), sha512: hashHex('sha512', bytes) };
    const mustMatch = { hardwareIds: [hardwareOf('full-1')], releaseCounter: 1 };
    const entry = { length: 1001, hashes, custom: { mustMatch } };
    expect(draftOf(fileOf('image/1.targets.json')).targets[imageName('full-1', 1)]).toEqual(entry);
    const director = draftOf(fileOf('director/1.targets.json'));
    const ecuIdentifiers = { 'full-1': { hardwareId: hardwareOf('full-1') } };
    expect(director.targets[imageName('full-1', 1)]).toEqual({ ...entry, custom: { mustMatch, ecuIdentifiers } });
    expect(director.custom.vin).toBe(vin);
  });

  it('by the Director never delegates [A10 V6]', () => {
    expect(draftOf(fileOf('director/1.targets.json'))).not.toHaveProperty('delegations');
  });

  it('names one image once for all ECUs that are to run it [D9]', () => {
    const shared = new World();
    const image = shared.images.add('shared.bin', utf8('shared'), {
      hardwareIds: serials.map(hardwareOf),
      releaseCounter: 5,
    });
    for (const serial of serials) shared.director.assign(serial, image);
    shared.images.publish(begin);
    succeeded(shared.sendManifest());
    const { targets } = draftOf(shared.latest('director', 'targets').bytes);
    expect(Object.keys(targets)).toEqual(['shared.bin']);
    expect(Object.keys(targets['shared.bin']?.custom.ecuIdentifiers ?? {}).toSorted()).toEqual([...serials].toSorted());
    succeeded(primary.verify(shared, shared.provisioned()).result);
  });

  it('is renewed under a higher version halfway to the timestamp’s expiry, older editions staying [B5 H1]', () => {
    const keys = simulatedRoleKeys(signatures, createRandom('renewal'), {
      root: 1,
      timestamp: 1,
      snapshot: 1,
      targets: 1,
    });
    const images = new ImageRepository(keys, usualValidity, begin);
    expect(images.file('timestamp.json', begin)).toBeUndefined();
    images.publish(begin);
    const halfDay = begin + usualValidity.timestamp / 2;
    const version = (now: number) => draftOf(images.file('timestamp.json', now) ?? expect.fail()).version;
    expect([version(begin), version(halfDay - 1), version(halfDay), version(halfDay)]).toEqual([1, 1, 2, 2]);
    expect(images.file('1.snapshot.json', halfDay)).toBeDefined();
    expect(images.file('2.targets.json', halfDay)).toBeDefined();
  });

  it.each(['director', 'image'] as const)(
    'by the %s repository is given as a whole, what names a file after it, and renewed like a single file [H1 H2 I2 J1]',
    (name) => {
      const offering = new World();
      const repository = name === 'director' ? offering.director : offering.images;
      const images = name === 'director' ? [] : serials.flatMap((serial) => storedNames(imageName(serial, 1)));
      const metadata = ['1.targets.json', '1.snapshot.json', '1.root.json', 'timestamp.json'];
      const files = repository.files(begin);
      expect([...files.keys()]).toEqual([...images.map((stored) => `targets/${stored}`), ...metadata]);
      for (const file of metadata) expect(files.get(file), file).toEqual(offering.file(`${name}/${file}`));
      for (const stored of images)
        expect(files.get(`targets/${stored}`)).toEqual(offering.images.image(stored, 0, 2000));
      succeeded(repository.renewRoot(begin));
      const later = [...repository.files(begin + usualValidity.timestamp / 2).keys()];
      expect(later.slice(images.length)).toEqual([
        ...['1.targets.json', '1.snapshot.json', '2.targets.json', '2.snapshot.json'],
        ...['1.root.json', '2.root.json', 'timestamp.json'],
      ]);
    },
  );

  it('is signed by keys of the seed, other ones for each role, repository and seed [Z1]', () => {
    const counts = { root: 2, timestamp: 1, snapshot: 1, targets: 2 };
    const ids = (seed: string) =>
      Object.values(simulatedRoleKeys(signatures, createRandom(seed), counts)).flatMap((keys) =>
        keys.map(({ keyId }) => keyId),
      );
    expect(new Set([...ids('1'), ...ids('2')]).size).toBe(12);
    expect(ids('1')).toEqual(ids('1'));
  });
});

describe('the servers answer', () => {
  const servers = { director: world.director, imageRepository: world.images, timeserver: world.timeserver };
  const judged: boolean[] = [];
  const ask = (request: RemoteRequest): RemoteResponse =>
    answerRequest(servers, request, begin, (verdict) => judged.push(verdict.ok));
  const size = (response: RemoteResponse) => (response.status === 'ok' ? response.bytes.length : response.status);
  const image = (changes: object): RemoteRequest => {
    const stored = storedImageName(
      imageName('full-1', 1),
      hashHex('sha256', createRandom(imageName('full-1', 1)).bytes(1001)),
    );
    return { type: 'image', file: stored, offset: 0, length: 1e9, ...changes };
  };

  it('metadata by its name, cut one byte past what was asked for [S2 I2 J1]', () => {
    const whole = fileOf('director/1.root.json').length;
    const request = { type: 'metadata', repository: 'director', file: '1.root.json' } as const;
    expect(size(ask({ ...request, bytesMax: whole }))).toBe(whole);
    expect(size(ask({ ...request, bytesMax: 10 }))).toBe(11);
    expect(size(ask({ ...request, bytesMax: whole, file: '2.root.json' }))).toBe('not-found');
    expect(size(ask({ ...request, bytesMax: whole, file: '../image/1.root.json' }))).toBe('not-found');
    expect(size(ask({ ...request, bytesMax: whole, file: '__proto__' }))).toBe('not-found');
  });

  it('images by hash and name, in ranges [H2 I5]', () => {
    expect(size(ask(image({})))).toBe(1001);
    expect(size(ask(image({ offset: 1000 })))).toBe(1);
    expect(size(ask(image({ offset: 5000 })))).toBe(0);
    expect(size(ask(image({ file: imageName('full-1', 1) })))).toBe('not-found');
    world.images.add('large.bin', new Uint8Array(2 * downloadRangeBytesMax), { hardwareIds: [], releaseCounter: 0 });
    const large = storedImageName('large.bin', hashHex('sha512', new Uint8Array(2 * downloadRangeBytesMax)));
    expect(size(ask(image({ file: large })))).toBe(downloadRangeBytesMax);
  });

  it('the time with the tokens sent, and refuse to sign anything else [Y1]', () => {
    expect(ask({ type: 'time', tokens: ['0a'.repeat(16)] }).status).toBe('ok');
    expect(ask({ type: 'time', tokens: ['{"_type":"root"}'] }).status).toBe('refused');
    expect(ask({ type: 'time', tokens: Array(timeTokensMax + 1).fill('0a'.repeat(16)) }).status).toBe('refused');
  });

  it('manifests with the verdict, which the operator sees as well [J1 J4]', () => {
    judged.length = 0;
    expect(ask({ type: 'manifest', bytes: world.manifest() })).toEqual({ status: 'ok', bytes: new Uint8Array() });
    expect(ask({ type: 'manifest', bytes: utf8('?') })).toMatchObject({
      status: 'refused',
      message: expect.stringContaining('[J5'),
    });
    expect(judged).toEqual([true, false]);
  });

  it('and a request has a name for logs', () => {
    expect(requestText({ type: 'metadata', repository: 'image', file: 'timestamp.json', bytesMax: 1 })).toBe(
      'image/timestamp.json',
    );
    expect(requestText({ type: 'image', file: 'a', offset: 5, length: 1 })).toBe('image/a@5');
    expect(requestText({ type: 'manifest', bytes: utf8('') })).toBe('manifest');
    expect(requestText({ type: 'time', tokens: [] })).toBe('time for 0 tokens');
  });
});

it.each(['../x', 'a//b', '/x', 'a/..', '', 'a\\b', 'a\u0000'])('an image cannot have the name %j [H3]', (name) => {
  const add = () => world.images.add(name, utf8('x'), { hardwareIds: [], releaseCounter: 1 });
  expect(add).toThrow('an image cannot have this name');
});

it('an image in a folder is stored in that folder under its hash [H2]', () => {
  expect(storedImageName('a/b/app.bin', 'ff')).toBe('a/b/ff.app.bin');
  expect(storedImageName('app.bin', 'ff')).toBe('ff.app.bin');
});
