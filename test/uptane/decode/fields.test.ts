// B, C, D and F: the form of each role's file in this project's own profile, member by member.
import { describe, expect, it } from 'vitest';
import { isImageFilename } from '../../../src/uptane/decode/fields.ts';
import { reading } from '../../../src/uptane/json/jsonReader.ts';
import type { RoleName } from '../../../src/uptane/model/metadata.ts';
import { aktualizrProfile, profiles, tufProfile } from '../../../src/uptane/model/profile.ts';
import { bodyOf, decoded, drafted, type Edit, key, type Loose } from './support/decodeBench.ts';

type Rows = Readonly<Record<string, readonly [Edit, string]>>;
const refuses = (role: RoleName, rows: Rows) => {
  it.each(Object.entries(rows))('%s', (_, [edit, words]) => expect(decoded(role, edit)).toBe(words));
};
const object = 'an object is needed';
const setting =
  (name: string, value?: unknown): Edit =>
  (signed) => {
    signed[name] = value;
  };
const whole = (from: number) => `a whole number from ${from} is needed`;
const time = 'a time such as 2030-01-01T00:00:00Z is needed: UTC, whole seconds, no offset';

it.each(['root', 'timestamp', 'snapshot', 'targets'] as const)('%s as it should be is read [B3 B4]', (role) => {
  expect(bodyOf(role)).toMatchObject({ type: role, version: 1, expires: 1_893_456_000 });
});

describe('a file is refused', () => {
  refuses('timestamp', {
    'without payload [B3]': [(_, file) => delete file.signed, `signed: ${object}`],
    'with a list as its payload [B3]': [(_, file) => Object.assign(file, { signed: [] }), `signed: ${object}`],
    'with a text as its payload [B3]': [(_, file) => Object.assign(file, { signed: 'x' }), `signed: ${object}`],
    'without type [B4]': [setting('_type'), 'signed._type: a text is needed'],
    'with a long type [B4]': [
      setting('_type', 'x'.repeat(65)),
      'signed._type: a text of at most 64 characters is needed',
    ],
    'of another role, which it names [B4]': [
      setting('_type', 'root'),
      'wrong-role: signed._type is "root", not "timestamp"',
    ],
    'with its type capitalised [B4]': [
      setting('_type', 'Timestamp'),
      'wrong-role: signed._type is "Timestamp", not "timestamp"',
    ],
    'without version [B4]': [setting('version'), `version: ${whole(1)}`],
    'with version nought [B4]': [setting('version', 0), `version: ${whole(1)}`],
    'with half a version [B4]': [setting('version', 1.5), `version: ${whole(1)}`],
    'with a version in text [B4]': [setting('version', '1'), `version: ${whole(1)}`],
    'without expiry [B4]': [setting('expires'), `expires: ${time}`],
    'with an expiry with a fraction [B4]': [setting('expires', '2030-01-01T00:00:00.000Z'), `expires: ${time}`],
    'with an expiry with an offset [B4]': [setting('expires', '2030-01-01T00:00:00+00:00'), `expires: ${time}`],
    'with an expiry without a zone [B4]': [setting('expires', '2030-01-01T00:00:00'), `expires: ${time}`],
    'with a number for an expiry [B4]': [setting('expires', 1893456000), `expires: ${time}`],
    'with an impossible expiry [B4]': [setting('expires', '2027-02-29T00:00:00Z'), `expires: ${time}`],
    'with an expiry in another zone [B4]': [setting('expires', '2027-01-01T00:00:00+01'), `expires: ${time}`],
    'without what it lists [F2]': [setting('meta'), `meta: ${object}`],
    'without snapshot [F2]': [setting('meta', {}), `meta.snapshot.json: ${object}`],
    'with a snapshot of no version [F2]': [
      ({ meta }) => delete meta['snapshot.json'].version,
      `meta.snapshot.json.version: ${whole(1)}`,
    ],
    'with a snapshot of no bytes [F2]': [
      ({ meta }) => Object.assign(meta['snapshot.json'], { length: 0 }),
      `meta.snapshot.json.length: ${whole(1)}`,
    ],
    'without a hash of the snapshot [F3]': [
      ({ meta }) => delete meta['snapshot.json'].hashes,
      'meta.snapshot.json: a hash is needed [F3]',
    ],
    'with a hash of the snapshot that nobody knows [F3]': [
      ({ meta }) => Object.assign(meta['snapshot.json'], { hashes: { md5: 'ab' } }),
      'meta.snapshot.json: a hash is needed [F3]',
    ],
    'with a list of hashes [F3]': [
      ({ meta }) => Object.assign(meta['snapshot.json'], { hashes: [] }),
      `meta.snapshot.json.hashes: ${object}`,
    ],
    'with a hash in capitals [F3]': [
      ({ meta }) => Object.assign(meta['snapshot.json'].hashes, { sha256: 'AB'.repeat(32) }),
      'meta.snapshot.json.hashes.sha256: 32 bytes in lower-case hexadecimal are needed',
    ],
    'with a long hash [F3]': [
      ({ meta }) => Object.assign(meta['snapshot.json'].hashes, { sha512: 'ab'.repeat(65) }),
      'meta.snapshot.json.hashes.sha512: 64 bytes in lower-case hexadecimal are needed',
    ],
  });
  refuses('snapshot', {
    'that lists nothing at all [F1]': [setting('meta'), `meta: ${object}`],
    'that lists version nought [F1]': [
      ({ meta }) => Object.assign(meta, { 'a.json': { version: 0 } }),
      `meta.a.json.version: ${whole(1)}`,
    ],
    'that lists a number in the place of a file, with a long name cut [F1]': [
      ({ meta }) => Object.assign(meta, { [`${'x'.repeat(60)}.json`]: 1 }),
      `meta.${'x'.repeat(59)}…: ${object}`,
    ],
  });
  it('that is no object [B3]', () => {
    expect(decoded('root', (_, file) => Object.assign(file, { toJSON: () => [] }))).toBe(`file: ${object}`);
    expect(decoded('root', (_, file) => Object.assign(file, { toJSON: () => null }))).toBe(`file: ${object}`);
  });
});

