// Owns: from received bytes to metadata, in the form that a profile allows. Judges form only: who signed, whether it is new,
// and what it means are the checks' matter. The members of each role are read in decode/.

import { fail, ok, type Result } from '../../core/result.ts';
import { shortened } from '../../core/text.ts';
import { parseUtcOfAnyDate } from '../../core/utc.ts';
import { hashHex } from '../../crypto/hashes.ts';
import {
  type MisreadCode,
  notAsExpected,
  readInteger,
  readingCoded,
  readObject,
  readString,
} from '../json/jsonReader.ts';
import type { JsonObject } from '../json/strictJson.ts';
import { decodedFileKeptBytesMax, decodedFilesKeptMax, nameWordsCharsMax, wordCharsMax } from '../limits.ts';
import type { Metadata, MetadataOf, RepositoryName, RoleName, Signed, Snapshot, Timestamp } from '../model/metadata.ts';
import { type Profile, tolerates } from '../model/profile.ts';
import { readFileMeta, readTime } from './fields.ts';
import { readFileJson } from './fileJson.ts';
import { readSignatures } from './keys.ts';
import { checkSpecVersion, readRoot } from './root.ts';
import { readTargets } from './targets.ts';

function readTimestamp(profile: Profile, _: RepositoryName, signed: JsonObject) {
  const meta = readObject(signed.meta, 'meta');
  const snapshot = readFileMeta(profile, meta['snapshot.json'], 'meta.snapshot.json');
  if (profile.snapshotHashNeeded && Object.keys(snapshot.hashes).length === 0) {
    notAsExpected('meta.snapshot.json', 'a hash is needed [F3]');
  }
  return { type: 'timestamp', snapshot } satisfies Omit<Timestamp, 'version' | 'expires'>;
}

function readSnapshot(profile: Profile, _: RepositoryName, signed: JsonObject) {
  const meta = Object.entries(readObject(signed.meta, 'meta'));
  return {
    type: 'snapshot',
    meta: new Map(
      meta.map(([file, entry]) => [file, readFileMeta(profile, entry, `meta.${shortened(file, nameWordsCharsMax)}`)]),
    ),
  } satisfies Omit<Snapshot, 'version' | 'expires'>;
}

/** B4. Only of the Director's Targets it is known what a client makes of a version that is none. */
function readVersion(
  profile: Profile,
  { repository, role }: Pick<MetadataPlace<RoleName>, 'repository' | 'role'>,
  { version }: JsonObject,
): number {
  const mayLack = repository === 'director' && role === 'targets' && tolerates(profile, 'no-version');
  return mayLack && (version === undefined || version === 0) ? 0 : readInteger(version, 'version', 1);
}

type Reader<R extends RoleName> = (
  profile: Profile,
  repository: RepositoryName,
  signed: JsonObject,
) => Omit<MetadataOf<R>, 'version' | 'expires'>;

const readers: { readonly [role in RoleName]: Reader<role> } = {
  root: readRoot,
  timestamp: readTimestamp,
  snapshot: readSnapshot,
  targets: readTargets,
};

/** Which file it must be, and in which form. */
export interface MetadataPlace<R extends RoleName> {
  readonly profile: Profile;
  readonly repository: RepositoryName;
  readonly role: R;
  /** The Director's Snapshot or Targets for updates without a network. Its `_type` says so: neither passes for the other. OU1 */
  readonly offline?: boolean;
}

/** What is wrong with a file's form: `wrong-role` where it is another role's file, `zero-threshold` and `duplicate-signature` by name. */
export interface DecodeFault {
  readonly code: MisreadCode | 'wrong-role';
  readonly message: string;
}

/** What was decoded of a file: nothing in it is ever changed, so that it can be handed out again. */
type Decoded<T extends Metadata> = Omit<Signed<T>, 'bytes'>;

/** By which file it is and the hash of the bytes, for each profile: public data alone, and no verdict on it. */
const kept = new WeakMap<Profile, Map<string, Decoded<Metadata>>>();

function keptOf(profile: Profile): Map<string, Decoded<Metadata>> {
  const files = kept.get(profile) ?? new Map<string, Decoded<Metadata>>();
  kept.set(profile, files);
  return files;
}

/** Decodes a metadata file that must be `role`'s. The caller has bounded its length. B3 B4 */
export function decodeMetadata<R extends RoleName>(
  at: MetadataPlace<R>,
  bytes: Uint8Array,
): Result<Signed<MetadataOf<R>>, DecodeFault> {
  if (bytes.length > decodedFileKeptBytesMax) return decodeAnew(at, bytes);
  const { profile, repository, role, offline = false } = at;
  const files = keptOf(profile);
  const key = `${repository} ${role} ${offline} ${hashHex('sha256', bytes)}`;
  const known = files.get(key) as Decoded<MetadataOf<R>> | undefined;
  if (known !== undefined) return ok({ ...known, bytes });
  const decoded = decodeAnew(at, bytes);
  if (decoded.ok) {
    const { body, signedForms, signatures } = decoded.value;
    if (files.size >= decodedFilesKeptMax) files.clear();
    files.set(key, { body, signedForms, signatures });
  }
  return decoded;
}

function decodeAnew<R extends RoleName>(
  { profile, repository, role, offline }: MetadataPlace<R>,
  bytes: Uint8Array,
): Result<Signed<MetadataOf<R>>, DecodeFault> {
  const needed = offline === true ? `offline-${role}` : role;
  const json = readFileJson(profile, { repository, role }, bytes);
  if (!json.ok) return fail({ code: 'malformed', message: json.fault });
  const decoded = readingCoded(() => {
    const file = readObject(json.value.value, 'file');
    const signed = readObject(file.signed, 'signed');
    const type = readString(signed._type, 'signed._type', wordCharsMax);
    if ((profile.anyCaseTypes ? type.toLowerCase() : type) !== needed) return type;
    checkSpecVersion(profile, signed);
    const body = {
      version: readVersion(profile, { repository, role }, signed),
      expires: readTime(
        signed.expires,
        'expires',
        tolerates(profile, 'impossible-date') ? parseUtcOfAnyDate : undefined,
      ),
      ...readers[role](profile, repository, signed),
    } as unknown as MetadataOf<R>;
    const signedForms = json.value.signedForms();
    return { bytes, body, signedForms, signatures: readSignatures(profile, file.signatures) };
  });
  if (!decoded.ok) return decoded;
  if (typeof decoded.value === 'string') {
    return fail({ code: 'wrong-role', message: `signed._type is ${JSON.stringify(decoded.value)}, not "${needed}"` });
  }
  return ok(decoded.value);
}
