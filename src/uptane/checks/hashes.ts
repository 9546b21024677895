// Owns: comparing bytes, or a hash made of them, with every hash that metadata lists.
import { type HashFunction, hashFunctions, hashHex } from '../../crypto/hashes.ts';
import { readFileJson } from '../decode/fileJson.ts';
import { valueWords } from '../model/faults.ts';
import type { FileMeta, Hashes, Metadata, Signed } from '../model/metadata.ts';
import type { Profile } from '../model/profile.ts';

/** A hash that is not the listed one. */
export interface Disagreement {
  readonly name: HashFunction;
  readonly expected: string;
  readonly actual: string;
}

/** The first listed hash that disagrees with `bytes`, or undefined. */
export function disagreeingHash(bytes: Uint8Array, hashes: Hashes): Disagreement | undefined {
  for (const name of hashFunctions) {
    const expected = hashes[name];
    const actual = expected === undefined ? undefined : hashHex(name, bytes);
    if (expected !== undefined && actual !== undefined && actual !== expected) return { name, expected, actual };
  }
  return undefined;
}

/** A disagreement in words, and its two hashes. `what`: `sha256 WHAT is ...`. */
export function hashesDiffer({ name, expected, actual }: Disagreement, what: string) {
  const message = `${name} ${what}: ${valueWords(actual)}, listed is ${valueWords(expected)}`;
  return { message, expected: `${name}:${expected}`, actual: `${name}:${actual}` } as const;
}

/** The same for a metadata file, whose hashes some repositories make over its canonical form. U2 V2 */
export function disagreeingFileHash(
  profile: Profile,
  { bytes, body }: Signed<Metadata>,
  { hashes }: FileMeta,
): Disagreement | undefined {
  const wrong = disagreeingHash(bytes, hashes);
  if (wrong === undefined || !profile.canonicalHashes) return wrong;
  const json = readFileJson(profile, { repository: 'image', role: body.type }, bytes);
  const canonical = json.ok ? json.value.canonical() : undefined;
  return canonical === undefined ? wrong : disagreeingHash(canonical, hashes);
}

/** Whether two lists of hashes are the same: same functions, same values. */
export function equalHashes(a: Hashes, b: Hashes): boolean {
  return differingHash(a, b) === undefined;
}

/** The first function of which two lists do not have the same value: one that both have, before one that only one of them has. */
export function differingHash(a: Hashes, b: Hashes): HashFunction | undefined {
  const differing = hashFunctions.filter((name) => a[name] !== b[name]);
  return differing.find((name) => a[name] !== undefined && b[name] !== undefined) ?? differing[0];
}

/** Whether two lists share a function, and agree on each that they share. */
export function agreeingHashes(a: Hashes, b: Hashes): boolean {
  const shared = hashFunctions.filter((name) => a[name] !== undefined && b[name] !== undefined);
  return shared.length > 0 && shared.every((name) => a[name] === b[name]);
}