it('a Snapshot lists files with or without length and hashes, by name [F1]', () => {
  const { meta } = bodyOf('snapshot', ({ meta }) => Object.assign(meta, { 'a.json': { version: 7 } }));
  expect([...meta]).toEqual([
    ['targets.json', { version: 1, length: 10, hashes: { sha256: 'ab'.repeat(32) } }],
    ['a.json', { version: 7, length: undefined, hashes: {} }],
  ]);
});

describe('a Root', () => {
  it('names keys and roles, the timeserver, and whether names hold versions [C1 C2 Y4]', () => {
    const edit: Edit = (signed) => {
      signed.consistent_snapshot = true;
      signed.timeserver = { keyids: [key.keyId], threshold: 3 };
    };
    const role = { keyids: [key.keyId], threshold: 1 };
    expect(bodyOf('root', edit)).toEqual({
      type: 'root',
      version: 1,
      expires: 1_893_456_000,
      keys: new Map([[key.keyId, key.key]]),
      roles: { root: role, timestamp: role, snapshot: role, targets: role },
      timeserver: { keyids: [key.keyId], threshold: 3 },
      consistentSnapshot: true,
    });
    expect(bodyOf('root')).toMatchObject({ timeserver: undefined, consistentSnapshot: false });
  });

  it('may name the Director’s offline roles [OU1]', () => {
    const offline = { keyids: [], threshold: 1 };
    const { roles } = bodyOf('root', ({ roles }) => {
      roles['offline-snapshot'] = offline;
      roles['offline-targets'] = offline;
      roles.other = 'nobody reads this';
    });
    expect(roles).toMatchObject({ 'offline-snapshot': offline, 'offline-targets': offline });
    expect(Object.keys(roles)).toHaveLength(6);
  });

  const names = ['root', 'timestamp', 'snapshot', 'targets'];
  it.each(names)('must name the keys of %s [C1]', (name) => {
    expect(decoded('root', ({ roles }) => delete roles[name])).toBe(`roles.${name}: ${object}`);
  });

  it('of a Director that serves no Timestamp and Snapshot names no keys for them [C1]', () => {
    const edit: Edit = ({ roles }) => [delete roles.timestamp, delete roles.snapshot];
    const director = { profile: aktualizrProfile, repository: 'director' } as const;
    expect(Object.keys(bodyOf('root', edit, director).roles)).toEqual(['root', 'targets']);
    expect(Object.keys(bodyOf('root', undefined, director).roles)).toEqual(['root', 'targets']);
    expect(decoded('root', edit, { profile: aktualizrProfile })).toBe(`roles.timestamp: ${object}`);
    expect(decoded('root', edit, { repository: 'director' })).toBe(`roles.timestamp: ${object}`);
  });

  refuses('root', {
    'is refused without roles [C1]': [setting('roles'), `roles: ${object}`],
    'is refused without keys [C1]': [setting('keys'), `keys: ${object}`],
    'is refused where consistent_snapshot is no truth value': [
      setting('consistent_snapshot', 1),
      'consistent_snapshot: true or false is needed',
    ],
    'is refused where an offline role is no role [OU1]': [
      ({ roles }) => Object.assign(roles, { 'offline-targets': 1 }),
      `roles.offline-targets: ${object}`,
    ],
    'is refused where the timeserver is no role [Y4]': [setting('timeserver', null), `timeserver: ${object}`],
  });
});

