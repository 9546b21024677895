// Whoever controls the repositories' bytes, but none of their keys: a fault, within bounds, and nothing changed by it.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { concatBytes, utf8 } from '../../src/core/bytes.ts';
import { storedImageName } from '../../src/uptane/model/metadata.ts';
import { flood, httpServer, rawServer } from '../client/support/servers.ts';
import { hugeBytes, temporaryFolders } from '../files/support/temporary.ts';
import { fc, prop } from '../support/property.ts';
import { draftOf, flipped } from '../uptane/support/attacks.ts';
import { imageName, World } from '../uptane/support/fixtures.ts';
import { ed25519Key, hardwareId, newPair, serial, writePair } from '../vectors/aktualizrRepository.ts';
import {
  type Files,
  offered,
  printed,
  runVerify,
  serving,
  unversioned,
  VerifyScene,
  writeFiles,
} from './support/verifyScene.ts';

const temporaryFolder = temporaryFolders();
let world: World;
let files: Files;
let scene: VerifyScene;
beforeEach(() => {
  world = new World();
  files = offered(world);
  scene = new VerifyScene(temporaryFolder());
});

const metadata = ['root', 'timestamp', '1.snapshot', '1.targets'].flatMap((role) =>
  ['director', 'image'].map((repository) => `${repository}/${role === 'root' ? '2.root' : role}.json`),
);

const unreadable = { code: 'unreadable-file', attack: 'drop-request' };
const oversized = { code: 'oversized', attack: 'endless-data' };
const malformed = { code: 'malformed', attack: 'arbitrary-installation' };

/** What stands in a file's place. */
const obstacles: Readonly<Record<string, { readonly put: (path: string) => void; readonly fault: object }>> = {
  'a folder': { put: (path) => mkdirSync(path), fault: unreadable },
  'a FIFO': { put: (path) => execFileSync('mkfifo', [path]), fault: unreadable },
  'a link out of the repository': { put: (path) => symlinkSync('/etc/passwd', path), fault: unreadable },
  '300 MB': {
    put: (path) => {
      writeFileSync(path, '');
      truncateSync(path, hugeBytes);
    },
    fault: oversized,
  },
  'no byte': { put: (path) => writeFileSync(path, ''), fault: malformed },
  'bad UTF-8': {
    put: (path) => writeFileSync(path, concatBytes(utf8('{"a":"'), Uint8Array.of(0xc3, 0x28))),
    fault: malformed,
  },
  'a key twice': { put: (path) => writeFileSync(path, '{"signed":{},"signed":{},"signatures":[]}'), fault: malformed },
  'deep nesting': { put: (path) => writeFileSync(path, '['.repeat(200)), fault: malformed },
  'a list': { put: (path) => writeFileSync(path, '[]'), fault: malformed },
};

describe.each(Object.entries(obstacles))('%s in the place of', (_, { put, fault }) => {
  it.each(metadata.filter((_, index) => [0, 3, 4, 7].includes(index)))(
    '%s is a fault, and nothing is stored of that call',
    async (name) => {
      scene.offer(files);
      expect(await scene.secondary('full-1')).toMatchObject({ code: 0 });
      const before = scene.stored();
      const after = new World();
      after.release(2);
      const path = join(scene.repositories, name.replace('/1.', '/2.'));
      scene.offer(offered(after));
      rmSync(path, { force: true });
      put(path);
      const finished = await scene.secondary('full-1');
      expect(finished).toMatchObject({ code: 1, stderr: '' });
      const [repository, file] = name.split('/');
      expect(printed(finished)).toMatchObject({ ok: false, fault: { ...fault, repository } });
      expect(printed(finished).fault.role).toBe(/[a-z]+/.exec(file ?? '')?.[0]);
      expect(scene.stored()).toBe(before);
    },
  );

  it('an image is a fault, and nothing of it is kept [K4 P6]', async () => {
    const { hashes } = draftOf(world.latest('image', 'targets').bytes).targets[imageName('full-1', 1)] ?? expect.fail();
    scene.offer(files);
    const path = join(
      scene.repositories,
      'image',
      'targets',
      storedImageName(imageName('full-1', 1), hashes.sha256 ?? ''),
    );
    rmSync(path);
    put(path);
    const downloads = join(scene.folder, 'downloads');
    const finished = await scene.secondary('full-1', '--download', downloads);
    expect(finished).toMatchObject({ code: 1, stderr: '' });
    expect(printed(finished).fault).toMatchObject({ repository: 'image', file: imageName('full-1', 1) });
    expect(['unreadable-file', 'length-mismatch']).toContain(printed(finished).fault.code);
    expect(readdirSync(downloads)).toEqual([]);
  });
});

