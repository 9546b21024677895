// D: what Targets say of images, in this project's own form, in aktualizr's, and in TUF's.
import { describe, expect, it } from 'vitest';
import { targetsMax } from '../../../src/uptane/limits.ts';
import { aktualizrProfile, tufProfile } from '../../../src/uptane/model/profile.ts';
import { bodyOf, type DecodePlace, decoded, type Edit, key, type Loose } from './support/decodeBench.ts';

const object = 'an object is needed';
const whole = (from: number) => `a whole number from ${from} is needed`;
const hex = (bytes: number) => `${bytes} bytes in lower-case hexadecimal are needed`;
const identifier = 'an identifier without control characters is needed';
const aktualizr = { profile: aktualizrProfile };

/** Changes the one image. */
const image =
  (change: (target: Loose) => unknown): Edit =>
  ({ targets }) =>
    change(targets['app.bin']);
const custom = (change: (custom: Loose) => unknown) => image((target) => change(target.custom));
const mustMatch = (change: (section: Loose) => unknown) => custom(({ mustMatch }) => change(mustMatch));
const ecus = (ecuIdentifiers: unknown) => custom((custom) => Object.assign(custom, { ecuIdentifiers }));

const only = (edit?: Edit, place?: DecodePlace) =>
  bodyOf('targets', edit, place).targets.get('app.bin') ?? expect.fail('no image');

