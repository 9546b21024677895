// Any bytes for metadata of any role, online or offline, of either repository, in any profile, give a value or a fault, never a throw.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import { decodeMetadata } from '../../../src/uptane/decode/metadata.ts';
import type { RoleName } from '../../../src/uptane/model/metadata.ts';
import { type ProfileName, profiles } from '../../../src/uptane/model/profile.ts';
import { restoreTrusted } from '../../../src/uptane/verification/trusted.ts';
import { brokenFiles } from '../../mutations/brokenFiles.ts';
import { prop } from '../../support/property.ts';
import { TufRepository } from '../../tuf/support/repository.ts';
import { writeRole } from '../support/delegationTree.ts';
import { World } from '../support/fixtures.ts';

const roles: readonly RoleName[] = ['root', 'timestamp', 'snapshot', 'targets'];

/** Sound files as this project writes them, with delegations to one role and to several. */
function uptaneFiles(): readonly Uint8Array[] {
  const world = new World();
  const names = ['1.root', 'timestamp', '1.snapshot', '1.targets'];
  const served = ['director', 'image'].flatMap((repository) => names.map((name) => `${repository}/${name}.json`));
  const to = [
    { name: 'a', hardwareIds: ['hw'] },
    { names: ['b', 'c'], agreement: 1, terminating: true },
  ];
  return [...served.map((name) => world.file(name) ?? expect.fail(name)), writeRole('targets', { images: ['x'], to })];
}

/** As aktualizr's repositories write them, with RSA keys and with ed25519 ones. */
function aktualizrFiles(): readonly Uint8Array[] {
  const vectors = ['delegation_simple', 'director_root_rotation'].map(
    (name) => new URL(`../../vectors/data/${name}/0/`, import.meta.url),
  );
  return vectors.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.json'))
      .map((name) => new Uint8Array(readFileSync(new URL(name, folder)))),
  );
}

/** As TUF's do, with delegations by path, by hash and to hash bins. */
function tufFiles(): readonly Uint8Array[] {
  const repository = new TufRepository();
  repository.addArtifact('targets', 'content', 'a/file.txt', ['sha256', 'sha512']);
  repository.addDelegation('targets', 'by-path', { paths: ['a/*'], terminating: true });
  repository.addDelegation('targets', 'by-hash', { path_hash_prefixes: ['0', 'ab'] });
  repository.addSuccinctRoles('by-path', 1, 'bin');
  const all = ['by-path', 'by-hash', 'targets', 'snapshot', 'timestamp', 'root'];
  repository.publish(...all);
  return all.map((role) => repository.latest(role));
}

const sound: Readonly<Record<ProfileName, readonly Uint8Array[]>> = {
  uptane: uptaneFiles(),
  aktualizr: aktualizrFiles(),
  tuf: tufFiles(),
};

const typeOf = (bytes: Uint8Array): string => JSON.parse(new TextDecoder().decode(bytes)).signed._type.toLowerCase();

/** The sound files of a role; for an offline one, under its name. */
function filesOf(name: ProfileName, role: RoleName, offline: boolean): readonly Uint8Array[] {
  const files = sound[name].filter((bytes) => typeOf(bytes) === role);
  if (!offline) return files;
  return files.map((bytes) => {
    const file = JSON.parse(new TextDecoder().decode(bytes));
    return utf8(JSON.stringify({ ...file, signed: { ...file.signed, _type: `offline-${role}` } }));
  });
}

const places = (Object.keys(profiles) as ProfileName[]).flatMap((profile) =>
  (['director', 'image'] as const).flatMap((repository) =>
    [false, true].flatMap((offline) =>
      roles
        .filter((role) => !offline || role === 'snapshot' || role === 'targets')
        .map((role) => ({ profile, repository, role, offline, name: `${offline ? 'offline ' : ''}${role}` })),
    ),
  ),
);

describe.each(places)('any bytes for $name of the $repository repository in the $profile profile', (place) => {
  const files = filesOf(place.profile, place.role, place.offline);
  const decode = (bytes: Uint8Array) => decodeMetadata({ ...place, profile: profiles[place.profile] }, bytes);

  prop([brokenFiles(files)], { numRuns: 60 })('give a value or a fault, never a throw [B3 B4]', (bytes) => {
    const result = decode(bytes);
    if (result.ok) expect(result.value.body).toMatchObject({ type: place.role, version: expect.any(Number) });
    else expect(result.fault).toEqual({ code: expect.any(String), message: expect.stringMatching(/^.+$/) });
  });

  it('are no empty word: a sound file is taken [B3 B4]', () => {
    expect(files.filter((bytes) => decode(bytes).ok).length).toBeGreaterThan(0);
  });
});

describe.each(Object.values(profiles))('any bytes for stored trust in the $name profile', (profile) => {
  prop([brokenFiles(sound[profile.name])], { numRuns: 60 })('give a value or a fault, never a throw', (bytes) => {
    const files = ['root', 'timestamp', 'snapshot', 'targets', 'offline-targets', 'delegated/a%2Fb'].map(
      (name) => [`director/${name}.json`, bytes] as const,
    );
    expect(typeof restoreTrusted(profile, new Map(files)).ok).toBe('boolean');
  });
});
