// E: delegations as Targets state them, in each profile.
import { describe, expect, it } from 'vitest';
import { signaturesMax } from '../../../src/core/limits.ts';
import {
  delegatedPathsMax,
  delegationPatternCharsMax,
  delegationsMax,
  tufDelegationsMax,
} from '../../../src/uptane/limits.ts';
import {
  aktualizrProfile,
  type Profile,
  profiles,
  tufProfile,
  uptaneProfile,
} from '../../../src/uptane/model/profile.ts';
import { bodyOf, decoded, type Edit, key } from './support/decodeBench.ts';

const { keyId } = key;
const hex = '32 bytes in lower-case hexadecimal are needed';
const trusted = { keyids: [keyId], threshold: 1 };
const single = { name: 'a', ...trusted, paths: ['x/*'], terminating: true };
const multi = {
  roles: [
    { name: 'a', ...trusted },
    { name: 'b', ...trusted },
  ],
  agreement: 2,
  paths: ['*'],
};

const delegating =
  (delegations: unknown): Edit =>
  (signed) =>
    Object.assign(signed, { delegations });
const roles = (...roles: readonly unknown[]) => delegating({ keys: { [keyId]: key.key }, roles });
const read = (edit: Edit, profile: Profile = uptaneProfile) =>
  bodyOf('targets', edit, { profile }).delegations ?? expect.fail('none');
const refused = (edit: Edit, profile: Profile = uptaneProfile) => decoded('targets', edit, { profile });

/** A delegation as it is read, where nothing is said but what must be. */
const plain = { agreement: 1, pathHashPrefixes: undefined, terminating: false, hardwareIds: undefined };

