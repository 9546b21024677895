// E4 and W4: which names a pattern of a delegation stands for, in both of the forms that are in use.
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import { hashHex } from '../../../src/crypto/hashes.ts';
import { applicable, applies } from '../../../src/uptane/checks/delegation.ts';
import type { Delegation } from '../../../src/uptane/model/metadata.ts';
import { matchesPath, matchesText } from '../../../src/uptane/model/pathPattern.ts';
import { aktualizrProfile, uptaneProfile } from '../../../src/uptane/model/profile.ts';
import { fc, prop } from '../../support/property.ts';

/** Pattern, names that match it, names that do not: where no part of either has a slash. */
const rows: readonly [string, readonly string[], readonly string[]][] = [
  ['', [''], ['a']],
  ['app.bin', ['app.bin'], ['app-bin', 'app.bi', 'app.binn', 'App.bin', '']],
  ['*', ['', 'a', 'app.bin', '.hidden'], []],
  ['**', ['', 'a', 'abc'], []],
  ['a*', ['a', 'ab', 'abc'], ['', 'ba']],
  ['*a', ['a', 'ba', 'aa', 'aba'], ['', 'ab']],
  ['a*a', ['aa', 'aba', 'aaa', 'abaca'], ['a', 'ab', 'ba']],
  ['a*b*c', ['abc', 'aXbYc', 'abbc', 'abcbc', 'acbc'], ['ab', 'acb', 'abcd']],
  ['*.bin', ['.bin', 'a.bin', 'a.bin.bin'], ['a.bin.txt', 'bin']],
  ['?', ['a', '*', 'é', '\u{1f600}'], ['', 'ab']],
  ['a?c', ['abc', 'a?c'], ['ac', 'abbc']],
  ['?*', ['a', 'ab'], ['']],
  ['*?', ['a', 'ab'], ['']],
  ['[abc]', ['a', 'b', 'c'], ['d', '', 'ab', '[', ']', '-']],
  ['[a-c]', ['a', 'b', 'c'], ['d', '-', 'B']],
  ['[aez]', ['a', 'e', 'z'], ['b', 'f', 'y']],
  ['[a-cx-z]', ['b', 'y'], ['d', 'w', '-']],
  ['[c-a]', [], ['a', 'b', 'c', '-']],
  ['[a-]', ['a', '-'], ['b', ']']],
  ['[-a]', ['a', '-'], ['b']],
  ['[a-b-d]', ['a', 'b', '-', 'd'], ['c']],
  ['[!a]', ['b', '!', ']'], ['a', '']],
  ['[^a]', ['b', '^', '!'], ['a', '']],
  ['[!a-c]', ['d', '-'], ['a', 'b', 'c']],
  ['[a!]', ['a', '!'], ['b']],
  ['[]]', [']'], ['[', 'a']],
  ['[]a]', [']', 'a'], ['b']],
  ['[!]]', ['a', '['], [']']],
  ['[*?]', ['*', '?'], ['a']],
  ['[', ['['], ['a', '']],
  ['[]', ['[]'], ['', '[', ']']],
  ['[!]', ['[!]'], ['a', '!']],
  ['[ab', ['[ab'], ['a', 'b']],
  ['a[b', ['a[b'], ['ab', 'a[']],
  ['x[ab]*[!0-9]', ['xaz', 'xb12z'], ['xa', 'xaz1', 'xcz']],
  ['\\*', ['\\', '\\a'], ['*']],
  ['é', ['é'], ['e\u0301', 'e']],
  ['[\u{1f600}-\u{1f602}]', ['\u{1f600}', '\u{1f601}', '\u{1f602}'], ['\u{1f603}', '\ud83d', '']],
  ['\u{1f600}?', ['\u{1f600}a', '\u{1f600}\u{1f600}'], ['\u{1f600}', 'a\u{1f600}']],
  ['*\u{1f600}', ['\u{1f600}', 'a\u{1f600}'], ['\u{1f600}a']],
  ['.', ['.'], ['a']],
];

describe.each([
  ['matchesText', matchesText],
  ['matchesPath', matchesPath],
] as const)('%s: the pattern', (_, matches) => {
  it.each(rows)('%j [E4]', (pattern, yes, no) => {
    expect(yes.filter((text) => !matches(pattern, text))).toEqual([]);
    expect(no.filter((text) => matches(pattern, text))).toEqual([]);
  });
});

describe('a slash', () => {
  /** Whether the pattern matches by parts, and whether as one text. */
  const slashes: readonly [string, string, boolean, boolean][] = [
    ['a/b', 'a/b', true, true],
    ['a/*', 'a/b', true, true],
    ['a/*', 'a/', true, true],
    ['a/*', 'a/b/c', false, true],
    ['a/*', 'a', false, false],
    ['*', 'a/b', false, true],
    ['*/*', 'a/b', true, true],
    ['*/*', 'a/b/c', false, true],
    ['*/c', 'a/b/c', false, true],
    ['a?b', 'a/b', false, true],
    ['a[/]b', 'a/b', false, true],
    ['a[!x]b', 'a/b', false, true],
    ['*.bin', 'x/y.bin', false, true],
    ['a//b', 'a//b', true, true],
    ['/a', '/a', true, true],
    ['/a', 'a', false, false],
  ];
  it.each(slashes)('in %s and %s: by parts %s, as text %s [E4 W4]', (pattern, path, byParts, asText) => {
    expect(matchesPath(pattern, path)).toBe(byParts);
    expect(matchesText(pattern, path)).toBe(asText);
  });
});

