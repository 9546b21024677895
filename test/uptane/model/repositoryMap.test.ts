// The repository map: its form, where an ECU keeps it, and that it can take no repository out of full verification.
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import { repositoryMirrorsMax } from '../../../src/uptane/limits.ts';
import { uptaneProfile } from '../../../src/uptane/model/profile.ts';
import {
  type Mapping,
  mapOfBoth,
  type RepositoryMap,
  readRepositoryMap,
  repositoriesFor,
  writeRepositoryMap,
} from '../../../src/uptane/model/repositoryMap.ts';
import { restoreTrusted, trustedFiles } from '../../../src/uptane/verification/trusted.ts';
import { fc, prop } from '../../support/property.ts';
import { fullSecondary, imageName, primary, succeeded, World } from '../support/fixtures.ts';

const urls = { director: ['https://director.example'], image: ['https://images.example', 'https://mirror.example'] };
const both = ['director', 'image'];

describe('a repository map', () => {
  it('is read as it was written, addresses and mappings in order [G2 G3]', () => {
    const map: RepositoryMap = { urls, mapping: [{ paths: ['a/*'], repositories: both }, ...mapOfBoth(urls).mapping] };
    expect(readRepositoryMap(writeRepositoryMap(map))).toEqual({ ok: true, value: map });
  });

  const file = (change: object) => utf8(JSON.stringify({ repositories: urls, mapping: [], ...change }));
  it.each([
    ['no Director', file({ repositories: { image: ['x'] } }), 'repositories.director: a list is needed'],
    ['no Image repository', file({ repositories: { director: ['x'] } }), 'repositories.image: a list is needed'],
    [
      'a repository without an address',
      file({ repositories: { ...urls, image: [] } }),
      'repositories.image: an address is needed [G2]',
    ],
    [
      'more addresses than are tried',
      file({ repositories: { ...urls, image: Array(repositoryMirrorsMax + 1).fill('x') } }),
      `repositories.image: a list of at most ${repositoryMirrorsMax} is needed`,
    ],
    ['no mapping', file({ mapping: undefined }), 'mapping: a list is needed'],
    ['a mapping without paths', file({ mapping: [{ repositories: both }] }), 'mapping[0].paths: a list is needed'],
    [
      'a mapping without repositories',
      file({ mapping: [{ paths: ['*'] }] }),
      'mapping[0].repositories: a list is needed',
    ],
    ['a text', utf8('"x"'), 'map: an object is needed'],
    ['no JSON', utf8('{'), 'a string is needed at character 1'],
  ])('with %s is none [G2 G3]', (_, bytes, fault) => {
    expect(readRepositoryMap(bytes)).toEqual({ ok: false, fault });
  });

  prop([fc.uint8Array({ maxLength: 200 })])('of any bytes is a map or a line on what is wrong', (bytes) => {
    expect(typeof readRepositoryMap(bytes).ok).toBe('boolean');
  });

  it('names the repositories of the first mapping that a path matches, `*` for every path [G3]', () => {
    const mapping = [
      { paths: ['a/*', 'b'], repositories: ['image'] },
      { paths: ['*'], repositories: both },
    ];
    const named = (filename: string) => repositoriesFor({ urls, mapping }, filename);
    expect([named('a/x'), named('b'), named('a/x/y'), named('c')]).toEqual([['image'], ['image'], both, both]);
    expect(repositoriesFor({ urls, mapping: [] }, 'a')).toBeUndefined();
  });

  it('is stored with what a full ECU trusts, and read back [G1 L2]', () => {
    const trusted = { ...new World().provisioned(), map: mapOfBoth(urls) };
    const files = trustedFiles(trusted);
    expect([...files.keys()]).toContain('repository-map.json');
    expect(succeeded(restoreTrusted(uptaneProfile, files)).map).toEqual(trusted.map);
    const damaged = new Map(files).set('repository-map.json', utf8('{}'));
    expect(restoreTrusted(uptaneProfile, damaged)).toEqual({
      ok: false,
      fault: 'repository-map.json: repositories: an object is needed',
    });
  });
});

describe.each([primary, fullSecondary])('by its map $name', (verifier) => {
  const verified = (mapping: readonly Mapping[]) => {
    const world = new World();
    return verifier.verify(world, { ...world.provisioned(), map: { urls, mapping } });
  };

  it('accepts images that both repositories are to sign, and keeps the map [R0 G3]', () => {
    const { result, trusted } = verified(mapOfBoth(urls).mapping);
    succeeded(result);
    expect(trusted.map).toEqual(mapOfBoth(urls));
  });

  const fault = (message: string, filename = imageName('full-1', 1)) => ({
    kind: 'remote',
    code: 'not-mapped',
    clause: 'R0',
    message: `the repository map ${message}`,
    attack: 'arbitrary-installation',
    repository: 'director',
    role: 'targets',
    file: filename,
  });
  it.each([
    [
      'leaves it to the Director alone',
      [{ paths: ['*'], repositories: ['director'] }],
      'leaves this image to director',
    ],
    [
      'leaves it to the Image repository alone',
      [{ paths: ['*'], repositories: ['image'] }],
      'leaves this image to image',
    ],
    ['names one twice', [{ paths: ['*'], repositories: ['image', 'image'] }], 'leaves this image to image, image'],
    ['leaves it to nobody', [{ paths: ['*'], repositories: [] }], 'leaves this image to nobody'],
    [
      'wants a repository that the vehicle does not know',
      [{ paths: ['*'], repositories: [...both, 'third'] }],
      'leaves this image to director, image, third',
    ],
    ['does not name it', [{ paths: ['elsewhere/*'], repositories: both }], 'does not name this image'],
  ])('refuses an image where the map %s [R0 G3]', (_, mapping, message) => {
    expect(verified(mapping).result).toEqual({ ok: false, fault: fault(message) });
  });
});