describe('delegations', () => {
  it('hold keys and, in their order, roles with conditions [E2 E3 E4]', () => {
    const { keys, roles: found, succinct } = read(roles(single, { ...single, name: 'b', terminating: false }));
    expect(keys).toEqual(new Map([[keyId, key.key]]));
    expect(found).toEqual([
      { ...plain, roles: [{ name: 'a', ...trusted }], paths: ['x/*'], terminating: true },
      { ...plain, roles: [{ name: 'b', ...trusted }], paths: ['x/*'] },
    ]);
    expect(succinct).toBeUndefined();
  });

  it.each([undefined, null])('are none where the member is %j [E1]', (none) => {
    const body = bodyOf('targets', delegating(none));
    expect(body).toMatchObject({ delegates: false, delegations: undefined });
  });

  it('may be in delegated files and top-level ones of the Image repository; a Director’s are not read [E1 V6]', () => {
    expect(bodyOf('targets', roles(single)).delegates).toBe(true);
    const director = { repository: 'director' } as const;
    expect(bodyOf('targets', roles(single), director)).toMatchObject({ delegates: true, delegations: undefined });
    expect(bodyOf('targets', roles(), director)).toMatchObject({ delegates: false, delegations: undefined });
  });

  it('may name hardware ids, and may leave them out [E5]', () => {
    expect(read(roles({ ...single, hardwareIds: ['hw', 'x'] })).roles[0]?.hardwareIds).toEqual(['hw', 'x']);
    expect(read(roles({ ...single, hardwareIds: [] })).roles[0]?.hardwareIds).toEqual([]);
    for (const profile of [aktualizrProfile, tufProfile]) {
      expect(read(roles({ ...single, hardwareIds: 1 }), profile).roles[0]?.hardwareIds).toBeUndefined();
    }
  });

  it('may say paths by the beginning of their hash, in the place of patterns [E4]', () => {
    const { paths: _, ...rest } = single;
    const [delegation] = read(roles({ ...rest, path_hash_prefixes: ['ab', '0'] })).roles;
    expect(delegation).toMatchObject({ paths: undefined, pathHashPrefixes: ['ab', '0'] });
  });

  it('are not terminating unless they say so; TUF’s form says so or not [A8 E4]', () => {
    const { terminating: _, ...silent } = single;
    for (const profile of [uptaneProfile, aktualizrProfile]) {
      expect(read(roles(silent), profile).roles[0]?.terminating).toBe(false);
    }
    const words = 'delegations.roles[0].terminating: true or false is needed';
    expect(refused(roles(silent), tufProfile)).toBe(words);
    expect(read(roles(single), tufProfile).roles[0]?.terminating).toBe(true);
    expect(refused(roles({ ...single, terminating: 'false' }))).toBe(words);
    expect(refused(roles({ ...single, terminating: 0 }), aktualizrProfile)).toBe(words);
  });

  const path = 'delegations.roles[1]';
  const second = (changes: object) => roles(single, { ...single, name: 'b', ...changes });
  const rows: readonly [string, Edit, string][] = [
    ['that are a list [E4]', delegating([]), 'delegations: an object is needed'],
    ['that are a text [E4]', delegating('x'), 'delegations: an object is needed'],
    ['without roles [E4]', delegating({ keys: {} }), 'delegations: either roles or succinct_roles is needed'],
    [
      'with roles of both kinds [E4]',
      delegating({ keys: {}, roles: [], succinct_roles: {} }),
      'delegations: either roles or succinct_roles is needed',
    ],
    ['without keys [E3]', delegating({ roles: [] }), 'delegations.keys: an object is needed'],
    [
      'with a key that its identifier is not the hash of [E3 B2]',
      delegating({ keys: { [`00${keyId.slice(2)}`]: key.key }, roles: [] }),
      `delegations.keys: the identifier 00${keyId.slice(2, 12)}… is not the hash of its key`,
    ],
    ['with an object of roles [E4]', delegating({ keys: {}, roles: {} }), 'delegations.roles: a list is needed'],
    ['with a role that is a text [E4]', roles(single, 'b'), `${path}: an object is needed`],
    ['with a role twice [E4]', roles(single, single), 'delegations.roles: a role appears twice'],
    ['with a role without name [E4]', second({ name: undefined }), `${path}.name: a text is needed`],
    [
      'with a role of an invisible name [E4]',
      second({ name: '\u200b' }),
      `${path}.name: an identifier without control characters is needed`,
    ],
    ['with a role without keys [E4]', second({ keyids: undefined }), `${path}.keyids: a list is needed`],
    ['with a role with a short key identifier [E4]', second({ keyids: ['x'] }), `${path}: ${hex}`],
    [
      'with a role with a key twice [E4]',
      second({ keyids: [keyId, keyId] }),
      `${path}: a key identifier appears twice`,
    ],
    [
      'with a threshold of nought [E4]',
      second({ threshold: 0 }),
      `zero-threshold: ${path}.threshold: a whole number from 1 is needed; zero asks for no signature`,
    ],
    [
      'with neither paths nor their hashes [E4]',
      second({ paths: undefined }),
      `${path}: either paths or path_hash_prefixes is needed`,
    ],
    [
      'with both paths and their hashes [E4]',
      second({ path_hash_prefixes: [] }),
      `${path}: either paths or path_hash_prefixes is needed`,
    ],
    ['with paths in a text [E4]', second({ paths: '*' }), `${path}.paths: a list is needed`],
    ['with a path that is a number [E4]', second({ paths: ['a', 1] }), `${path}.paths: a text is needed`],
    [
      'with an endless path [E4]',
      second({ paths: ['x'.repeat(1025)] }),
      `${path}.paths: a text of at most 1024 characters is needed`,
    ],
    [
      'with endless paths [E4]',
      second({ paths: Array(delegatedPathsMax + 1).fill('') }),
      `${path}.paths: a list of at most 4096 is needed`,
    ],
    [
      'with a hash prefix that is a number [E4]',
      second({ paths: undefined, path_hash_prefixes: [1] }),
      `${path}.path_hash_prefixes: a text is needed`,
    ],
    ['with a hardware id that is a number [E5]', second({ hardwareIds: [1] }), `${path}.hardwareIds: a text is needed`],
    [
      'with endless hardware ids [E5]',
      second({ hardwareIds: Array(257).fill('') }),
      `${path}.hardwareIds: a list of at most 256 is needed`,
    ],
    [
      'with endless roles [E4]',
      delegating({ keys: {}, roles: Array(delegationsMax + 1).fill(0) }),
      'delegations.roles: a list of at most 4096 is needed',
    ],
  ];
  it.each(rows)('are refused %s', (_, edit, words) => expect(refused(edit)).toBe(words));

  it('may hold 4,096 paths and 256 hardware ids [E4 E5]', () => {
    const wide = {
      ...single,
      paths: Array(delegatedPathsMax).fill('x'.repeat(63)),
      hardwareIds: Array(256).fill('h'),
    };
    expect(read(roles(wide)).roles[0]?.paths).toHaveLength(4096);
    expect(refused(delegating({ keys: {}, roles: Array(delegationsMax).fill(0) }))).toBe(
      'delegations.roles[0]: an object is needed',
    );
  });

  it('may hold patterns of 256 Ki characters in all, each with one more, and hash prefixes beside them [E4 W4]', () => {
    const words = `delegations.roles: paths of at most ${delegationPatternCharsMax} characters in all are needed`;
    const full = Array(128).fill('x'.repeat(1023));
    const two = (last: string, ...more: readonly object[]) =>
      roles({ ...single, paths: full }, { ...single, name: 'b', paths: [...full.slice(1), last] }, ...more);
    const last = 'x'.repeat(1023);
    expect(read(two(last)).roles).toHaveLength(2);
    const hashed = { ...single, name: 'c', paths: undefined, path_hash_prefixes: ['0'] };
    expect(read(two(last, hashed)).roles).toHaveLength(3);
    for (const profile of [uptaneProfile, aktualizrProfile]) {
      expect(refused(two('x'.repeat(1024)), profile)).toBe(words);
    }
    const empty = Array(65)
      .fill(0)
      .map((_, index) => ({ ...single, name: `${index}`, paths: Array(4096).fill('') }));
    expect(read(roles(...empty.slice(1))).roles).toHaveLength(64);
    expect(refused(roles(...empty))).toBe(words);
  });

  it('may be 16,384 in plain TUF, with patterns of 64 characters each [E4 W4]', () => {
    const bins = Array.from({ length: tufDelegationsMax }, (_, index) => ({
      ...{ ...single, name: `${index}`, hardwareIds: undefined },
      paths: ['x'.repeat(63)],
    }));
    expect(read(roles(...bins), tufProfile).roles).toHaveLength(16_384);
    const more = { ...single, name: 'more', hardwareIds: undefined, paths: undefined, path_hash_prefixes: ['0'] };
    expect(refused(roles(...bins, more), tufProfile)).toBe('delegations.roles: a list of at most 16384 is needed');
    const longer = { ...single, name: '0', hardwareIds: undefined, paths: ['x'.repeat(64)] };
    expect(refused(roles(longer, ...bins.slice(1)), tufProfile)).toBe(
      'delegations.roles: paths of at most 1048576 characters in all are needed',
    );
  });

  it.each(['root', 'timestamp', 'snapshot', 'targets'])('may not be to a role named %s [E4]', (name) => {
    const words = 'delegations.roles[0].name: a delegated role cannot have this name';
    for (const profile of Object.values(profiles)) expect(refused(roles({ ...single, name }), profile)).toBe(words);
    const member = {
      ...multi,
      roles: [
        { name: 'a', ...trusted },
        { name, ...trusted },
      ],
    };
    expect(refused(roles(member))).toBe('delegations.roles[0].roles[1].name: a delegated role cannot have this name');
  });

  it('may be to a role of any name in foreign forms, but for none [E4]', () => {
    for (const profile of [aktualizrProfile, tufProfile]) {
      const named = (name: unknown) => roles({ ...single, name });
      expect(read(named('../\u200b'), profile).roles[0]?.roles[0]?.name).toBe('../\u200b');
      expect(refused(named(''), profile)).toBe('delegations.roles[0].name: a name is needed');
      const words = 'delegations.roles[0].name: a text of at most 1024 characters is needed';
      expect(refused(named('x'.repeat(1025)), profile)).toBe(words);
    }
  });
});