describe('a file that is missing', () => {
  it.each(metadata.filter((name) => !name.includes('root')))('is a fault: %s [T1 U1 V1]', async (name) => {
    files.delete(name);
    scene.offer(files);
    expect(printed(await scene.secondary('full-1')).fault).toMatchObject({
      code: 'missing-file',
      repository: name.split('/')[0],
    });
  });

  it('is a fault: an image [P6]', async () => {
    for (const name of files.keys()) if (name.includes('app-1.bin')) files.delete(name);
    scene.offer(files);
    const downloads = join(scene.folder, 'downloads');
    expect(printed(await scene.secondary('full-1', '--download', downloads)).fault).toEqual({
      ...{ code: 'missing-file', clause: 'P6' },
      ...{ repository: 'image', role: 'targets', file: imageName('full-1', 1) },
      ...{ attack: 'drop-request', message: 'the image is missing' },
    });
    expect(readdirSync(downloads)).toEqual([]);
  });
});

describe('a server', () => {
  const at = (url: string) => {
    scene.repositories = url;
    return scene.secondary('full-1');
  };

  it.each(metadata.filter((name) => !name.startsWith('director/2.root')))(
    'that never ends %s is given up [S2 T1 U1 V1]',
    async (endless) => {
      const server = await httpServer((request, response) => {
        if (request.url !== `/${endless}`) return serving(() => files)(request, response);
        response.writeHead(200);
        flood(response, () => ' '.repeat(65_536));
      });
      const finished = await at(server.url);
      expect(finished).toMatchObject({ code: 1, stderr: '' });
      expect(printed(finished).fault).toMatchObject({ ...oversized, repository: endless.split('/')[0] });
    },
  );

  it('that never ends an image is given up [P6]', async () => {
    const server = await httpServer((request, response) => {
      if (request.url?.includes('app-1.bin') !== true) return serving(() => files)(request, response);
      response.writeHead(200);
      flood(response, () => ' '.repeat(65_536));
    });
    scene.repositories = server.url;
    const downloads = join(scene.folder, 'downloads');
    const finished = await scene.secondary('full-1', '--download', downloads);
    expect(printed(finished).fault).toMatchObject({ code: 'length-mismatch', clause: 'P6', attack: 'endless-data' });
    expect(readdirSync(downloads)).toEqual([]);
  });

  it.each([500, 503, 401, 418])(
    'that answers with status %i is a fault, not an end of the roots [S2]',
    async (status) => {
      const server = await httpServer((request, response) => {
        if (request.url !== '/director/2.root.json') return serving(() => files)(request, response);
        response.writeHead(status).end('sorry');
      });
      expect(printed(await at(server.url)).fault).toMatchObject({
        ...{ code: 'unreadable-file', clause: 'S2', role: 'root', file: '2.root.json' },
        message: `${server.url}/director/2.root.json: answered with status ${status}`,
      });
    },
  );

  it('that does not listen is a fault', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const address = closed.address();
    await new Promise((resolve) => closed.close(resolve));
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const finished = await at(`http://127.0.0.1:${port}`);
    expect(printed(finished).fault).toMatchObject({
      ...unreadable,
      message: `http://127.0.0.1:${port}/director/1.root.json: connection refused`,
    });
    expect(existsSync(scene.store)).toBe(false);
  });

  it.each([
    ['no HTTP', 'what?\r\n\r\n'],
    ['a body that ends early', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{'],
    ['a body that is compressed', 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}'],
    ['another server to ask', 'HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n'],
  ])('that answers with %s is a fault', async (_, text) => {
    const server = await rawServer((socket) => socket.end(text));
    expect(printed(await at(server.url)).fault).toMatchObject(unreadable);
  });

  it('that answers everything with its start page is a fault', async () => {
    const server = await httpServer((_, response) => response.writeHead(200).end('<!doctype html>'));
    expect(printed(await at(server.url)).fault).toMatchObject({ ...malformed, role: 'root' });
  });
});

describe('bytes that somebody changed', () => {
  const metadataNames = () => [...files.keys()].filter((name) => !name.includes('app-'));

  prop({ index: fc.nat(), bit: fc.nat() }, { numRuns: 60 })(
    'never yield another image, whichever bit it is [S3 T2 U3 V3]',
    async ({ index, bit }) => {
      const scene = new VerifyScene(temporaryFolder());
      const names = metadataNames();
      const name = names[index % names.length] ?? '';
      const bytes = files.get(name) ?? new Uint8Array();
      scene.offer(new Map(files).set(name, flipped(bytes, bit)));
      const finished = await scene.secondary('full-1');
      const result = printed(finished);
      if (result.ok) expect(result.targets).toMatchObject([{ filename: imageName('full-1', 1), ecu: 'full-1' }]);
      expect(finished.code).toBe(result.ok ? 0 : 1);
    },
  );
});

describe('a name from metadata', () => {
  /** An aktualizr pair that has one image, by any name. */
  function named(filename: string, stored = filename): VerifyScene {
    const pair = newPair(ed25519Key);
    for (const { signed } of [pair.director.targets, pair.image.targets]) {
      const entry = signed.targets['file.txt'] ?? expect.fail('it is listed');
      signed.targets = { [filename]: entry };
    }
    const written = new Map(writePair(pair, { canonical: 'aktualizr', signatures: 'base64', pretty: false }));
    const bytes = written.get('image_repo/file.txt') ?? expect.fail('it is there');
    written.delete('image_repo/file.txt');
    if (stored !== '') written.set(`image_repo/${stored}`, bytes);
    const scene = new VerifyScene(temporaryFolder());
    writeFiles(scene.repositories, written);
    return scene;
  }
  const download = (scene: VerifyScene, ...args: readonly string[]) =>
    runVerify(
      ...['--director', join(scene.repositories, 'director'), '--image-repo', join(scene.repositories, 'image_repo')],
      ...['--store', scene.store, '--ecu', `${serial}:${hardwareId}`, '--profile', 'aktualizr', '--trust-first'],
      ...['--download', join(scene.folder, 'downloads'), ...args],
    );

  it.each([
    '../evil',
    'a/../../evil',
    '/etc/evil',
    '..',
    '.',
    '',
    'a//b',
    'a\\b',
    'a\u0000b',
    'line\nbreak',
    `${'x'.repeat(256)}`,
  ])('never leads out of the folder, and is no other nuisance: %j [H3]', async (filename) => {
    const scene = named(filename, '');
    const evil = join(scene.folder, 'evil');
    const finished = await download(scene, '--json');
    expect(finished).toMatchObject({ code: 1, stderr: '' });
    expect(printed(finished).fault).toEqual({
      ...{ code: 'malformed', clause: 'H3', repository: 'image', role: 'targets', file: filename },
      attack: 'arbitrary-installation',
      message: 'not a name that a file in a folder can have',
    });
    expect(existsSync(evil)).toBe(false);
    expect(readdirSync(join(scene.folder, 'downloads'))).toEqual([]);
  });

  it.each(['a file', '100%', '%2e%2e', 'a%2Fb', 'naïve/\u{1f697}.bin', "~!$&'()*+,;=:@", '...', '.hidden', '#?'])(
    'may be any other: %j [H3]',
    async (filename) => {
      const scene = named(filename);
      expect(await download(scene, '--json')).toMatchObject({ code: 0, stderr: '' });
      expect(readFileSync(join(scene.folder, 'downloads', filename), 'utf8')).toBe('wat wat wat');
    },
  );

  it('does not move the cursor of a terminal, nor break the line', async () => {
    const filename = '\u001b[2J\u009b2J\u2028\u202e\u{e0041}\u0085x';
    const scene = named(filename, '');
    const asLines = await download(scene);
    expect(asLines.code).toBe(1);
    expect(asLines.stdout).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}](?<!\n)/u);
    const asJson = await download(scene, '--json');
    expect(asJson.stdout).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}](?<!\n)/u);
    expect(printed(asJson).fault.file).toBe(filename);
  });

  it('does not follow a link that stands in the folder already [H3]', async () => {
    const scene = named('a/file');
    const outside = join(scene.folder, 'outside');
    mkdirSync(join(scene.folder, 'downloads'));
    mkdirSync(outside);
    symlinkSync(outside, join(scene.folder, 'downloads', 'a'));
    const { code, stderr } = await download(scene, '--json');
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('a symbolic link is in the way'),
    });
    expect(readdirSync(outside)).toEqual([]);
  });
});

