// Over which bytes a signature stands: RFC 8785, OLPC canonical JSON, and which of them each profile accepts.
import canonicalize from 'canonicalize';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import { hashHex } from '../../../src/crypto/hashes.ts';
import { disagreeingFileHash } from '../../../src/uptane/checks/hashes.ts';
import { decodeMetadata } from '../../../src/uptane/decode/metadata.ts';
import { canonicalForms, canonicalJson, olpcJson } from '../../../src/uptane/json/canonicalJson.ts';
import { type JsonValue, parseStrictJson } from '../../../src/uptane/json/strictJson.ts';
import { storedImageName } from '../../../src/uptane/model/metadata.ts';
import {
  aktualizrProfile,
  fileName,
  type Profile,
  tufProfile,
  uptaneProfile,
} from '../../../src/uptane/model/profile.ts';
import { countSigners } from '../../../src/uptane/signing/signers.ts';
import { present } from '../../bus/support/harness.ts';
import { processorMs } from '../../support/processorTime.ts';
import { fc, prop } from '../../support/property.ts';
import { drafted, key } from '../decode/support/decodeBench.ts';
import { signatures, succeeded } from '../support/fixtures.ts';

const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);
const parsed = (json: string): JsonValue => succeeded(parseStrictJson(utf8(json)));

describe('RFC 8785', () => {
  const asCanonicalize = (value: unknown) => {
    try {
      return canonicalize(value);
    } catch (error) {
      return error instanceof Error ? error.message : error;
    }
  };
  const asOurs = (value: unknown) => {
    try {
      return text(canonicalJson(value));
    } catch (error) {
      return error instanceof Error ? error.message : error;
    }
  };
  const sorted = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(sorted);
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, member]) => [key, sorted(member)]),
    );
  };

  prop([fc.object({ withNullPrototype: true, key: fc.string({ unit: 'binary' }), maxDepth: 4 })])(
    'is written alike whether members stand in order or not, as the whole procedure writes it',
    (value) => {
      expect(asOurs(value)).toBe(asCanonicalize(value));
      expect(asOurs(sorted(value))).toBe(asCanonicalize(value));
    },
  );
  it.each<[string, unknown]>([
    ['half of a surrogate pair', { a: '\ud800' }],
    ['a key that is half of one', { '\udc00': 1 }],
    ['what only looks like one', { a: '\\ud800' }],
    ['numbers as keys, which stand before all others', { 10: 1, 9: 2, a: 3 }],
    ['an undefined member', { a: undefined, b: 1 }],
    ['an undefined element', [undefined, 1]],
    ['a number without a form', { a: Number.NaN }],
    ['a value that says itself how it is written', { a: new Date(0) }],
    ['what is no data', { a: () => 1 }],
    ['a bare text', 'a'],
    ['null', null],
  ])('is written as the whole procedure does: %s', (_, value) => expect(asOurs(value)).toBe(asCanonicalize(value)));
});

