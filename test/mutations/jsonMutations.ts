// Owns: changing one thing in a JSON value: a member or element dropped, doubled, swapped, or given another value.
import type { Random } from '../../src/core/random.ts';

type Json = null | boolean | number | string | Json[] | { [member: string]: Json };

interface Place {
  readonly parent: Json[] | { [member: string]: Json };
  readonly key: string;
}

function* places(value: Json): Generator<Place> {
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    yield { parent: value, key };
    yield* places(read({ parent: value, key }));
  }
}

const read = ({ parent, key }: Place): Json => (parent as { [member: string]: Json })[key] ?? null;

function write({ parent, key }: Place, value: Json): void {
  (parent as { [member: string]: Json })[key] = value;
}

function remove({ parent, key }: Place): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
}

export function oneOf<T>(random: Random, items: readonly T[]): T {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new Error('nothing to choose from');
  return item;
}

const oddValues: readonly Json[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  2,
  1.5,
  2 ** 53 - 1,
  '',
  '0',
  'targets',
  '2030-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  'ff'.repeat(32),
  [],
  [[]],
  {},
  { a: 1 },
  '../x',
];

/** A number a little off, a text with one character changed. */
function nearby(random: Random, value: Json): Json {
  if (typeof value === 'number') return value + oneOf(random, [-1, 1, 2, 1000, -value, value]);
  if (typeof value !== 'string' || value === '') return oneOf(random, oddValues);
  const at = random.below(value.length);
  const hex = '0123456789abcdef'[random.below(16)] ?? '0';
  return oneOf(random, [
    value.slice(0, at) + hex + value.slice(at + 1),
    value.slice(0, at),
    `${value}${hex}`,
    value.toUpperCase(),
  ]);
}

/** One change of `value`, in place; what came out may, by chance, be what was there. */
type Change = (random: Random, place: Place, other: Place) => void;

const changes: readonly Change[] = [
  (_, place) => remove(place),
  (random, place) => write(place, oneOf(random, oddValues)),
  (_, place, other) => write(place, structuredClone(read(other))),
  // under another name, beside what was there
  (_, place) => {
    const { parent, key } = place;
    if (Array.isArray(parent)) parent.push(structuredClone(read(place)));
    else parent[`${key}x`] = structuredClone(read(place));
  },
  (_, place, other) => {
    const [mine, its] = [structuredClone(read(place)), structuredClone(read(other))];
    write(place, its);
    write(other, mine);
  },
  (random, place) => write(place, nearby(random, read(place))),
];

export function mutateJson(random: Random, value: Json): void {
  const all = [...places(value)];
  if (all.length > 0) oneOf(random, changes)(random, oneOf(random, all), oneOf(random, all));
}