describe('an image', () => {
  it('is refused where one bit of it changed, and the earlier download stays [P7 K4]', async () => {
    scene.offer(files);
    const downloads = join(scene.folder, 'downloads');
    await scene.secondary('full-1', '--download', downloads);
    const path = join(downloads, imageName('full-1', 1));
    const before = readFileSync(path);
    const changed = new Map(
      [...files].map(([name, bytes]) => [name, name.includes('full-1') ? flipped(bytes, 77) : bytes]),
    );
    scene.offer(changed);
    const finished = await scene.secondary('full-1', '--download', downloads);
    expect(printed(finished).fault).toMatchObject({ code: 'hash-mismatch', clause: 'P7', repository: 'image' });
    expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(dirname(path))).toEqual(['app-1.bin']);
    expect(readdirSync(downloads)).toEqual(['full-1']);
  });

  it('is found beside the metadata too, with or without a hash in its name [H2 I2]', async () => {
    for (const arrange of [(all: Files) => all, unversioned]) {
      const scene = new VerifyScene(temporaryFolder());
      scene.offer(
        new Map([...arrange(files)].map(([name, bytes]) => [name.replace('image/targets/', 'image/'), bytes])),
      );
      const downloads = join(scene.folder, 'downloads');
      expect(await scene.secondary('full-1', '--download', downloads)).toMatchObject({ code: 0 });
      expect(readFileSync(join(downloads, imageName('full-1', 1)))).toHaveLength(1001);
    }
  });
});
