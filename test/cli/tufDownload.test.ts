// `ecunet tuf` against the scenarios of the public conformance suite: targets downloaded, kept, refused. TUF 5.7
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TufRepository } from '../tuf/support/repository.ts';
import { tufScenes } from '../tuf/support/suite.ts';

const scene = tufScenes();
const online = ['targets', 'snapshot', 'timestamp'] as const;

async function initialised(prepare: (repository: TufRepository) => void = () => {}) {
  const { repository, client } = scene();
  expect(await client.init(repository.latest('root'))).toBe(0);
  prepare(repository);
  repository.publish(...online);
  return { repository, client };
}

function replace(repository: TufRepository, path: string, data: string): void {
  const artifact = repository.artifacts.get(path);
  if (artifact !== undefined) artifact.data = Buffer.from(data);
}

describe('ecunet tuf download', () => {
  it.each(['target_file.txt', 'path/to/a/target_file.txt'])('gets %s', async (path) => {
    const { client } = await initialised((repository) =>
      repository.addArtifact('targets', 'target file contents', path),
    );
    expect(await client.refresh()).toBe(0);
    expect(client.downloads()).toEqual([]);
    expect(await client.download(path)).toBe(0);
    expect(client.downloads()).toEqual(['target file contents']);
  });

  it('puts the hash before the last part of the name [H2]', async () => {
    const { repository, client } = await initialised((repository) =>
      repository.addArtifact('targets', 'text', 'a/b.c/d.e'),
    );
    expect(await client.download('a/b.c/d.e')).toBe(0);
    const [hash] = repository.artifacts.get('a/b.c/d.e')?.hashes ?? [];
    expect(repository.artifactRequests).toEqual([{ path: 'a/b.c/d.e', prefix: hash }]);
  });

  it('never takes up bytes that are not the listed ones [P7 P9]', async () => {
    const { repository, client } = await initialised((repository) => {
      repository.addArtifact('targets', 'target file contents', 'one');
      repository.addArtifact('targets', 'content', 'two');
    });
    expect(await client.download('one')).toBe(0);
    for (const path of ['one', 'two']) replace(repository, path, 'malicious data - should not download');
    expect(await client.download('one')).toBe(0);
    expect(await client.download('two')).toBe(1);
    replace(repository, 'two', 'CONTENT');
    expect(await client.download('two')).toBe(1);
    replace(repository, 'two', 'conten');
    expect(await client.download('two')).toBe(1);
    expect(client.downloads()).toEqual(['target file contents']);
    expect(readdirSync(client.targetDir)).toEqual(['one']);
  });

  it('replaces a target that changed by its right bytes only', async () => {
    const { repository, client } = await initialised((repository) =>
      repository.addArtifact('targets', 'first', 'file'),
    );
    expect(await client.download('file')).toBe(0);
    let expected = ['first'];
    for (let round = 0; round < 11; round += 1) {
      const changed = `modified ${round}`;
      const added = `new ${round}`;
      repository.addArtifact('targets', changed, 'file');
      repository.addArtifact('targets', added, `new-${round}`);
      repository.publish(...online);
      if (round % 5 !== 0) continue;
      expect(await client.download('file')).toBe(0);
      expected = [...expected.filter((text) => text.startsWith('new')), changed];
      expect(client.downloads()).toEqual(expected);
      expect(await client.download(`new-${round}`)).toBe(0);
      expected.push(added);
      replace(repository, 'file', `malicious ${round}`);
      repository.publish(...online);
      await client.download('file');
      expect(client.downloads()).toEqual(expected);
    }
  });

  it.each([[['sha256']], [['sha512']], [['sha256', 'sha512']]])('works with hashes by %j', async (algorithms) => {
    const { repository, client } = await initialised((repository) => {
      repository.addArtifact('targets', 'content', 'file', algorithms);
    });
    expect(await client.download('file')).toBe(0);
    expect(repository.artifactRequests).toHaveLength(1);
    expect(repository.artifacts.get('file')?.hashes).toContain(repository.artifactRequests[0]?.prefix);
    expect(client.downloads()).toEqual(['content']);
  });

  it('checks every listed hash that it knows [P7]', async () => {
    const { client } = await initialised((repository) => {
      repository.addArtifact('targets', 'content', 'file', ['sha256', 'sha512']);
      Object.assign(repository.targets.targets.file?.hashes ?? {}, { sha512: '00'.repeat(64) });
    });
    expect(await client.download('file')).toBe(1);
    expect(client.downloads()).toEqual([]);
  });

  it('refuses a target of which it knows no hash, and only that one [D2]', async () => {
    const { client } = await initialised((repository) => {
      repository.addArtifact('targets', 'content', 'file');
      repository.addArtifact('targets', 'content', 'other');
      const target = repository.targets.targets.file;
      if (target !== undefined) target.hashes = { 'unknown-hash': target.hashes.sha256 ?? '' };
    });
    expect(await client.download('file')).toBe(1);
    expect(client.downloads()).toEqual([]);
    expect(await client.download('other')).toBe(0);
  });

  it('does not download again what it has', async () => {
    const { repository, client } = await initialised((repository) =>
      repository.addArtifact('targets', 'content', 'file'),
    );
    expect(await client.download('file')).toBe(0);
    expect(await client.download('file')).toBe(0);
    expect(repository.artifactRequests).toHaveLength(1);
    writeFileSync(join(client.targetDir, 'file'), 'CONTENT');
    expect(await client.download('file')).toBe(0);
    expect(repository.artifactRequests).toHaveLength(2);
    expect(client.downloads()).toEqual(['content']);
  });

  it('gets several targets in one call, and stops at the first that fails', async () => {
    const { repository, client } = await initialised((repository) => {
      for (const name of ['a', 'b', 'c']) repository.addArtifact('targets', name, name);
    });
    expect(await client.download(['a', 'b'])).toBe(0);
    expect(repository.metadataRequests).toEqual(['root 2', 'timestamp', 'snapshot 2', 'targets 2']);
    expect(await client.download(['missing', 'c'])).toBe(1);
    expect(client.downloads()).toEqual(['a', 'b']);
  });

  it('gets an empty target', async () => {
    const { client } = await initialised((repository) => repository.addArtifact('targets', '', 'empty'));
    expect(await client.download('empty')).toBe(0);
    expect(client.downloads()).toEqual(['']);
  });

  it.each([
    'with space',
    'a?b',
    'a#b',
    'ümlaut/ä',
    '100%',
    "(a)!*'",
    '日本',
    'a:b@c;d',
    'q&r=s+t,u$v',
    '~tilde',
    '"<>\\^`{|}',
  ])('gets a target of the name %j, and keeps it under one that is safe [K4]', async (path) => {
    const { client } = await initialised((repository) => repository.addArtifact('targets', 'content', path));
    expect(await client.download(path)).toBe(0);
    expect(client.downloads()).toEqual(['content']);
    expect(readdirSync(client.targetDir)).toHaveLength(1);
    expect(decodeURIComponent(readdirSync(client.targetDir)[0] ?? '')).toBe(path);
  });

  it('takes the name of a target as the part of a URL that it is', async () => {
    const { repository, client } = await initialised((repository) =>
      repository.addArtifact('targets', 'content', 'a%20b'),
    );
    expect(await client.download('a%20b')).toBe(0);
    expect(repository.artifactRequests[0]?.path).toBe('a%20b');
    expect(readdirSync(client.targetDir)).toEqual(['a%2520b']);
  });

  it.each(['..', '.', '../escape', 'a/../../escape', 'a//b', '/absolute', 'x'.repeat(300)])(
    'fails for a target of the name %j, and writes nowhere [K4]',
    async (path) => {
      const { client } = await initialised((repository) => repository.addArtifact('targets', 'content', path));
      expect(await client.download(path)).toBe(1);
      expect(client.stderr).toMatch(/^ecunet: [^\n]+\n$/);
      expect(client.downloads()).toEqual([]);
      expect(readdirSync(join(client.targetDir, '..')).sort()).toEqual(['initial_root.json', 'metadata', 'targets']);
    },
  );

  it('fails where a folder stands in the place of the target', async () => {
    const { client } = await initialised((repository) => repository.addArtifact('targets', 'content', 'file'));
    mkdirSync(join(client.targetDir, 'file'));
    expect(await client.download('file')).toBe(1);
    expect(client.stderr).toMatch(/^ecunet: [^\n]+\n$/);
  });
});
