// The largest JSON texts. Apart from the rest of strict JSON: they take too long under mutation testing.

import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import { parseStrictJson } from '../../../src/uptane/json/strictJson.ts';
import { jsonValuesMax } from '../../../src/uptane/limits.ts';
import { sampled } from '../../support/heavy.ts';
import { processorMs } from '../../support/processorTime.ts';

const parse = (text: string) => parseStrictJson(utf8(text));

describe('strict JSON counts values', () => {
  const list = (item: string, count: number) => `[${`${item},`.repeat(count - 1)}${item}]`;
  const members = (count: number) => `{${Array.from({ length: count }, (_, at) => `"${at.toString(36)}":0`).join()}}`;
  it.each(
    sampled<readonly [string, (count: number) => string, number]>(
      [
        ['numbers', (count) => list('0', count), 1],
        ['members of many objects', (count) => list('{"a":0,"b":0}', count), 3],
        ['members of one object', members, 1],
      ],
      2,
    ),
  )('and takes 500,000, none more: %s', (_, text, values) => {
    const count = Math.floor((jsonValuesMax - 1) / values);
    expect(parse(text(count)).ok).toBe(true);
    const more = parse(text(count + 1));
    expect(more).toMatchObject({ ok: false, fault: expect.stringMatching(/^more than 500000 values at character/) });
  });
});

// As long as the longest file that is ever read (8 MiB); each took under 0.3 s here, and one regular expression threw.
describe('strict JSON ends soon, without overflowing a stack, on', () => {
  const megabytes = 8_000_000;
  const rows: readonly [string, string, boolean][] = [
    ['a long string', `"${'a'.repeat(megabytes)}"`, true],
    ['a long string without an end', `"${'a'.repeat(megabytes)}`, false],
    ['a long string of wide characters', `"${'漢'.repeat(megabytes / 3)}"`, true],
    ['4 MB of escapes', `"${'\\n'.repeat(megabytes / 4)}"`, true],
    ['8 MB of escapes', `"${'\\n'.repeat(megabytes / 2)}"`, true],
    ['8 MB of escapes without an end', `"${'\\n'.repeat(megabytes / 2)}`, false],
    ['8 MB of long escapes', `"${'\\u0041'.repeat(megabytes / 6)}"`, true],
    ['a key of escapes', `{"${'\\"'.repeat(megabytes / 2)}":1}`, true],
    ['a long number', '1'.repeat(megabytes), false],
    ['a long fraction', `0.${'1'.repeat(megabytes)}`, true],
    ['a long exponent', `1e-${'0'.repeat(megabytes)}`, true],
    ['white space', ' '.repeat(megabytes), false],
    ['brackets', '['.repeat(megabytes), false],
    ['empty objects', `[${'{},'.repeat(megabytes / 3)}{}]`, false],
  ];
  it.each(sampled(rows, 5))('%s', (_, text, ok) => {
    let parsed: ReturnType<typeof parse> | undefined;
    expect(
      processorMs(() => {
        parsed = parse(text);
      }),
    ).toBeLessThan(3000);
    expect(parsed?.ok).toBe(ok);
  });
});