describe('an image', () => {
  it('has name, length, hashes, and what must match [D2 D4 D5]', () => {
    expect(only()).toEqual({
      filename: 'app.bin',
      length: 1,
      hashes: { sha256: 'ab'.repeat(32) },
      mustMatch: { hardwareIds: ['hw'], releaseCounter: 1 },
      ecus: new Map(),
    });
  });

  it('may have no bytes, both hashes and some that nobody knows [D2]', () => {
    const hashes = { sha256: 'ab'.repeat(32), sha512: 'cd'.repeat(64), 'blake2b-256': 'x' };
    const read = only(image((target) => Object.assign(target, { length: 0, hashes })));
    expect(read).toMatchObject({ length: 0, hashes: { sha256: hashes.sha256, sha512: hashes.sha512 } });
    expect(Object.keys(read.hashes)).toEqual(['sha256', 'sha512']);
  });

  it('may name the ECUs that are to install it, and where else to load it [D9 D10]', () => {
    const edit = custom((custom) =>
      Object.assign(custom, { ecuIdentifiers: { e: { hardwareId: 'hw' }, f: { hardwareId: 'x' } }, uri: 'http://a/b' }),
    );
    expect(only(edit)).toMatchObject({ uri: 'http://a/b' });
    expect([...only(edit).ecus]).toEqual([
      ['e', { hardwareId: 'hw' }],
      ['f', { hardwareId: 'x' }],
    ]);
  });

  it.each([undefined, null, ''])('has no other place to load it from where uri is %j [D10]', (uri) => {
    expect(only(custom((custom) => Object.assign(custom, { uri })))).not.toHaveProperty('uri');
  });

  const rows: Readonly<Record<string, readonly [Edit, string]>> = {
    'is a number [D1]': [({ targets }) => Object.assign(targets, { x: 1 }), `targets.x: ${object}`],
    'has no length [D2]': [image((target) => delete target.length), `targets.app.bin.length: ${whole(0)}`],
    'has a negative length [D2]': [
      image((target) => Object.assign(target, { length: -1 })),
      `targets.app.bin.length: ${whole(0)}`,
    ],
    'has no hashes [D2]': [image((target) => delete target.hashes), `targets.app.bin.hashes: ${object}`],
    'has no hash [D2]': [
      image((target) => Object.assign(target, { hashes: {} })),
      'targets.app.bin: a hash is needed [D2]',
    ],
    'has no hash that anybody knows [D2]': [
      image((target) => Object.assign(target, { hashes: { md5: 'ab' } })),
      'targets.app.bin: a hash is needed [D2]',
    ],
    'has a hash in capitals [D2]': [
      image(({ hashes }) => Object.assign(hashes, { sha256: 'AB'.repeat(32) })),
      `targets.app.bin.hashes.sha256: ${hex(32)}`,
    ],
    'has a short hash [D2]': [
      image(({ hashes }) => Object.assign(hashes, { sha512: 'ab'.repeat(32) })),
      `targets.app.bin.hashes.sha512: ${hex(64)}`,
    ],
    'has no custom metadata [D6]': [image((target) => delete target.custom), `targets.app.bin.custom: ${object}`],
    'has nothing that must match [D6]': [
      custom((custom) => delete custom.mustMatch),
      `targets.app.bin.custom.mustMatch: ${object}`,
    ],
    'has no hardware ids [D5]': [
      mustMatch((section) => delete section.hardwareIds),
      'targets.app.bin.custom.mustMatch.hardwareIds: a list is needed',
    ],
    'has too many hardware ids [D5]': [
      mustMatch((section) => Object.assign(section, { hardwareIds: Array(65).fill('hw') })),
      'targets.app.bin.custom.mustMatch.hardwareIds: a list of at most 64 is needed',
    ],
    'has a hardware id that is a number [D5]': [
      mustMatch((section) => Object.assign(section, { hardwareIds: [1] })),
      'targets.app.bin.custom.mustMatch.hardwareIds: a text is needed',
    ],
    'has a hardware id that nobody sees [D5]': [
      mustMatch((section) => Object.assign(section, { hardwareIds: ['\u200b'] })),
      `targets.app.bin.custom.mustMatch.hardwareIds: ${identifier}`,
    ],
    'has no release counter [D4]': [
      mustMatch((section) => delete section.releaseCounter),
      `targets.app.bin.custom.mustMatch.releaseCounter: ${whole(0)}`,
    ],
    'has a negative release counter [D4]': [
      mustMatch((section) => Object.assign(section, { releaseCounter: -1 })),
      `targets.app.bin.custom.mustMatch.releaseCounter: ${whole(0)}`,
    ],
    'names ECUs in a list [D9]': [ecus([]), `targets.app.bin.custom.ecuIdentifiers: ${object}`],
    'names an ECU with a line break [D9]': [
      ecus({ 'a\nb': { hardwareId: 'hw' } }),
      `targets.app.bin.custom.ecuIdentifiers: ${identifier}`,
    ],
    'names an ECU not in NFC [B1]': [
      ecus({ 'e\u0301': { hardwareId: 'hw' } }),
      `targets.app.bin.custom.ecuIdentifiers: ${identifier}`,
    ],
    'names an ECU in too many characters [D9]': [
      ecus({ ['x'.repeat(129)]: { hardwareId: 'hw' } }),
      'targets.app.bin.custom.ecuIdentifiers: a text of at most 128 characters is needed',
    ],
    'says nothing of an ECU [D9]': [ecus({ e: null }), `targets.app.bin.custom.ecuIdentifiers.e: ${object}`],
    'names no hardware of an ECU, whose long name is cut [D9]': [
      ecus({ ['x'.repeat(128)]: {} }),
      `targets.app.bin.custom.ecuIdentifiers.${'x'.repeat(59)}….hardwareId: a text is needed`,
    ],
    'has a number as its uri [D10]': [
      custom((custom) => Object.assign(custom, { uri: 1 })),
      'targets.app.bin.custom.uri: a text is needed',
    ],
    'has an endless uri [D10]': [
      custom((custom) => Object.assign(custom, { uri: 'x'.repeat(2049) })),
      'targets.app.bin.custom.uri: a text of at most 2048 characters is needed',
    ],
  };
  it.each(Object.entries(rows))('is refused where it %s', (_, [edit, words]) => {
    expect(decoded('targets', edit)).toBe(words);
  });

  it('may have an ECU identifier of 128 characters, and 64 hardware ids [D5 D9]', () => {
    const edit: Edit = (signed, file) => {
      ecus({ ['x'.repeat(128)]: { hardwareId: 'y'.repeat(128) } })(signed, file);
      mustMatch((section) => Object.assign(section, { hardwareIds: Array(64).fill('hw') }))(signed, file);
    };
    expect(only(edit).mustMatch.hardwareIds).toHaveLength(64);
  });
});