describe('OLPC canonical JSON', () => {
  const rows: readonly [string, string, string | undefined][] = [
    [
      'sorts members and leaves out white space',
      ' { "b" : [ 1 , true , null ] , "a" : { } } ',
      '{"a":{},"b":[1,true,null]}',
    ],
    ['writes false, and lists of none and of lists', '[false,[],[[]]]', '[false,[],[[]]]'],
    ['escapes the quote and the backslash', '"a\\"b\\\\c"', '"a\\"b\\\\c"'],
    [
      'leaves every other character as it is, control characters too',
      '"\\n\\t\\u0000\\u001f\\/é"',
      '"\n\t\u0000\u001f/é"',
    ],
    ['escapes in keys as in texts', '{"\\"\\n":1}', '{"\\"\n":1}'],
    ['writes whole numbers', '[0,-0,-7,1.0,1e3,9007199254740991]', '[0,0,-7,1,1000,9007199254740991]'],
    ['has no form for other numbers', '0.5', undefined],
    ['has no form for a value that holds one in a list', '[1,[0.5]]', undefined],
    ['has no form for a value that holds one in a member', '{"a":{"b":1.5}}', undefined],
    ['sorts keys that begin alike, the shorter first', '{"ab":1,"a":2,"abc":3,"":4}', '{"":4,"a":2,"ab":1,"abc":3}'],
    ['sorts a key before the same one with a NUL', '{"a\\u0000":1,"a":2}', '{"a":2,"a\0":1}'],
    [
      'sorts keys by code point: astral ones last',
      '{"\\ud83d\\ude00":1,"\\uffee":2,"a":3}',
      '{"a":3,"\uffee":2,"\u{1f600}":1}',
    ],
    [
      'sorts astral keys among themselves',
      '{"x\\ud83d\\ude01":1,"x\\ud83d\\ude00y":2}',
      '{"x\u{1f600}y":2,"x\u{1f601}":1}',
    ],
    ['keeps a member named __proto__', '{"b":1,"__proto__":{"x":2}}', '{"__proto__":{"x":2},"b":1}'],
  ];
  it.each(rows)('%s', (_, json, expected) => expect(text(olpcJson(parsed(json)))).toBe(expected));

  prop([fc.jsonValue({ maxDepth: 4 })])(
    'is RFC 8785 where keys and texts are plain ASCII and numbers whole',
    (value) => {
      const json = JSON.stringify(value, (_, part) => (typeof part === 'number' ? Math.trunc(part % 1e9) || 0 : part));
      const result = parseStrictJson(utf8(json.replace(/\\[^"\\]|[^ -~]/g, '?')));
      if (result.ok) expect(text(olpcJson(result.value))).toBe(text(canonicalJson(result.value)));
    },
  );
});

describe('OLPC canonical JSON orders keys', () => {
  const keysOf = (json: Uint8Array | undefined) => Object.keys(JSON.parse(text(json) ?? ''));

  prop([
    fc.uniqueArray(
      fc.string({
        unit: fc.constantFrom('a', 'b', '\ud7ff', '\ue000', '\uffee', '\u{10000}', '\u{1f600}', '\u{10ffff}'),
        maxLength: 4,
      }),
    ),
  ])('as their UTF-8 would be ordered', (keys) => {
    const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(keysOf(olpcJson(Object.fromEntries(keys.map((key) => [key, 0]))))).toEqual(sorted);
  });

  it('in a time that does not grow by what follows the first difference', () => {
    const withKeys = (end: string) => {
      const key = (index: number) => `${String.fromCharCode(0x100 + ((index * 37) % 200))}${'x'.repeat(80_000)}${end}`;
      return Object.fromEntries(Array.from({ length: 200 }, (_, index) => [key(index), 0]));
    };
    // Node orders the first by itself; the others have a character beyond U+FFFF at their end.
    const [plain, wide] = ['', '\u{1f600}'].map((end) => {
      const value = withKeys(end);
      expect(olpcJson(value)?.length).toBeGreaterThan(16_000_000);
      return processorMs(() => olpcJson(value));
    });
    expect(present(wide) / present(plain)).toBeLessThan(3);
  });
});

describe('the forms of a value', () => {
  const both = ['rfc8785', 'olpc'] as const;
  it('are those that are asked for, in their order', () => {
    const value = parsed('{"a":"\\n"}');
    expect(canonicalForms(value, both).map(text)).toEqual(['{"a":"\\n"}', '{"a":"\n"}']);
    expect(canonicalForms(value, ['olpc']).map(text)).toEqual(['{"a":"\n"}']);
    expect(canonicalForms(value, [])).toEqual([]);
  });
  it('stand once where they are the same', () => {
    expect(canonicalForms(parsed('{"b":1,"a":2}'), both).map(text)).toEqual(['{"a":2,"b":1}']);
  });
  it('are less by one that it does not have', () => {
    expect(canonicalForms(parsed('[0.5]'), both).map(text)).toEqual(['[0.5]']);
    expect(canonicalForms(parsed('[0.5]'), ['olpc'])).toEqual([]);
  });
});

describe('a signature counts', () => {
  const signed = (member: unknown) => drafted('timestamp', (signed) => Object.assign(signed, { member })).signed;
  const counts = (profile: Profile, member: unknown, form: (value: JsonValue) => Uint8Array | undefined) => {
    const payload = signed(member);
    const over = form(payload) ?? utf8('');
    const sig = Buffer.from(key.sign(over)).toString('hex');
    const entry = { keyid: key.keyId, sig, method: 'ed25519' };
    const bytes = utf8(JSON.stringify({ signatures: [entry], signed: payload }, null, 1));
    const file = succeeded(decodeMetadata({ profile, repository: 'image', role: 'timestamp' }, bytes));
    const signers = { role: { keyids: [key.keyId], threshold: 1 }, keys: new Map([[key.keyId, key.key]]) };
    return countSigners(signatures, file, signers).valid === 1;
  };
  const rows: readonly [string, unknown, readonly boolean[], readonly boolean[]][] = [
    ['plain members', 'x', [true, true, true], [true, true, true]],
    ['a control character', 'a\nb', [true, true, false], [false, false, true]],
    [
      'an astral key before one of the private use area',
      { '\u{1f600}': 1, '\uffee': 2 },
      [true, false, false],
      [false, false, true],
    ],
    ['a number that is not whole', 0.5, [true, true, false], [false, false, false]],
  ];
  it.each(rows)('over %s in the forms of the profile: uptane, aktualizr, tuf', (_, member, rfc8785, olpc) => {
    const profiles = [uptaneProfile, aktualizrProfile, tufProfile];
    expect(profiles.map((profile) => counts(profile, member, canonicalJson))).toEqual(rfc8785);
    expect(profiles.map((profile) => counts(profile, member, olpcJson))).toEqual(olpc);
  });
});

describe('a listed hash of a metadata file', () => {
  const bytes = utf8(JSON.stringify(drafted('timestamp'), null, 2));
  const place = { profile: aktualizrProfile, repository: 'image', role: 'timestamp' } as const;
  const file = succeeded(decodeMetadata(place, bytes));
  const canonical = canonicalJson(parsed(text(bytes) ?? ''));
  const listed = (hashes: object) => ({ version: 1, length: undefined, hashes });
  const sha256 = (of: Uint8Array) => ({ sha256: hashHex('sha256', of) });

  it('is that of its bytes, or in aktualizr’s form of its canonical form [U2 V2]', () => {
    for (const profile of [uptaneProfile, aktualizrProfile]) {
      expect(disagreeingFileHash(profile, file, listed(sha256(bytes)))).toBeUndefined();
      expect(disagreeingFileHash(profile, file, listed({}))).toBeUndefined();
      expect(disagreeingFileHash(profile, file, listed(sha256(utf8('x'))))?.name).toBe('sha256');
    }
    expect(disagreeingFileHash(aktualizrProfile, file, listed(sha256(canonical)))).toBeUndefined();
    expect(disagreeingFileHash(uptaneProfile, file, listed(sha256(canonical)))?.name).toBe('sha256');
  });

  it('must agree by every function that is listed, over the same bytes [U2 V2]', () => {
    const sha512 = { sha512: hashHex('sha512', canonical) };
    expect(disagreeingFileHash(aktualizrProfile, file, listed({ ...sha256(canonical), ...sha512 }))).toBeUndefined();
    expect(disagreeingFileHash(aktualizrProfile, file, listed({ ...sha256(bytes), ...sha512 }))?.name).toBe('sha256');
    expect(disagreeingFileHash(uptaneProfile, file, listed({ ...sha256(bytes), ...sha512 }))?.name).toBe('sha512');
  });
});

describe('the name of a file [H1]', () => {
  const rows: readonly [Parameters<typeof fileName>[1], string, string][] = [
    [{ role: 'root', version: 3 }, '3.root.json', '3.root.json'],
    [{ role: 'timestamp', version: undefined }, 'timestamp.json', 'timestamp.json'],
    [{ role: 'snapshot', version: 3 }, '3.snapshot.json', 'snapshot.json'],
    [{ role: 'targets', version: undefined }, 'targets.json', 'targets.json'],
    [{ role: 'targets', delegated: 'a', version: 3 }, '3.a.json', 'delegations/a.json'],
    [{ role: 'targets', delegated: 'a/../b', version: 1 }, '1.a%2F..%2Fb.json', 'delegations/a/../b.json'],
    [
      { role: 'targets', delegated: "!'()*-._~", version: 1 },
      '1.%21%27%28%29%2A-._~.json',
      "delegations/!'()*-._~.json",
    ],
    [
      { role: 'targets', delegated: 'é \u{1f600}', version: 1 },
      '1.%C3%A9%20%F0%9F%98%80.json',
      'delegations/é \u{1f600}.json',
    ],
  ];
  it.each(rows)('%j is %s, in aktualizr’s form %s', (file, own, foreign) => {
    expect(fileName(uptaneProfile, file)).toBe(own);
    expect(fileName(tufProfile, file)).toBe(own);
    expect(fileName(aktualizrProfile, file)).toBe(foreign);
  });
});

it('the name under which an image is stored has a hash before its last part [H2]', () => {
  expect(storedImageName('app.bin', 'ab')).toBe('ab.app.bin');
  expect(storedImageName('motor/v1/app.bin', 'ab')).toBe('motor/v1/ab.app.bin');
});