describe('a multi-role delegation', () => {
  const path = 'delegations.roles[0]';
  const member = (name: string) => ({ name, ...trusted });

  it('holds roles, and how many must agree [A9 E4]', () => {
    expect(read(roles({ ...multi, hardwareIds: ['hw'] })).roles).toEqual([
      { ...plain, roles: [member('a'), member('b')], agreement: 2, paths: ['*'], hardwareIds: ['hw'] },
    ]);
    expect(read(roles({ ...multi, agreement: 1 })).roles[0]?.agreement).toBe(1);
  });

  it('may be to roles that are delegated to singly as well [A9]', () => {
    expect(read(roles(single, multi, { ...multi, paths: ['y'] })).roles).toHaveLength(3);
  });

  const rows: readonly [string, object, string][] = [
    ['without agreement [A9]', { agreement: undefined }, `${path}.agreement: a whole number from 1 is needed`],
    ['with an agreement of none [A9]', { agreement: 0 }, `${path}.agreement: a whole number from 1 is needed`],
    [
      'with an agreement of more than there are [A9]',
      { agreement: 3 },
      `${path}: two or more roles are needed, of which enough can agree`,
    ],
    [
      'of one role [A9]',
      { roles: [member('a')], agreement: 1 },
      `${path}: two or more roles are needed, of which enough can agree`,
    ],
    ['of a role twice [A9]', { roles: [member('a'), member('b'), member('a')] }, `${path}: a role appears twice`],
    ['of a text [A9]', { roles: [member('a'), 'b'] }, `${path}.roles[1]: an object is needed`],
    [
      'of a role without threshold [A9]',
      { roles: [member('a'), { name: 'b', keyids: [] }] },
      `${path}.roles[1].threshold: a whole number from 1 is needed`,
    ],
    ['of an object [A9]', { roles: {} }, `${path}.roles: a list is needed`],
    [
      'of endless roles [A9]',
      { roles: Array(signaturesMax + 1).fill(0) },
      `${path}.roles: a list of at most 64 is needed`,
    ],
  ];
  it.each(rows)('is refused %s', (_, changes, words) => expect(refused(roles({ ...multi, ...changes }))).toBe(words));

  it('is nothing that foreign forms know: they look for one role [A9]', () => {
    for (const profile of [aktualizrProfile, tufProfile]) {
      expect(refused(roles(multi), profile)).toBe(`${path}.name: a text is needed`);
      const both = { ...multi, ...single };
      expect(read(roles(both), profile).roles[0]).toMatchObject({ roles: [member('a')], agreement: 1 });
    }
  });
});