describe('the specification’s version', () => {
  const tuf = { profile: tufProfile };
  it.each(['1.0', '1.0.31', '1.123.0'])('%s is one that TUF’s form takes', (version) => {
    expect(decoded('timestamp', setting('spec_version', version), tuf)).toBeTypeOf('object');
  });
  it.each(['2.0.0', '1', '1.', '1.0.', '11.0', 'x1.0', '1.0.0.0', '1.0x', '1.x'])(
    '%s is one that it does not',
    (version) => {
      const words = 'spec_version: a version 1.x is needed';
      expect(decoded('timestamp', setting('spec_version', version), tuf)).toBe(words);
    },
  );
  it('is needed in TUF’s form, and not looked at in the others', () => {
    expect(decoded('root', setting('spec_version'), tuf)).toBe('spec_version: a text is needed');
    for (const profile of [profiles.uptane, profiles.aktualizr]) {
      expect(decoded('root', setting('spec_version'), { profile })).toBeTypeOf('object');
    }
  });
});

describe('types', () => {
  it('may be capitalised in aktualizr’s form alone [B4]', () => {
    const capitals = setting('_type', 'TimeStamp');
    expect(decoded('timestamp', capitals, { profile: aktualizrProfile })).toBeTypeOf('object');
    expect(decoded('timestamp', capitals, { profile: tufProfile })).toMatch(/^wrong-role/);
    expect(decoded('timestamp', setting('_type', 'Timestamps'), { profile: aktualizrProfile })).toMatch(/^wrong-role/);
  });
});

describe('hashes of metadata files', () => {
  const capitals: Edit = ({ meta }) => Object.assign(meta['snapshot.json'].hashes, { sha256: 'AB'.repeat(32) });
  it('may be in capitals in foreign forms [F3]', () => {
    for (const profile of [aktualizrProfile, tufProfile]) {
      const { snapshot } = bodyOf('timestamp', capitals, { profile });
      expect(snapshot.hashes).toEqual({ sha256: 'ab'.repeat(32) });
    }
  });
  it('may be missing from a Timestamp in TUF’s form alone [F3]', () => {
    const none: Edit = ({ meta }) => delete meta['snapshot.json'].hashes;
    expect(bodyOf('timestamp', none, { profile: tufProfile }).snapshot.hashes).toEqual({});
    const words = 'meta.snapshot.json: a hash is needed [F3]';
    expect(decoded('timestamp', none, { profile: aktualizrProfile })).toBe(words);
  });
});

describe('a file name', () => {
  const good = [
    'a',
    'app.bin',
    'a/b',
    '...',
    '.a',
    'a b',
    '漢字.bin',
    '\u{1f600}',
    'é',
    'x'.repeat(126),
    '漢'.repeat(42),
  ];
  const bad = ['', '.', '..', '../a', 'a/../b', 'a/./b', '/a', 'a//b', 'a/', 'a\\b', '\\', 'a\0', 'a\n', '\u007f'];
  const odd = ['a\u202eb', '\u200b', '\u2028', '\u2029', '\ufeff', 'e\u0301', 'x'.repeat(127), '漢'.repeat(43)];
  it.each(good)('%j may stand in Targets [H2 H3 B1]', (name) => expect(isImageFilename(name)).toBe(true));
  it.each([...bad, ...odd])('%j may not [H2 H3 B1]', (name) => expect(isImageFilename(name)).toBe(false));
  it('may have 180 characters, not one more [H3]', () => {
    expect(isImageFilename(`${'x'.repeat(90)}/${'y'.repeat(89)}`)).toBe(true);
    expect(isImageFilename(`${'x'.repeat(90)}/${'y'.repeat(90)}`)).toBe(false);
  });
  it('is checked when Targets are read, and is anything in a foreign form [H3]', () => {
    const renamed =
      (name: string): Edit =>
      ({ targets }) => {
        targets[name] = targets['app.bin'];
      };
    expect(decoded('targets', renamed('../x'))).toBe('targets.../x: the file name is not allowed');
    expect(bodyOf('targets', renamed('../x'), { profile: tufProfile }).targets.has('../x')).toBe(true);
    const long = 'x'.repeat(1025);
    const words = `targets.${'x'.repeat(59)}…: a text of at most 1024 characters is needed`;
    expect(decoded('targets', renamed(long), { profile: tufProfile })).toBe(words);
    expect(bodyOf('targets', renamed(long.slice(1)), { profile: tufProfile }).targets.size).toBe(2);
  });
});

it('a decoded file keeps its bytes and what its signatures stand over, unknown members included [B3]', () => {
  const file = drafted('timestamp', (signed: Loose) => Object.assign(signed, { note: 'x' }));
  const result = decoded('timestamp', (signed) => Object.assign(signed, { note: 'x' }));
  if (typeof result === 'string') throw new Error(result);
  expect(new TextDecoder().decode(result.bytes)).toBe(JSON.stringify(file));
  expect(result.signedForms).toHaveLength(1);
  expect(new TextDecoder().decode(result.signedForms[0])).toContain('"note":"x"');
});

it('a bug in a decoder is no fault of the file: it is thrown', () => {
  const bug = () => {
    throw new RangeError('a bug');
  };
  expect(() => reading(bug)).toThrow(RangeError);
});
