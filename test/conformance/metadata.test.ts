// What the repositories write, as any client would read it: roles, form, names. A B C D F H
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/core/bytes.ts';
import { hashHex } from '../../src/crypto/hashes.ts';
import { decodeMetadata } from '../../src/uptane/decode/metadata.ts';
import { canonicalJson } from '../../src/uptane/json/canonicalJson.ts';
import type { PublicKey, RoleName } from '../../src/uptane/model/metadata.ts';
import { uptaneProfile } from '../../src/uptane/model/profile.ts';
import { keyIdOf } from '../../src/uptane/signing/keys.ts';
import { signMetadata } from '../../src/uptane/signing/sign.ts';
import { draftOf, reissue, signaturesOf } from '../uptane/support/attacks.ts';
import {
  fullSecondary,
  hardwareOf,
  imageName,
  primary,
  type Serial,
  serials,
  signatures,
  succeeded,
  vin,
  World,
} from '../uptane/support/fixtures.ts';

const world = new World();
world.release(2);
const repositories = ['director', 'image'] as const;
type Repository = (typeof repositories)[number];
const fileOf = (name: string) => world.file(name) ?? expect.fail(name);

/** The latest file of each role. */
const fileNames: Readonly<Record<RoleName, string>> = {
  root: '1.root.json',
  timestamp: 'timestamp.json',
  snapshot: '2.snapshot.json',
  targets: '2.targets.json',
};
const roles = Object.keys(fileNames) as RoleName[];
const latest = (repository: Repository, role: RoleName) => fileOf(`${repository}/${fileNames[role]}`);
const keysOf = (repository: Repository) =>
  draftOf(latest(repository, 'root')) as unknown as {
    readonly keys: Record<string, PublicKey>;
    readonly roles: Record<RoleName, { readonly keyids: readonly string[]; readonly threshold: number }>;
  };

