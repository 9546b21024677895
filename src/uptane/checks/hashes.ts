// Owns: comparing bytes, or a hash made of them, with every hash that metadata lists.
import { type HashFunction, hashFunctions, hashHex } from '../../crypto/hashes.ts';
import { canonicalJson } from '../json/canonicalJson.ts';
import { parseStrictJson } from '../json/strictJson.ts';
import type { FileMeta, Hashes, Metadata, Signed } from '../metadata.ts';
import type { Profile } from '../profile.ts';

/** The first listed hash function that disagrees with `bytes`, or undefined. */
export function disagreeingHash(bytes: Uint8Array, hashes: Hashes): HashFunction | undefined {
  return hashFunctions.find((name) => hashes[name] !== undefined && hashHex(name, bytes) !== hashes[name]);
}

/** The same for a metadata file, whose hashes some repositories make over its canonical form. U2 V2 */
export function disagreeingFileHash(
  profile: Profile,
  { bytes }: Signed<Metadata>,
  { hashes }: FileMeta,
): HashFunction | undefined {
  const wrong = disagreeingHash(bytes, hashes);
  if (wrong === undefined || !profile.canonicalHashes) return wrong;
  const json = parseStrictJson(bytes);
  return json.ok ? disagreeingHash(canonicalJson(json.value), hashes) : wrong;
}

/** Whether two lists of hashes are the same: same functions, same values. */
export function equalHashes(a: Hashes, b: Hashes): boolean {
  return hashFunctions.every((name) => a[name] === b[name]);
}

/** Whether two lists share a function, and agree on each that they share. */
export function agreeingHashes(a: Hashes, b: Hashes): boolean {
  const shared = hashFunctions.filter((name) => a[name] !== undefined && b[name] !== undefined);
  return shared.length > 0 && shared.every((name) => a[name] === b[name]);
}
