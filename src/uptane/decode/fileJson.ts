// Owns: the JSON of a metadata file as a profile reads it, and the canonical forms that signatures and hashes may be over.
import { ok, type Result } from '../../core/result.ts';
import { aktualizrJson } from '../json/aktualizrJson.ts';
import { canonicalForms } from '../json/canonicalJson.ts';
import {
  type ExactJsonObject,
  type JsonTolerance,
  type JsonValue,
  parseExactJson,
  parseStrictJson,
  plainJson,
} from '../json/strictJson.ts';
import type { RepositoryName, RoleName } from '../model/metadata.ts';
import { type Profile, tolerates } from '../model/profile.ts';

/** One file, read. */
export interface FileJson {
  readonly value: JsonValue;
  /** Of its member `signed`, which is there. */
  signedForms(): readonly Uint8Array[];
  /** Of the whole, in aktualizr's form; undefined in a profile that has no such form. */
  canonical(): Uint8Array | undefined;
}

/** The file, or one line on what is wrong with its bytes. */
export function readFileJson(profile: Profile, place: FilePlace, bytes: Uint8Array): Result<FileJson, string> {
  const { canonicalForms: forms } = profile;
  if (forms !== 'aktualizr') {
    const read = parseStrictJson(bytes);
    if (!read.ok) return read;
    const { value } = read;
    return ok({
      value,
      signedForms: () => canonicalForms(memberSigned(value), forms),
      canonical: () => undefined,
    });
  }
  const read = parseExactJson(bytes, tolerancesAt(profile, place));
  if (!read.ok) return read;
  const { value } = read;
  return ok({
    value: plainJson(value),
    signedForms: () => [aktualizrJson((value as ExactJsonObject).signed ?? null)],
    canonical: () => aktualizrJson(value),
  });
}

function memberSigned(file: JsonValue): JsonValue {
  return (file as { readonly signed?: JsonValue }).signed ?? null;
}

interface FilePlace {
  readonly repository: RepositoryName;
  readonly role: RoleName;
}

const jsonTolerances: readonly JsonTolerance[] = ['comments', 'trailing-commas', 'repeated-members', 'text-after-end'];

/** aktualizr takes comments into the canonical form of the whole file, so that a file whose hash is listed can have none. */
function tolerancesAt(profile: Profile, { repository, role }: FilePlace): readonly JsonTolerance[] {
  const isHashed = repository === 'image' && (role === 'snapshot' || role === 'targets');
  return jsonTolerances.filter((name) => tolerates(profile, name) && !(name === 'comments' && isHashed));
}
