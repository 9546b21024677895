// What an ECU trusts between updates: as files, and back.
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import { uptaneProfile } from '../../../src/uptane/model/profile.ts';
import { restoreTrusted, trustedFiles, trustedVersions } from '../../../src/uptane/verification/trusted.ts';
import { search } from '../support/delegationTree.ts';
import { partialSecondary, primary, succeeded, World } from '../support/fixtures.ts';

const world = new World();
const { trusted } = primary.verify(world, world.provisioned());
const stored = trustedFiles(trusted);
const restore = (files: ReadonlyMap<string, Uint8Array>) => restoreTrusted(uptaneProfile, files);
const changed = (changes: Readonly<Record<string, Uint8Array | undefined>>) => {
  const files = new Map(stored);
  for (const [name, bytes] of Object.entries(changes)) {
    if (bytes === undefined) files.delete(name);
    else files.set(name, bytes);
  }
  return restore(files);
};

describe('trusted metadata', () => {
  it('comes back from its files as it was, of both repositories and of one', () => {
    const restored = succeeded(restore(stored));
    expect(restored.director).toEqual(trusted.director);
    expect(restored.image).toEqual({ ...trusted.image, delegated: undefined });
    const partial = partialSecondary.verify(world, world.provisioned()).trusted;
    expect(succeeded(restore(trustedFiles(partial)))).toEqual(partial);
    expect([...trustedFiles(partial).keys()]).toEqual(['director/root.json', 'director/targets.json']);
    expect(succeeded(restore(trustedFiles(partial)))).not.toHaveProperty('image');
  });

  it('lies under one name a role, without versions', () => {
    const roles = ['root', 'timestamp', 'snapshot', 'targets'];
    const names = ['director', 'image'].flatMap((name) => roles.map((role) => `${name}/${role}.json`));
    expect([...stored.keys()]).toEqual(names);
    expect(stored.get('image/targets.json')).toBe(trusted.image?.targets?.bytes);
  });

  it('of delegated roles has a folder and versions of its own', () => {
    const tree = { top: { to: [{ name: 'a' }] }, roles: { a: { images: ['app.bin'], version: 7 } } };
    const found = search(tree).trusted;
    expect(trustedFiles(found).get('image/delegated/a.json')).toBe(found.image.delegated?.get('a')?.bytes);
    expect(trustedVersions(found)).toMatchObject({ 'image/a': 7, 'image/targets': 1 });
    expect(succeeded(restore(trustedFiles(found)))).toEqual(found);
  });

  it('of a delegated role whose file name is not as it is written here goes by that name', () => {
    const file = search({ top: { to: [{ name: 'a' }] }, roles: { a: { images: ['app.bin'] } } });
    const bytes = trustedFiles(file.trusted).get('image/delegated/a.json');
    const { image } = succeeded(changed({ 'image/delegated/%E0%A4%A.json': bytes }));
    expect([...(image?.delegated?.keys() ?? [])]).toEqual(['%E0%A4%A']);
  });

  it('passes over files that are none of its own', () => {
    const odd = utf8('not JSON');
    const names = [
      'other/root.json',
      'director/root.text',
      'director/x.json',
      'image',
      'imagex/root.json',
      'xdirector/root.json',
    ];
    expect(succeeded(changed(Object.fromEntries(names.map((name) => [name, odd]))))).toEqual(
      succeeded(restore(stored)),
    );
  });

  it('without a root of the Image repository is that of the Director alone', () => {
    expect(succeeded(changed({ 'image/root.json': undefined }))).toEqual({ director: trusted.director });
  });

  const snapshot = stored.get('image/snapshot.json');
  const rows: readonly [string, Readonly<Record<string, Uint8Array | undefined>>, string][] = [
    ['with a broken file', { 'image/snapshot.json': utf8('{}') }, 'image/snapshot.json: signed: an object is needed'],
    [
      'with a broken file of the Director',
      { 'director/root.json': utf8('1') },
      'director/root.json: file: an object is needed',
    ],
    [
      'with another role’s file',
      { 'image/targets.json': snapshot },
      'image/targets.json: signed._type is "snapshot", not "targets"',
    ],
    [
      'with a broken delegated file',
      { 'image/delegated/a.json': snapshot },
      'image/delegated/a.json: signed._type is "snapshot", not "targets"',
    ],
    ['without the Director’s root', { 'director/root.json': undefined }, 'director/root.json is missing'],
  ];
  it.each(rows)('is refused %s', (_, changes, fault) => expect(changed(changes)).toEqual({ ok: false, fault }));
});