describe('delegations to hash bins', () => {
  const bins = { ...trusted, bit_length: 8, name_prefix: 'bin' };
  const succinct = (changes: object) => delegating({ keys: {}, succinct_roles: { ...bins, ...changes } });

  it('hold keys, a number of bits and a name', () => {
    for (const bit_length of [1, 32]) {
      expect(read(succinct({ bit_length }))).toEqual({
        keys: new Map(),
        roles: [],
        succinct: { ...trusted, bitLength: bit_length, namePrefix: 'bin' },
      });
    }
  });

  const whole = 'succinct_roles.bit_length: a whole number from 1 is needed';
  const rows: readonly [object, string][] = [
    [{ bit_length: undefined }, whole],
    [{ bit_length: 0 }, whole],
    [{ bit_length: 33 }, 'succinct_roles.bit_length: at most 32 is allowed'],
    [{ name_prefix: undefined }, 'succinct_roles.name_prefix: a text is needed'],
    [{ name_prefix: 'x'.repeat(1025) }, 'succinct_roles.name_prefix: a text of at most 1024 characters is needed'],
    [{ keyids: undefined }, 'succinct_roles.keyids: a list is needed'],
    [
      { threshold: 0 },
      'zero-threshold: succinct_roles.threshold: a whole number from 1 is needed; zero asks for no signature',
    ],
  ];
  it.each(rows)('are refused with %j', (changes, words) => expect(refused(succinct(changes))).toBe(words));

  it('are refused where they are no object', () => {
    expect(refused(delegating({ keys: {}, succinct_roles: 1 }))).toBe('succinct_roles: an object is needed');
  });
});
