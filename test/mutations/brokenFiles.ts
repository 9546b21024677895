// Owns: input that decoders must stand: junk, and sound files with one thing in them changed.
import { utf8 } from '../../src/core/bytes.ts';
import { createRandom, type Random } from '../../src/core/random.ts';
import { fc } from '../support/property.ts';
import { flipped } from '../uptane/support/attacks.ts';
import { mutateJson } from './jsonMutations.ts';

/** Of the project's own: fast-check's numbers keep to the ends of their range, and so to the same places of a file. */
export const randoms: fc.Arbitrary<Random> = fc.nat().map((seed) => createRandom(`broken ${seed}`));

/** The JSON file with one bit flipped, or one member or item changed. */
export function broken(bytes: Uint8Array, random: Random): Uint8Array {
  if (random.below(3) === 0) return flipped(bytes, random.below(bytes.length * 8));
  const value = JSON.parse(new TextDecoder().decode(bytes));
  mutateJson(random, value);
  return utf8(JSON.stringify(value));
}

/** Any bytes, any JSON, any JSON in the place of what is signed, and these files broken. */
export function brokenFiles(sound: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json({ maxDepth: 4 }).map(utf8),
    fc.jsonValue({ maxDepth: 3 }).map((signed) => utf8(JSON.stringify({ signed, signatures: [] }))),
    {
      weight: 5,
      arbitrary: fc.tuple(fc.constantFrom(...sound), randoms).map(([file, random]) => broken(file, random)),
    },
  );
}
