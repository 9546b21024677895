// Nothing of zod's texts reaches a user: every kind of issue is worded here, and scenarios changed at random are refused without them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { createRandom } from '../../../src/core/random.ts';
import { readScenario } from '../../../src/sim/scenario/load.ts';
import { checkForm } from '../../../src/vehicleFile/source/checkForm.ts';
import { mutateJson } from '../../mutations/jsonMutations.ts';

const told = (schema: z.ZodType, value: unknown) => {
  const judged = checkForm(schema, value);
  return judged.ok ? [] : judged.fault.map(({ path, text }) => [path.join('.'), text] as const);
};

/** What zod says in English, whatever it is about. */
const zodsWords =
  /invalid|expected|unrecognized|too (small|big)|, received|must (be|match|start|end|include)|NaN\b.*option/i;

/** One value, or more, for each code that zod has: a code that a later version adds is a fault of types here. */
const codes: Readonly<Record<z.core.$ZodIssueCode, readonly (readonly [z.ZodType, unknown])[]>> = {
  invalid_type: [
    ...(
      [z.string(), z.number(), z.int(), z.boolean(), z.array(z.int()), z.strictObject({ a: z.int() })] as const
    ).flatMap((schema) =>
      [undefined, null, [], {}, 'x', 1.5, Number.NaN, new Date(0)].map((value) => [schema, value] as const),
    ),
    [z.record(z.string(), z.int()), 5],
    [z.tuple([z.int()]), 5],
    [z.date(), 5],
    [z.map(z.int(), z.int()), 5],
    [z.never(), 5],
    [z.bigint(), 5],
  ],
  too_big: [
    [z.number().max(5), 6],
    [z.int().max(5).min(1), 6],
    [z.int(), 2 ** 60],
    [z.string().max(2), 'abc'],
    [z.string().length(2), 'abc'],
    [z.array(z.int()).max(1), [1, 2]],
    [z.tuple([z.int()]), [1, 2]],
    [z.bigint().max(5n), 6n],
    [z.date().max(new Date(0)), new Date(1)],
    [z.set(z.int()).max(1), new Set([1, 2])],
  ],
  too_small: [
    [z.number().min(5), 4],
    [z.number().gt(5), 5],
    [z.string().min(2), 'a'],
    [z.array(z.int()).min(1), []],
    [z.tuple([z.int(), z.int()]), [1]],
  ],
  invalid_format: [
    [z.string().regex(/^a$/), 'b'],
    [z.email(), 'b'],
    [z.string().startsWith('a'), 'b'],
    [z.string().endsWith('a'), 'b'],
    [z.string().includes('a'), 'b'],
    [z.uuid(), 'b'],
  ],
  not_multiple_of: [[z.number().multipleOf(4), 5]],
  unrecognized_keys: [[z.strictObject({ kind: z.int().optional() }), { knd: 1, other: 2 }]],
  invalid_union: [
    [z.union([z.int(), z.strictObject({ a: z.int() })]), 'x'],
    [z.union([z.strictObject({ b: z.int() }), z.strictObject({ a: z.int() })]), { a: 'x' }],
    [z.union([z.strictObject({ b: z.int() }), z.strictObject({ a: z.int() })]), { c: 'x' }],
    [
      z.discriminatedUnion('k', [z.strictObject({ k: z.literal('a') }), z.strictObject({ k: z.literal('b') })]),
      { k: 'c' },
    ],
    [z.xor([z.int(), z.number()]), 5],
  ],
  invalid_key: [
    [z.record(z.string().regex(/^a$/), z.int()), { b: 1 }],
    [z.map(z.int(), z.int()), new Map([['a', 1]])],
  ],
  invalid_element: [[z.map(z.boolean(), z.int()), new Map([[true, 'b']])]],
  invalid_value: [
    [z.enum(['a', 'b']), 'c'],
    [z.literal(5), 6],
    [z.literal(['a', 5]), true],
  ],
  custom: [
    [z.string().refine(() => false), 'b'],
    [z.custom<string>(() => false), 'b'],
    [z.int().refine(() => false, 'words of our own'), 5],
  ],
};