/** Counts how often a character is compared: it stands in a text in the place of a string of one. */
class Counted {
  static steps = 0;
  private readonly character: string;
  constructor(character: string) {
    this.character = character;
  }
  valueOf(): string {
    Counted.steps += 1;
    return this.character;
  }
}

describe('a pattern made to take long', () => {
  const stars: readonly [string, string, number][] = [
    ['stars and a last character that is not there', `${'*[a-a]'.repeat(50)}[b-b]`, 1000],
    ['stars in a row', `${'*'.repeat(200)}[b-b]`, 1000],
    ['a long run behind a star', `*${'[a-a]'.repeat(100)}[b-b]`, 1000],
  ];
  it.each(stars)('%s ends within pattern times name steps [E4]', (_, pattern, length) => {
    Counted.steps = 0;
    const text = Array.from({ length }, () => new Counted('a'));
    expect(matchesText(pattern, text as unknown as string)).toBe(false);
    // Two comparisons a character class.
    expect(Counted.steps).toBeGreaterThanOrEqual(length);
    expect(Counted.steps).toBeLessThan(2 * length * 102);
  });
});

prop([
  fc.array(fc.constantFrom('a', 'b', '*', '?', '[ab]', '[!a]', '\u{1f600}'), { maxLength: 8 }),
  fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\u{1f600}'), maxLength: 8 }),
])('a pattern means what the regular expression of its elements means [E4]', (elements, text) => {
  const expressions: Record<string, string> = { '*': '.*', '?': '.', '[!a]': '[^a]' };
  const expression = new RegExp(`^(?:${elements.map((element) => expressions[element] ?? element).join('')})$`, 'su');
  expect(matchesText(elements.join(''), text)).toBe(expression.test(text));
});

describe('a delegation', () => {
  const delegation: Delegation = {
    roles: [{ name: 'a', keyids: [], threshold: 1 }],
    agreement: 1,
    paths: ['a/*'],
    pathHashPrefixes: undefined,
    terminating: false,
    hardwareIds: undefined,
  };
  const wanted = (filename: string) => ({ filename, hardwareIds: [] });
  const hash = (filename: string) => hashHex('sha256', utf8(filename));

  it('is matched by parts in the form of the standard, as one text in aktualizr’s [W4 E4]', () => {
    expect(applies(uptaneProfile, delegation, wanted('a/b'))).toBe(true);
    expect(applies(uptaneProfile, delegation, wanted('a/b/c'))).toBe(false);
    expect(applies(aktualizrProfile, delegation, wanted('a/b/c'))).toBe(true);
  });

  it('may say its paths by the beginning of their hash [W4]', () => {
    const byHash = (...pathHashPrefixes: string[]) =>
      applies(uptaneProfile, { ...delegation, paths: undefined, pathHashPrefixes }, wanted('x'));
    expect(byHash(hash('x').slice(0, 2))).toBe(true);
    expect(byHash(hash('y').slice(0, 2), hash('x').slice(0, 9))).toBe(true);
    expect(byHash(hash('x'))).toBe(true);
    expect(byHash(hash('x').slice(1, 5))).toBe(false);
    expect(byHash()).toBe(false);
  });

  it('applies in the listed order where several do [W4 E2]', () => {
    const [b, c] = [
      { ...delegation, paths: ['*'] },
      { ...delegation, paths: ['b'] },
    ];
    const delegations = { keys: new Map(), roles: [c, b, delegation], succinct: undefined };
    expect(applicable(uptaneProfile, delegations, wanted('b'))).toEqual([c, b]);
    expect(applicable(uptaneProfile, delegations, wanted('x/y'))).toEqual([]);
  });

  it.each([1, 4, 5, 8, 31, 32])(
    'to bins of %i bits goes to the one that the hash tells, by its number [W4]',
    (bitLength) => {
      const succinct = { keyids: ['k'], threshold: 2, bitLength, namePrefix: 'bin' };
      const delegations = { keys: new Map(), roles: [], succinct };
      for (const filename of ['x', 'a/b', '7', 'long name.bin']) {
        const bits = BigInt(`0x${hash(filename)}`)
          .toString(2)
          .padStart(256, '0')
          .slice(0, bitLength);
        const number = Number.parseInt(bits, 2)
          .toString(16)
          .padStart(Math.ceil(bitLength / 4), '0');
        expect(applicable(uptaneProfile, delegations, wanted(filename))).toEqual([
          {
            roles: [{ name: `bin-${number}`, keyids: ['k'], threshold: 2 }],
            agreement: 1,
            paths: undefined,
            pathHashPrefixes: undefined,
            terminating: true,
            hardwareIds: undefined,
          },
        ]);
      }
    },
  );
});
