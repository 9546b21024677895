// B2, B3, C1, C2: keys, the keys of a role, and signatures, in each profile.
import { describe, expect, it } from 'vitest';
import { signaturesMax } from '../../../src/core/limits.ts';
import { publicKeyCharsMax, signatureCharsMax } from '../../../src/uptane/limits.ts';
import {
  aktualizrProfile,
  type Profile,
  profiles,
  tufProfile,
  uptaneProfile,
} from '../../../src/uptane/model/profile.ts';
import { keyIdOf } from '../../../src/uptane/signing/keys.ts';
import { bodyOf, decoded, type Edit, key, type Loose } from './support/decodeBench.ts';

const { keyId } = key;
const hexText = key.key.keyval.public;
const short = `${keyId.slice(0, 12)}…`;
const hex = (bytes: number) => `${bytes} bytes in lower-case hexadecimal are needed`;
const foreign: readonly (readonly [string, Profile])[] = [
  ['aktualizr', aktualizrProfile],
  ['tuf', tufProfile],
];

/** Replaces the one key, or adds others. */
const keyed =
  (value: unknown, id = keyId): Edit =>
  ({ keys }) => {
    keys[id] = value;
  };
const rooted =
  (change: (root: Loose) => unknown): Edit =>
  ({ roles }) =>
    change(roles.root);
const keyIn = (profile: Profile, value: unknown) => bodyOf('root', keyed(value), { profile }).keys.get(keyId);

describe('a key in this project’s own form', () => {
  const ed25519 = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: hexText } };
  const rows: readonly [string, unknown, string][] = [
    ['is an object [C1]', 1, `keys.${short}: an object is needed`],
    ['is of ed25519 [C1]', { ...ed25519, keytype: 'rsa' }, `keys.${short}: an ed25519 key is needed`],
    ['has its type spelt one way [C1]', { ...ed25519, keytype: 'ED25519' }, `keys.${short}: an ed25519 key is needed`],
    ['states its scheme [B2]', { ...ed25519, scheme: undefined }, `keys.${short}: an ed25519 key is needed`],
    ['states no other scheme [B2]', { ...ed25519, scheme: 'ed448' }, `keys.${short}: an ed25519 key is needed`],
    ['has a value [C1]', { ...ed25519, keyval: null }, `keys.${short}.keyval: an object is needed`],
    ['has 32 bytes [C1]', { ...ed25519, keyval: { public: 'ab' } }, `keys.${short}.keyval.public: ${hex(32)}`],
    [
      'is in lower case [C1]',
      { ...ed25519, keyval: { public: hexText.toUpperCase() } },
      `keys.${short}.keyval.public: ${hex(32)}`,
    ],
    [
      'is named by its hash [B2]',
      { ...ed25519, keyval: { public: 'ab'.repeat(32) } },
      `keys: the identifier ${short} is not the hash of its key`,
    ],
  ];
  it.each(rows)('%s', (_, value, words) => expect(decoded('root', keyed(value))).toBe(words));

  it('is named by the SHA-256 of its type, scheme and value, members beside them not counted [B2]', () => {
    expect(keyId).toBe(keyIdOf(key.key));
    expect(keyIn(uptaneProfile, { ...ed25519, note: 'x' })).toEqual(ed25519);
    expect(decoded('root', keyed(ed25519, keyId.toUpperCase()))).toMatch('is not the hash of its key');
    expect(decoded('root', keyed(ed25519, 'x'))).toBe('keys: the identifier x is not the hash of its key');
  });
});

