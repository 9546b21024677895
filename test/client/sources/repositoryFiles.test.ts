import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSource } from '../../../src/client/sources/openSource.ts';
import { RepositoryFiles } from '../../../src/client/sources/repositoryFiles.ts';
import type { Source } from '../../../src/client/sources/source.ts';
import { utf8 } from '../../../src/core/bytes.ts';
import { snapshotBytesMax, timestampBytesMax } from '../../../src/core/limits.ts';
import { aktualizrProfile, type FileName, type Profile, uptaneProfile } from '../../../src/uptane/model/profile.ts';
import { temporaryFolders } from '../../files/support/temporary.ts';
import { begin, World } from '../../uptane/support/fixtures.ts';

const temporaryFolder = temporaryFolders();
const bytesMax = 65_536;

/** A source that has these files, and notes what it is asked for. */
function source(files: Readonly<Record<string, string | Uint8Array>>, failing: readonly string[] = []) {
  const asked: string[] = [];
  const caps: number[] = [];
  const memory: Source = {
    describe: 'memory',
    fetch: async (path, bytesMax) => {
      asked.push(path);
      caps.push(bytesMax);
      if (failing.includes(path)) return { status: 'failed', message: `${path}: no` };
      const content = files[path];
      if (content === undefined) return { status: 'absent' };
      return { status: 'found', bytes: typeof content === 'string' ? utf8(content) : content };
    },
    stream: () => expect.fail('files are asked for as a whole'),
    close: () => {},
  };
  return { memory, asked, caps };
}

async function asks(profile: Profile, names: readonly string[], ...requests: readonly FileName[]) {
  const { memory, asked } = source(Object.fromEntries(names.map((name) => [name, name])));
  const repository = new RepositoryFiles(profile, memory);
  const found: (string | undefined)[] = [];
  for (const request of requests) {
    const answer = await repository.file({ ...request, bytesMax });
    found.push(answer.ok && answer.value !== undefined ? new TextDecoder().decode(answer.value) : undefined);
  }
  return { found, asked };
}

const snapshot: FileName = { role: 'snapshot', version: 7 };
const targets: FileName = { role: 'targets', version: 5 };