describe('an encrypted image', () => {
  const wrappedKey = { ephemeralPublic: 'ab'.repeat(32), sealed: 'cd'.repeat(48) };
  const encrypted = {
    filename: 'ef01',
    length: 20,
    hashes: { sha256: 'ab'.repeat(32) },
    method: 'x25519-aes-256-gcm',
    wrappedKey,
  };
  const where = 'targets.app.bin.custom.ecuIdentifiers.e.encrypted';
  const withChanges = (changes: object) => ecus({ e: { hardwareId: 'hw', encrypted: { ...encrypted, ...changes } } });

  it('is told to an ECU by name, length, hashes, method and wrapped key [D7 D8]', () => {
    expect(only(withChanges({})).ecus.get('e')).toEqual({ hardwareId: 'hw', encrypted });
    expect(only(withChanges({ length: 0 })).ecus.get('e')?.encrypted?.length).toBe(0);
  });

  const rows: Readonly<Record<string, readonly [Edit, string]>> = {
    'it is no object [D7]': [ecus({ e: { hardwareId: 'hw', encrypted: 1 } }), `${where}: ${object}`],
    'it has no wrapped key [D8]': [withChanges({ wrappedKey: undefined }), `${where}.wrappedKey: ${object}`],
    'its method is another [D8 P8]': [
      withChanges({ method: 'rot13' }),
      `${where}.method: x25519-aes-256-gcm is needed`,
    ],
    'it has no hashes [D7]': [withChanges({ hashes: undefined }), `${where}.hashes: ${object}`],
    'it has no hash [D7]': [withChanges({ hashes: {} }), `${where}: a hash is needed [D7]`],
    'its hash is in capitals [D7]': [
      withChanges({ hashes: { sha256: 'AB'.repeat(32) } }),
      `${where}.hashes.sha256: ${hex(32)}`,
    ],
    'its name is no text [D7]': [withChanges({ filename: 1 }), `${where}.filename: a text is needed`],
    'its name is long [D7]': [
      withChanges({ filename: 'ab'.repeat(129) }),
      `${where}.filename: a text of at most 256 characters is needed`,
    ],
    'its name is no hexadecimal [D7]': [
      withChanges({ filename: '../x' }),
      `${where}.filename: a hexadecimal name is needed`,
    ],
    'its length is negative [D7]': [withChanges({ length: -1 }), `${where}.length: ${whole(0)}`],
    'its ephemeral key is short [D8]': [
      withChanges({ wrappedKey: { ...wrappedKey, ephemeralPublic: 'ab' } }),
      `${where}.wrappedKey.ephemeralPublic: ${hex(32)}`,
    ],
    'its sealed key is long [D8]': [
      withChanges({ wrappedKey: { ...wrappedKey, sealed: 'ab'.repeat(49) } }),
      `${where}.wrappedKey.sealed: ${hex(48)}`,
    ],
  };
  it.each(Object.entries(rows))('is refused where %s', (_, [edit, words]) => {
    expect(decoded('targets', edit)).toBe(words);
  });
});

describe('Targets', () => {
  const director = { repository: 'director' } as const;

  it('may name the vehicle and the timeserver’s keys [D3 Y4]', () => {
    const timeserver = { keyids: [key.keyId], threshold: 1, keys: { [key.keyId]: key.key } };
    const body = bodyOf('targets', (signed) => Object.assign(signed, { custom: { vin: 'V', timeserver } }), director);
    expect(body).toMatchObject({ vin: 'V', delegates: false, delegations: undefined });
    expect(body.timeserver).toEqual({
      role: { keyids: [key.keyId], threshold: 1 },
      keys: new Map([[key.keyId, key.key]]),
    });
    expect(bodyOf('targets')).toMatchObject({ vin: undefined, timeserver: undefined });
  });

  const rows: Readonly<Record<string, readonly [Edit, string]>> = {
    'without a list of images [D1]': [(signed) => delete signed.targets, `targets: ${object}`],
    'with custom metadata that is no object': [
      (signed) => Object.assign(signed, { custom: null }),
      `custom: ${object}`,
    ],
    'with a vehicle that is a number [D3]': [
      (signed) => Object.assign(signed, { custom: { vin: 1 } }),
      'custom.vin: a text is needed',
    ],
    'with a timeserver that is no role [Y4]': [
      (signed) => Object.assign(signed, { custom: { timeserver: 1 } }),
      `custom.timeserver: ${object}`,
    ],
    'with a timeserver without keys [Y4]': [
      (signed) => Object.assign(signed, { custom: { timeserver: { keyids: [], threshold: 1 } } }),
      `custom.timeserver.keys: ${object}`,
    ],
  };
  it.each(Object.entries(rows))('are refused %s', (_, [edit, words]) => {
    expect(decoded('targets', edit)).toBe(words);
  });

  it(`may list ${targetsMax} images, and are looked into no further where they list more [D1]`, () => {
    const many =
      (count: number): Edit =>
      (signed) => {
        signed.targets = Object.fromEntries(Array.from({ length: count }, (_, index) => [`${index}`, 0]));
      };
    expect(decoded('targets', many(targetsMax))).toBe(`targets.0: ${object}`);
    expect(decoded('targets', many(targetsMax + 1))).toBe('targets: at most 100000 targets are allowed');
  });
});