describe.each(foreign)('a key in the form of %s', (_, profile) => {
  const value = { public: 'TEXT' };
  const rows: readonly [string, object, object][] = [
    ['ed25519', { keytype: 'ed25519' }, { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: 'text' } }],
    [
      'ed25519, its scheme stated',
      { keytype: 'Ed25519', scheme: 'ed25519' },
      { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: 'text' } },
    ],
    ['RSA', { keytype: 'RSA' }, { keytype: 'rsa', scheme: 'rsassa-pss-sha256', keyval: value }],
    [
      'RSA, its scheme stated',
      { keytype: 'rsa', scheme: 'rsassa-pss-sha256' },
      { keytype: 'rsa', scheme: 'rsassa-pss-sha256', keyval: value },
    ],
    [
      'ECDSA',
      { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256' },
      { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256', keyval: value },
    ],
    [
      'ECDSA by its scheme’s name',
      { keytype: 'ecdsa-sha2-nistp256', scheme: 'ecdsa-sha2-nistp256' },
      { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256', keyval: value },
    ],
  ];
  it.each(rows)('may be of %s, its identifier not looked at [C1]', (_, kind, expected) => {
    expect(keyIn(profile, { ...kind, keyval: value })).toEqual(expected);
  });

  const unknown = [
    { keytype: 'dsa' },
    { keytype: 'rsa', scheme: 'rsa-pkcs1v15-sha256' },
    { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp384' },
    { keytype: 'ed25519', scheme: null },
    { keytype: 'constructor' },
    { keytype: '__proto__' },
  ];
  it.each(unknown)('that is %j is kept, and verifies nothing [Z5]', (kind) => {
    const none = { keytype: 'unknown', scheme: 'unknown', keyval: { public: '' } };
    expect(keyIn(profile, { ...kind, keyval: value })).toEqual(none);
  });

  const long = 'x'.repeat(publicKeyCharsMax + 1);
  const bad: readonly [string, unknown, string][] = [
    ['no object', [], `keys.${short}: an object is needed`],
    ['without type', { keyval: value }, `keys.${short}.keytype: a text is needed`],
    [
      'with a long type',
      { keytype: 'x'.repeat(65), keyval: value },
      `keys.${short}.keytype: a text of at most 64 characters is needed`,
    ],
    ['without value', { keytype: 'rsa' }, `keys.${short}.keyval: an object is needed`],
    [
      'with a number as its value',
      { keytype: 'rsa', keyval: { public: 1 } },
      `keys.${short}.keyval.public: a text is needed`,
    ],
    [
      'with an endless value',
      { keytype: 'rsa', keyval: { public: long } },
      `keys.${short}.keyval.public: a text of at most 8192 characters is needed`,
    ],
  ];
  it.each(bad)('is refused %s [C1]', (_, value, words) => {
    expect(decoded('root', keyed(value), { profile })).toBe(words);
  });

  it('may have any identifier of up to 256 characters', () => {
    const ids = ['', 'a', 'KEY ID', '\u0000', 'x'.repeat(256)];
    for (const id of ids) {
      const edit = keyed({ keytype: 'ed25519', keyval: value }, id);
      expect(bodyOf('root', edit, { profile }).keys.has(id)).toBe(true);
    }
    const edit = keyed({ keytype: 'ed25519', keyval: value }, 'x'.repeat(257));
    expect(decoded('root', edit, { profile })).toBe('keys.xxxxxxxxxxxx…: a text of at most 256 characters is needed');
  });
});

describe.each(Object.entries(profiles))('the keys of a role in the form of %s', (_, profile) => {
  it.each([1, 2, 1000, 2 ** 53 - 1])('may have a threshold of %i, also beyond the keys [C2]', (threshold) => {
    const edit = rooted((root) => Object.assign(root, { threshold }));
    expect(bodyOf('root', edit, { profile }).roles.root).toEqual({ keyids: [keyId], threshold });
  });

  it('may not have a threshold of zero, which has a code of its own [C2]', () => {
    const edit = rooted((root) => Object.assign(root, { threshold: 0 }));
    const needed = 'a whole number from 1 is needed; zero asks for no signature';
    expect(decoded('root', edit, { profile })).toBe(`zero-threshold: roles.root.threshold: ${needed}`);
  });

  it.each([-1, 1.5, '1', null, true, undefined, 2 ** 53])('may not have a threshold of %j [C2]', (threshold) => {
    const edit = rooted((root) => Object.assign(root, { threshold }));
    const words = decoded('root', edit, { profile });
    // aktualizr's numbers are read exactly, and judged where they mean something.
    if (threshold === 2 ** 53 && profile !== aktualizrProfile) expect(words).toMatch(/^an integer beyond/);
    else expect(words).toBe('roles.root.threshold: a whole number from 1 is needed');
  });

  it('may be keys that nobody lists, and none at all [C2]', () => {
    for (const keyids of [[], ['ab'.repeat(32)]]) {
      const edit = rooted((root) => Object.assign(root, { keyids }));
      expect(bodyOf('root', edit, { profile }).roles.root).toEqual({ keyids, threshold: 1 });
    }
  });

  const bad: readonly [string, unknown, string][] = [
    ['without a list', undefined, 'roles.root.keyids: a list is needed'],
    ['with an object', {}, 'roles.root.keyids: a list is needed'],
    ['with a key twice', [keyId, keyId], 'roles.root: a key identifier appears twice'],
    [
      'with endless keys',
      Array.from({ length: signaturesMax + 1 }, (_, index) => `${index}`.padStart(64, '0')),
      'roles.root.keyids: a list of at most 64 is needed',
    ],
  ];
  it.each(bad)('are refused %s [C2]', (_, keyids, words) => {
    const edit = rooted((root) => Object.assign(root, { keyids }));
    expect(decoded('root', edit, { profile })).toBe(words);
  });

  it('are 64 at most, and a file lists 256 at most, 16,384 in plain TUF [C2]', () => {
    const ids = Array.from({ length: signaturesMax }, (_, index) => `${index}`.padStart(64, '0'));
    const edit = rooted((root) => Object.assign(root, { keyids: ids }));
    expect(bodyOf('root', edit, { profile }).roles.root.keyids).toHaveLength(64);
    const listing =
      (count: number): Edit =>
      (signed) => {
        signed.keys = Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 0]));
      };
    for (const [profile, max] of [
      [aktualizrProfile, 256],
      [tufProfile, 16_384],
    ] as const) {
      expect(decoded('root', listing(max), { profile })).toBe('keys.k0: an object is needed');
      expect(decoded('root', listing(max + 1), { profile })).toBe(`keys: at most ${max} keys are allowed`);
    }
  });
});

