// A TUF client's folder and its repository as they can be: damaged files, servers that fail, two processes at once.
import { mkdirSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TufFolder } from '../../../src/client/tuf/tufFolder.ts';
import { TufClient } from '../../tuf/support/client.ts';
import { TufRepository } from '../../tuf/support/repository.ts';
import { type Served, TufServer } from '../../tuf/support/server.ts';

let server: TufServer;
let count = 0;
beforeAll(async () => {
  server = await TufServer.start();
});
afterAll(() => server.close());

/** A client that was initialised, of a repository that `answer` may stand before. */
async function initialised(answer?: (path: string, repository: TufRepository) => ReturnType<Served['fetch']>) {
  const repository = new TufRepository();
  count += 1;
  const served: Served = answer === undefined ? repository : { fetch: (path) => answer(path, repository) };
  const client = new TufClient(server.serve(`repository ${count}`, served));
  expect(await client.init(repository.latest('root'))).toBe(0);
  return { repository, client };
}

const oneLine = /^ecunet: [^\n]+\n$/;

describe('files of the metadata folder', () => {
  const damages: readonly (readonly [string, (path: string) => void])[] = [
    ['is no JSON', (path) => writeFileSync(path, 'no JSON')],
    ['is empty', (path) => writeFileSync(path, '')],
    ['is another role’s', (path) => writeFileSync(path, '{"signatures":[],"signed":{"_type":"mirrors"}}')],
    ['is of 300 MB', (path) => truncateSync(path, 300_000_000)],
    [
      'is a link to nowhere',
      (path) => {
        rmSync(path);
        symlinkSync('/nonexistent', path);
      },
    ],
    ['is missing', (path) => rmSync(path)],
  ];

  it.each(damages)('are got again where one %s', async (_, damage) => {
    const { repository, client } = await initialised();
    expect(await client.refresh()).toBe(0);
    for (const role of ['timestamp', 'snapshot', 'targets']) {
      damage(client.fileOf(role));
      expect(await client.refresh()).toBe(0);
      expect(client.stored(role)).toEqual(Buffer.from(repository.latest(role)));
    }
  });

  it.each(damages)('are of no use where the root %s', async (_, damage) => {
    const { repository, client } = await initialised();
    damage(client.fileOf('root'));
    expect(await client.refresh()).toBe(1);
    expect(client.stderr).toMatch(oneLine);
    expect(repository.metadataRequests).toEqual([]);
  });

  it('cannot take the place of a folder', async () => {
    const { client } = await initialised();
    mkdirSync(client.fileOf('timestamp'));
    expect(await client.refresh()).toBe(1);
    expect(client.stderr).toMatch(oneLine);
    expect(readdirSync(client.metadataDir).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('are one process’s at a time', async () => {
    const { client } = await initialised();
    const held = new TufFolder(client.metadataDir);
    expect(await client.refresh()).toBe(1);
    expect(client.stderr).toContain('in use');
    held.close();
    expect(await client.refresh()).toBe(0);
  });

  it('are made by init where there is no folder', async () => {
    const { repository, client } = await initialised();
    rmSync(client.metadataDir, { recursive: true });
    expect(await client.init(repository.latest('root'))).toBe(0);
    expect(client.trusted()).toEqual(['root 1']);
  });
});

describe('servers', () => {
  it.each([500, 503, 401])(
    'that answer %i to a root stop the refresh, and the roots before stay [S5]',
    async (status) => {
      const { repository, client } = await initialised((path, repository) =>
        path === 'metadata/4.root.json' ? status : repository.fetch(path),
      );
      for (let version = 2; version <= 6; version += 1) repository.publish('root');
      expect(await client.refresh()).toBe(1);
      expect(client.stderr).toMatch(oneLine);
      expect(client.trusted()).toEqual(['root 3']);
    },
  );

  it.each([403, 404])('that answer %i to a root have no newer one', async (status) => {
    const { client } = await initialised((path, repository) =>
      path === 'metadata/2.root.json' ? status : repository.fetch(path),
    );
    expect(await client.refresh()).toBe(0);
  });

  it('that serve more than can be are not read to the end [T1]', async () => {
    const { client } = await initialised((path, repository) =>
      path === 'metadata/timestamp.json' ? Buffer.alloc(10_000_000, ' ') : repository.fetch(path),
    );
    expect(await client.refresh()).toBe(1);
    expect(client.stderr).toContain('longer than');
  });

  it('that are not there are named', async () => {
    const { repository } = await initialised();
    const client = new TufClient({ metadataUrl: 'http://127.0.0.1:9/', targetsUrl: 'http://127.0.0.1:9/' });
    expect(await client.init(repository.latest('root'))).toBe(0);
    expect(await client.refresh()).toBe(1);
    expect(client.stderr).toMatch(oneLine);
    expect(client.stderr).toContain('127.0.0.1:9');
  });

  it('that break off or refuse a target leave nothing behind', async () => {
    const { repository, client } = await initialised((path, repository) =>
      path.startsWith('targets/') ? 503 : repository.fetch(path),
    );
    repository.addArtifact('targets', 'content', 'file');
    repository.publish('targets', 'snapshot', 'timestamp');
    expect(await client.download('file')).toBe(1);
    expect(readdirSync(client.targetDir)).toEqual([]);
  });

  it('can be folders', async () => {
    const { repository, client } = await initialised();
    const folder = join(client.targetDir, '..', 'repository');
    mkdirSync(folder);
    for (const [role, versions] of repository.published) {
      for (const [index, bytes] of versions.entries()) writeFileSync(join(folder, `${index + 1}.${role}.json`), bytes);
    }
    writeFileSync(join(folder, 'timestamp.json'), repository.latest('timestamp'));
    const local = new TufClient({ metadataUrl: folder, targetsUrl: folder });
    expect(await local.init(repository.latest('root'))).toBe(0);
    expect(await local.refresh()).toBe(0);
    expect(local.trusted()).toEqual(['root 1', 'snapshot 1', 'targets 1', 'timestamp 1']);
  });
});