describe('custom metadata in aktualizr’s form', () => {
  const replaced = (custom: unknown) => image((target) => Object.assign(target, { custom }));

  it('is hardware ids, ECUs and an address, without a section that must match [D5 D9 D10]', () => {
    const edit = replaced({
      hardwareIds: ['a', 'b'],
      ecuIdentifiers: { e: { hardwareId: 'a' } },
      uri: 'u',
      mustMatch: 1,
    });
    expect(only(edit, aktualizr)).toEqual({
      filename: 'app.bin',
      length: 1,
      hashes: { sha256: 'ab'.repeat(32) },
      mustMatch: { hardwareIds: ['a', 'b'], releaseCounter: undefined },
      ecus: new Map([['e', { hardwareId: 'a' }]]),
      uri: 'u',
    });
  });

  it.each([undefined, null, {}, { uri: '' }])('may be as little as %j', (custom) => {
    const read = only(replaced(custom), aktualizr);
    expect(read.mustMatch).toEqual({ hardwareIds: undefined, releaseCounter: undefined });
    expect(read.ecus.size).toBe(0);
    expect(read).not.toHaveProperty('uri');
  });

  it.each([
    [1, `targets.app.bin.custom: ${object}`],
    [{ hardwareIds: 'hw' }, 'targets.app.bin.custom.hardwareIds: a list is needed'],
    [{ hardwareIds: [null] }, 'targets.app.bin.custom.hardwareIds: a text is needed'],
    [{ ecuIdentifiers: 1 }, `targets.app.bin.custom.ecuIdentifiers: ${object}`],
    [{ uri: 1 }, 'targets.app.bin.custom.uri: a text is needed'],
  ])('is refused where it is %j', (custom, words) => {
    expect(decoded('targets', replaced(custom), aktualizr)).toBe(words);
  });

  it('names no vehicle and no timeserver for a whole file: whatever stands there is not looked at', () => {
    const edit: Edit = (signed) => Object.assign(signed, { custom: { vin: 1, timeserver: 1 } });
    expect(bodyOf('targets', edit, aktualizr)).toMatchObject({ vin: undefined, timeserver: undefined });
    const odd: Edit = (signed) => Object.assign(signed, { custom: 'x' });
    expect(bodyOf('targets', odd, aktualizr)).toMatchObject({ vin: undefined });
  });
});

it('an image may have hashes that nobody knows, in TUF’s form alone [D2]', () => {
  const edit = image((target) => Object.assign(target, { hashes: { md5: 'x' } }));
  expect(only(edit, { profile: tufProfile }).hashes).toEqual({});
  expect(decoded('targets', edit, aktualizr)).toBe('targets.app.bin: a hash is needed [D2]');
});

it('custom metadata means nothing in TUF’s form', () => {
  const edit = image((target) => Object.assign(target, { custom: 'anything' }));
  expect(only(edit, { profile: tufProfile })).toMatchObject({
    mustMatch: { hardwareIds: undefined, releaseCounter: undefined },
    ecus: new Map(),
  });
});

it('hashes of images may be in capitals in foreign forms, and in the own one not [D2]', () => {
  const edit = image(({ hashes }) => Object.assign(hashes, { sha256: 'AB'.repeat(32) }));
  for (const profile of [aktualizrProfile, tufProfile]) {
    expect(only(edit, { profile }).hashes).toEqual({ sha256: 'ab'.repeat(32) });
  }
  const number = image(({ hashes }) => Object.assign(hashes, { sha256: 1 }));
  expect(decoded('targets', number, aktualizr)).toBe(`targets.app.bin.hashes.sha256: ${hex(32)}`);
});