describe('the files of a repository', () => {
  it('are asked for by the names of the profile first, and then as the last was found [H1]', async () => {
    const requests = [
      { role: 'root', version: 2 },
      { role: 'timestamp', version: undefined },
      snapshot,
      targets,
    ] as const;
    expect(await asks(uptaneProfile, ['7.snapshot.json', '5.targets.json'], ...requests)).toEqual({
      found: [undefined, undefined, '7.snapshot.json', '5.targets.json'],
      asked: ['2.root.json', 'timestamp.json', '7.snapshot.json', '5.targets.json'],
    });
    expect(await asks(uptaneProfile, ['snapshot.json', 'targets.json'], ...requests)).toEqual({
      found: [undefined, undefined, 'snapshot.json', 'targets.json'],
      asked: ['2.root.json', 'timestamp.json', '7.snapshot.json', 'snapshot.json', 'targets.json'],
    });
    expect(await asks(aktualizrProfile, ['7.snapshot.json', '5.targets.json'], ...requests)).toEqual({
      found: [undefined, undefined, '7.snapshot.json', '5.targets.json'],
      asked: ['2.root.json', 'timestamp.json', 'snapshot.json', '7.snapshot.json', '5.targets.json'],
    });
  });

  it('of a delegated role are in the folder of the profile, its name encoded for a URL [H3]', async () => {
    const delegated: FileName = { role: 'targets', delegated: 'a/b ü', version: 3 };
    const name = 'a%2Fb%20%C3%BC.json';
    expect((await asks(uptaneProfile, [`3.${name}`], delegated)).asked).toEqual([`3.${name}`]);
    const twice = name.replaceAll('%', '%25');
    expect(await asks(uptaneProfile, [`3.${twice}`], delegated)).toEqual({
      found: [`3.${twice}`],
      asked: [`3.${name}`, `3.${twice}`],
    });
    expect((await asks(uptaneProfile, [], delegated)).asked).toEqual([`3.${name}`, `3.${twice}`, name, twice]);
  });

  it.each([
    ['supplier', 'supplier'],
    ['a/b', 'a/b'],
    ["!$&'()*+,;=:@-._~", "!$&'()*+,;=:@-._~"],
    ['a b', 'a%20b'],
    ['a%20b', 'a%20b'],
    ['100%', '100%25'],
    ['ü?#', '%C3%BC%3F%23'],
    ['\u{1f600}', '%F0%9F%98%80'],
  ])('of a delegated role %j are asked for as aktualizr asks, by its name as it is: %s', async (delegated, path) => {
    const request: FileName = { role: 'targets', delegated, version: 3 };
    const asked = [`delegations/${path}.json`, `delegations/3.${path}.json`];
    expect((await asks(aktualizrProfile, [], request)).asked).toEqual(asked);
  });

  it.each(['a%2Fb%20%C3%BC.json', 'a%252Fb%2520%25C3%25BC.json'])(
    'are found in a folder where a role’s file is called %s',
    async (name) => {
      const folder = temporaryFolder();
      writeFileSync(join(folder, name), 'here');
      const repository = new RepositoryFiles({ ...uptaneProfile, versionedNames: false }, openSource(folder));
      const answer = await repository.file({ role: 'targets', delegated: 'a/b ü', version: 3, bytesMax });
      expect(answer).toEqual({ ok: true, value: utf8('here') });
    },
  );

  it('never lie outside the folder, whatever a role is called [H3]', async () => {
    const folder = join(temporaryFolder(), 'repository');
    mkdirSync(folder);
    writeFileSync(join(dirname(folder), 'evil.json'), 'evil');
    const profile = { ...aktualizrProfile, delegationsFolder: '' };
    const repository = new RepositoryFiles(profile, openSource(folder));
    for (const delegated of ['../evil', '..', '.', '..%2Fevil', '%2e%2e/evil', join(dirname(folder), 'evil')]) {
      const answer = await repository.file({ role: 'targets', delegated, version: 1, bytesMax });
      expect([delegated, answer.ok ? answer.value : undefined]).toEqual([delegated, undefined]);
    }
  });

  it('that cannot be read are not looked for under another name', async () => {
    const { memory, asked } = source({ 'snapshot.json': 'there' }, ['7.snapshot.json']);
    const repository = new RepositoryFiles(uptaneProfile, memory);
    expect(await repository.file({ ...snapshot, bytesMax })).toEqual({ ok: false, fault: '7.snapshot.json: no' });
    expect(asked).toEqual(['7.snapshot.json']);
  });
});

describe('the latest Targets, for an ECU that reads no Snapshot,', () => {
  const latest: FileName = { role: 'targets', version: undefined };
  const world = new World();
  world.release(2);
  const file = (name: string) => world.director.file(name, begin) ?? expect.fail(name);
  const timestamp = file('timestamp.json');
  const snapshotFile = file('2.snapshot.json');
  const targetsFile = file('2.targets.json');

  it('are the unversioned ones, or those that Timestamp and Snapshot name [Q2]', async () => {
    const { memory, asked, caps } = source({
      'timestamp.json': timestamp,
      '2.snapshot.json': snapshotFile,
      '2.targets.json': targetsFile,
    });
    const repository = new RepositoryFiles(uptaneProfile, memory);
    expect(await repository.file({ ...latest, bytesMax })).toEqual({ ok: true, value: targetsFile });
    expect(asked).toEqual(['targets.json', 'timestamp.json', '2.snapshot.json', '2.targets.json']);
    expect(caps).toEqual([bytesMax, timestampBytesMax, snapshotBytesMax, bytesMax]);
    expect(await asks(uptaneProfile, ['targets.json'], latest)).toEqual({
      found: ['targets.json'],
      asked: ['targets.json'],
    });
  });

  it.each<[string, Readonly<Record<string, string | Uint8Array>>, readonly string[]]>([
    ['no Timestamp', {}, []],
    ['a Timestamp that is none', { 'timestamp.json': '{}' }, []],
    ['a Timestamp that cannot be read', { 'timestamp.json': timestamp }, ['timestamp.json']],
    ['no Snapshot', { 'timestamp.json': timestamp }, []],
    ['a Snapshot that is none', { 'timestamp.json': timestamp, '2.snapshot.json': timestamp }, []],
    ['no Targets by that version', { 'timestamp.json': timestamp, '2.snapshot.json': snapshotFile }, []],
  ])('are missing where there is %s', async (_, files, failing) => {
    const repository = new RepositoryFiles(uptaneProfile, source(files, failing).memory);
    expect(await repository.file({ ...latest, bytesMax })).toEqual({ ok: true, value: undefined });
  });
});