it('a key identifier of a role is the hash of a key in this project’s form, any text elsewhere [B2]', () => {
  const naming = (id: unknown) => rooted((root) => Object.assign(root, { keyids: [id] }));
  expect(decoded('root', naming('x'))).toBe(`roles.root: ${hex(32)}`);
  expect(decoded('root', naming(keyId.toUpperCase()))).toBe(`roles.root: ${hex(32)}`);
  for (const [, profile] of foreign) {
    expect(bodyOf('root', naming('X'), { profile }).roles.root.keyids).toEqual(['X']);
    expect(decoded('root', naming(1), { profile })).toBe('roles.root: a text is needed');
  }
});

describe('signatures', () => {
  const sig = 'ab'.repeat(64);
  const bytes = new Uint8Array(64).fill(0xab);
  const signing =
    (...signatures: unknown[]): Edit =>
    (_, file) =>
      Object.assign(file, { signatures });
  const read = (profile: Profile, ...signatures: unknown[]) => {
    const result = decoded('timestamp', signing(...signatures), { profile });
    return typeof result === 'string' ? result : result.signatures;
  };
  const method = 'ed25519';

  it.each(Object.entries(profiles))('may be none, one or 64 in the form of %s [B3]', (_, profile) => {
    const ids = Array.from({ length: signaturesMax + 1 }, (_, index) => `${index}`.padStart(64, '0'));
    const all = ids.map((keyid) => ({ keyid, sig, method }));
    expect(read(profile)).toEqual([]);
    expect(read(profile, all[7])).toEqual([{ keyid: ids[7], signature: bytes }]);
    expect(read(profile, ...all.slice(1))).toHaveLength(64);
    expect(read(profile, ...all)).toBe('signatures: a list of at most 64 is needed');
    expect(decoded('timestamp', (_, file) => delete file.signatures, { profile })).toBe('signatures: a list is needed');
    expect(decoded('timestamp', (_, file) => Object.assign(file, { signatures: {} }), { profile })).toBe(
      'signatures: a list is needed',
    );
    expect(read(profile, 1)).toBe('signatures[0]: an object is needed');
  });

  it.each(Object.entries(profiles))(
    'by one key twice spoil the file in the form of %s, also where it is unknown [B3]',
    (_, profile) => {
      const twice = [
        { keyid: keyId, sig, method },
        { keyid: keyId, sig: '00'.repeat(64), method },
      ];
      expect(read(profile, ...twice)).toBe('duplicate-signature: signatures: a key identifier appears twice');
    },
  );

  it('are 64 bytes in lower-case hexadecimal in this project’s form [B3]', () => {
    for (const odd of [undefined, 1, 'ab', sig.toUpperCase(), `${sig}ab`, Buffer.from(bytes).toString('base64')]) {
      expect(read(uptaneProfile, { keyid: keyId, sig }, { keyid: 'ab'.repeat(32), sig: odd })).toBe(
        `signatures[1].sig: ${hex(64)}`,
      );
    }
    expect(read(uptaneProfile, { keyid: 'x', sig })).toBe(`signatures[0].keyid: ${hex(32)}`);
  });

  const base64 = Buffer.from(bytes).toString('base64');
  const rows: readonly [string, string, Uint8Array, Uint8Array][] = [
    ['hexadecimal', sig, bytes, bytes],
    ['hexadecimal in capitals', sig.toUpperCase(), bytes, bytes],
    ['a few bytes', 'abab', bytes.subarray(0, 2), bytes.subarray(0, 2)],
    ['nothing', '', new Uint8Array(), new Uint8Array()],
    ['base64', base64, bytes, new Uint8Array()],
    ['base64 without padding', base64.replace(/=/g, ''), new Uint8Array(), new Uint8Array()],
    ['base64 of another alphabet', `__${base64.slice(2)}`, new Uint8Array(), new Uint8Array()],
    ['anything else', 'no signature at all', new Uint8Array(), new Uint8Array()],
  ];
  it.each(rows)(
    'that are %s are read as aktualizr and as TUF would, as bad ones if need be [B3]',
    (_, text, aktualizr, tuf) => {
      expect(read(aktualizrProfile, { keyid: 'k', sig: text, method })).toEqual([{ keyid: 'k', signature: aktualizr }]);
      expect(read(tufProfile, { keyid: 'k', sig: text })).toEqual([{ keyid: 'k', signature: tuf }]);
    },
  );

  it('are texts of up to 4,096 characters in foreign forms [B3]', () => {
    const long = 'ab'.repeat(signatureCharsMax / 2);
    expect(read(tufProfile, { keyid: 'k', sig: long })).toHaveLength(1);
    expect(read(tufProfile, { keyid: 'k', sig: `${long}a` })).toBe(
      'signatures[0].sig: a text of at most 4096 characters is needed',
    );
    expect(read(tufProfile, { keyid: 'k' })).toBe('signatures[0].sig: a text is needed');
    expect(read(tufProfile, { sig })).toBe('signatures[0].keyid: a text is needed');
  });

  it.each(['ed25519', 'Ed25519', 'RSASSA-PSS', 'rsassa-pss', 'rsassa-pss-sha256'])(
    'may be of method %s in aktualizr’s form [B3]',
    (method) => expect(read(aktualizrProfile, { keyid: 'k', sig, method })).toHaveLength(1),
  );

  it('of a method that aktualizr does not know spoil the file, whoever signed; elsewhere there is none to look at [B3]', () => {
    const words = 'signatures[1].method: one of ed25519, rsassa-pss, rsassa-pss-sha256 is needed';
    const good = { keyid: 'k', sig, method: 'ed25519' };
    for (const odd of ['rsassa-pss-sha512', '', 'none']) {
      expect(read(aktualizrProfile, good, { keyid: 'l', sig, method: odd })).toBe(words);
    }
    expect(read(aktualizrProfile, { keyid: 'k', sig })).toBe('signatures[0].method: a text is needed');
    const long = { keyid: 'k', sig, method: 'x'.repeat(65) };
    expect(read(aktualizrProfile, long)).toBe('signatures[0].method: a text of at most 64 characters is needed');
    expect(read(tufProfile, { keyid: 'k', sig, method: 1 })).toHaveLength(1);
    expect(read(uptaneProfile, { keyid: keyId, sig, method: 'none' })).toHaveLength(1);
  });
});