describe('an issue', () => {
  it.each(Object.entries(codes))('of code %s is told in words of our own', (code, cases) => {
    const found = new Set<string>();
    for (const [schema, value] of cases) {
      for (const issue of schema.safeParse(value).error?.issues ?? []) found.add(issue.code);
      for (const [, text] of told(schema, value)) {
        expect(text).not.toBe('');
        expect(text).not.toMatch(zodsWords);
      }
    }
    expect([...found]).toContain(code);
  });

  it.each<[string, z.ZodType, unknown, readonly (readonly [string, string])[]]>([
    ['both bounds', z.int().min(10_000).max(1_000_000), 5, [['', '10000 to 1000000 is needed, not 5']]],
    ['what is needed and given', z.number(), 'abc', [['', 'a number is needed, not text `abc`']]],
    ['an edge that is not allowed itself', z.number().gt(5), 5, [['', 'more than 5 is needed, not 5']]],
    ['a multiple', z.int().multipleOf(4), 5, [['', 'a multiple of 4 is needed, not 5']]],
    ['the length of a text', z.string().min(2).max(4), 'a', [['', '2 to 4 characters are needed, not 1']]],
    ['how many there are', z.array(z.int()).max(1), [1, 2], [['', 'at most 1 entries are needed, not 2']]],
    ['an unprintable text', z.int(), '\u001b[2J', [['', 'a whole number is needed, not text `\ufffd[2J`']]],
    ['a long text', z.int(), 'x'.repeat(99), [['', `a whole number is needed, not text \`${'x'.repeat(39)}…\``]]],
    [
      'every unknown field',
      z.strictObject({ kind: z.int() }),
      { knid: 1, other: 2 },
      [
        ['kind', 'it is missing: a whole number is needed'],
        ['knid', 'there is no such field: did you mean kind?'],
        ['other', 'there is no such field; it may be kind'],
      ],
    ],
    [
      'ids as people write them',
      z.int().max(0x7ff).meta({ hex: true }),
      0x800,
      [['', 'at most 2047 (0x7ff) is needed, not 2048 (0x800)']],
    ],
  ])('says %s', (_, schema, value, expected) => {
    expect(told(schema, value)).toEqual(expected);
  });

  it('is told of some fields where thousands are unknown', () => {
    const many = Object.fromEntries(Array.from({ length: 30_000 }, (_, index) => [`k${index}`, 1]));
    expect(told(z.strictObject({ kind: z.int().optional() }), many)).toHaveLength(20);
  });
});

describe('scenarios changed at random', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ecunet-words-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const scenarios = join(import.meta.dirname, '../../../scenarios');
  const file = (path: string) => parse(readFileSync(join(scenarios, path), 'utf8'));

  it.each([
    ['nominal', 'compact'],
    ['ethernet', 'ethernet'],
    ['two-hops', undefined],
    ['stolen-director-keys', 'compact'],
  ])('%s: none is refused in words of zod or of the YAML library', (name, vehicleName) => {
    const scenario = file(`${name}.yaml`);
    const vehicle = file(vehicleName === undefined ? scenario.vehicle : `vehicles/${vehicleName}.yaml`);
    const random = createRandom(`words ${name}`);
    let refused = 0;
    for (let index = 0; index < 60; index += 1) {
      const changed = structuredClone({ ...scenario, vehicle });
      mutateJson(random, changed);
      writeFileSync(join(folder, 'scenario.yaml'), JSON.stringify(changed));
      const read = readScenario(join(folder, 'scenario.yaml'));
      if (read.ok) continue;
      refused += 1;
      for (const { text } of read.fault) expect(text.replace(/`[^`]*`/g, '')).not.toMatch(zodsWords);
    }
    expect(refused).toBeGreaterThan(10);
  });
});