describe.each(repositories)('the %s repository’s', (repository) => {
  it.each([
    ['root', 'A3'],
    ['targets', 'A4'],
    ['snapshot', 'A11'],
    ['timestamp', 'A12'],
  ] as const)('%s is signed by its own role’s keys and by no others [%s C2 B3]', (role, _clause) => {
    const bytes = latest(repository, role);
    const { keys, roles } = keysOf(repository);
    const signed = signaturesOf(bytes);
    expect(signed.map(({ keyid }) => keyid)).toEqual(roles[role].keyids);
    expect(signed.length).toBeGreaterThanOrEqual(roles[role].threshold);
    for (const { keyid, sig } of signed) {
      const publicKey = fromHex(keys[keyid]?.keyval.public ?? '') ?? expect.fail();
      const payload = canonicalJson(draftOf(bytes));
      expect(signatures.verify(publicKey, payload, fromHex(sig) ?? expect.fail()), keyid).toBe(true);
    }
  });

  it('roles share no key [A3 A4 A11 A12]', () => {
    const ids = Object.values(keysOf(repository).roles).flatMap(({ keyids }) => keyids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('root lists the public keys of all four roles under the hash of kind, scheme and value [B2 C1]', () => {
    const { keys, roles: named } = keysOf(repository);
    expect(Object.keys(named).sort()).toEqual([...roles].sort());
    for (const { keyids } of Object.values(named)) for (const id of keyids) expect(keys).toHaveProperty(id);
    for (const [id, key] of Object.entries(keys)) {
      expect(id).toBe(keyIdOf(key));
      expect(keyIdOf({ ...key, scheme: 'rsassa-pss-sha256' })).not.toBe(id);
      expect(key.keyval.public).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it.each(roles)('%s says its role, its expiry in UTC and an integer version [B4]', (role) => {
    const { _type, version, expires } = draftOf(latest(repository, role));
    expect(_type).toBe(role);
    expect(version).toBe(role === 'root' ? 1 : 2);
    expect(expires).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it('editions have rising versions, and their names begin with them, but for the Timestamp’s [B5 H1]', () => {
    for (const role of ['snapshot', 'targets'] as const) {
      for (const version of [1, 2])
        expect(draftOf(fileOf(`${repository}/${version}.${role}.json`)).version).toBe(version);
    }
    expect(draftOf(fileOf(`${repository}/timestamp.json`)).version).toBe(2);
    expect(world.file(`${repository}/3.targets.json`)).toBeUndefined();
  });

  it('Snapshot and Timestamp lead, by version and hash, to the latest Targets [A11 A12 F1 F2 F3]', () => {
    const { meta: listed } = draftOf(latest(repository, 'snapshot'));
    const targets = latest(repository, 'targets');
    expect(listed).toEqual({
      'targets.json': { version: 2, length: targets.length, hashes: { sha256: hashHex('sha256', targets) } },
    });
    const snapshot = latest(repository, 'snapshot');
    expect(draftOf(latest(repository, 'timestamp')).meta).toEqual({
      'snapshot.json': { version: 2, length: snapshot.length, hashes: { sha256: hashHex('sha256', snapshot) } },
    });
  });

  it('Targets list every image with name, size, hashes with their functions, hardware and release counter [D1 D2 D4 D5]', () => {
    const { targets } = draftOf(latest(repository, 'targets'));
    for (const serial of serials) {
      expect(targets[imageName(serial, 2)]).toMatchObject({
        length: 1002,
        hashes: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/), sha512: expect.stringMatching(/^[0-9a-f]{128}$/) },
        custom: { mustMatch: { hardwareIds: [hardwareOf(serial)], releaseCounter: 2 } },
      });
    }
  });
});

describe('the Director’s Targets', () => {
  it('delegate to nobody [A10]', () => {
    expect(draftOf(latest('director', 'targets'))).not.toHaveProperty('delegations');
  });

  it('name the vehicle, and for each image the ECUs that are to install it [D3 D9]', () => {
    const { custom, targets } = draftOf(latest('director', 'targets'));
    expect(custom.vin).toBe(vin);
    const ecusOf = (serial: Serial) => targets[imageName(serial, 2)]?.custom.ecuIdentifiers;
    for (const serial of serials) expect(ecusOf(serial)).toEqual({ [serial]: { hardwareId: hardwareOf(serial) } });
  });

  it('may name where else an image is: a vehicle that fetches from its own repositories passes it over [D10]', () => {
    const elsewhere = new World();
    const start = elsewhere.provisioned();
    reissue(elsewhere, 'director', {
      targets: (signed) => {
        for (const entry of Object.values(signed.targets))
          Object.assign(entry.custom, { uri: 'https://mirror.test/x' });
      },
    });
    for (const { verify } of [primary, fullSecondary]) {
      const { targets } = succeeded(verify(elsewhere, start).result).director;
      expect(targets.get(imageName('full-1', 1))).toMatchObject({ uri: 'https://mirror.test/x', length: 1001 });
    }
  });
});

describe('text in metadata', () => {
  const named = (filename: string, ecu: string) => {
    const signed = draftOf(latest('director', 'targets'));
    const [entry = expect.fail()] = Object.values(signed.targets);
    signed.targets = {
      [filename]: { ...entry, custom: { ...entry.custom, ecuIdentifiers: { [ecu]: { hardwareId: 'hw' } } } },
    };
    const bytes = signMetadata(signed, world.keys.director.targets);
    return decodeMetadata({ profile: uptaneProfile, repository: 'director', role: 'targets' }, bytes);
  };

  it('is in normal form C, in the names of images and of ECUs alike [B1]', () => {
    const [composed, decomposed] = ['\u00e9', 'e\u0301'];
    succeeded(named(`${composed}.bin`, composed));
    expect(named(`${decomposed}.bin`, composed)).toMatchObject({ fault: { code: 'malformed' } });
    expect(named(`${composed}.bin`, decomposed)).toMatchObject({ fault: { code: 'malformed' } });
  });

  it.each(['../a.bin', 'a/../b.bin', '/a.bin', 'a//b.bin', './a.bin', 'a\\b.bin'])(
    'is no name that leads out of its folder: %s [H3]',
    (filename) => {
      expect(named(filename, 'ecu')).toMatchObject({ fault: { code: 'malformed' } });
    },
  );
});
