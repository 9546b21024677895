// Owns: from received bytes to metadata, strictly, in this project's own form. Judges form only: who signed, whether it is
// new, and what it means are the checks' matter.
import { fromHex, utf8 } from '../core/bytes.ts';
import { filenameCharsMax, filenamePartBytesMax, signaturesMax } from '../core/limits.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { parseUtc } from '../core/utc.ts';
import { canonicalJson } from './canonicalJson.ts';
import { notAsExpected, readArray, readHex, readInteger, reading, readObject, readString } from './jsonReader.ts';
import { keyIdOf } from './keys.ts';
import type {
  FileMeta,
  Hashes,
  Metadata,
  PublicKey,
  RoleKeys,
  RoleName,
  Root,
  Signature,
  Signed,
  Snapshot,
  Target,
  Targets,
  Timestamp,
} from './metadata.ts';
import { type JsonObject, type JsonValue, parseStrictJson } from './strictJson.ts';

const keysMax = 256;
const targetsMax = 100_000;
const identifierCharsMax = 128;

/** Control characters make RFC 8785 and OLPC canonical JSON differ; invisible ones make two names look alike. */
const visible = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u;

/** H3: whether an image may have this name: bounded, visible, normal, and no way out of the folder. */
export function isImageFilename(text: string): boolean {
  const plain = text.length <= filenameCharsMax && visible.test(text) && text.normalize('NFC') === text;
  const sound = (part: string) => !/^\.{0,2}$|\\/.test(part) && utf8(part).length <= filenamePartBytesMax;
  return plain && text.split('/').every(sound);
}

function readFilename(text: string, path: string): string {
  return isImageFilename(text) ? text : notAsExpected(path, 'the file name is not allowed');
}

export function readIdentifier(value: JsonValue | undefined, path: string): string {
  const text = readString(value, path, identifierCharsMax);
  if (!visible.test(text) || text.normalize('NFC') !== text) {
    return notAsExpected(path, 'an identifier without control characters is needed');
  }
  return text;
}

export function readHashes(value: JsonValue | undefined, path: string): Hashes {
  const object = readObject(value, path);
  const sha256 = object.sha256 === undefined ? undefined : readHex(object.sha256, `${path}.sha256`, 32);
  const sha512 = object.sha512 === undefined ? undefined : readHex(object.sha512, `${path}.sha512`, 64);
  return { ...(sha256 !== undefined && { sha256 }), ...(sha512 !== undefined && { sha512 }) };
}

function readTime(value: JsonValue | undefined, path: string): number {
  return parseUtc(readString(value, path, 20)) ?? notAsExpected(path, 'a time such as 2030-01-01T00:00:00Z is needed');
}

function readPublicKey(value: JsonValue | undefined, path: string): PublicKey {
  const object = readObject(value, path);
  if (object.keytype !== 'ed25519' || object.scheme !== 'ed25519') {
    return notAsExpected(path, 'an ed25519 key is needed');
  }
  const keyval = readObject(object.keyval, `${path}.keyval`);
  return {
    keytype: 'ed25519',
    scheme: 'ed25519',
    keyval: { public: readHex(keyval.public, `${path}.keyval.public`, 32) },
  };
}

function readKeys(value: JsonValue | undefined, path: string): ReadonlyMap<string, PublicKey> {
  const entries = Object.entries(readObject(value, path));
  if (entries.length > keysMax) return notAsExpected(path, `at most ${keysMax} keys are allowed`);
  return new Map(
    entries.map(([id, entry]) => {
      const key = readPublicKey(entry, `${path}.${id.slice(0, 12)}`);
      if (keyIdOf(key) !== id) notAsExpected(path, `the identifier ${id.slice(0, 12)} is not the hash of its key`);
      return [id, key];
    }),
  );
}

function readRoleKeys(value: JsonValue | undefined, path: string): RoleKeys {
  const object = readObject(value, path);
  const keyids = readArray(object.keyids, `${path}.keyids`, signaturesMax).map((id) => readHex(id, path, 32));
  if (new Set(keyids).size !== keyids.length) notAsExpected(path, 'a key identifier appears twice');
  return { keyids, threshold: readInteger(object.threshold, `${path}.threshold`, 1) };
}

function readFileMeta(value: JsonValue | undefined, path: string): FileMeta {
  const object = readObject(value, path);
  return {
    version: readInteger(object.version, `${path}.version`, 1),
    length: object.length === undefined ? undefined : readInteger(object.length, `${path}.length`, 1),
    hashes: object.hashes === undefined ? {} : readHashes(object.hashes, `${path}.hashes`),
  };
}

function readCommon(signed: JsonObject): { readonly version: number; readonly expires: number } {
  return { version: readInteger(signed.version, 'version', 1), expires: readTime(signed.expires, 'expires') };
}

function readRoot(signed: JsonObject): Root {
  const roles = readObject(signed.roles, 'roles');
  const role = (name: RoleName): RoleKeys => readRoleKeys(roles[name], `roles.${name}`);
  return {
    type: 'root',
    ...readCommon(signed),
    keys: readKeys(signed.keys, 'keys'),
    roles: { root: role('root'), timestamp: role('timestamp'), snapshot: role('snapshot'), targets: role('targets') },
    timeserver: signed.timeserver === undefined ? undefined : readRoleKeys(signed.timeserver, 'timeserver'),
  };
}

function readTimestamp(signed: JsonObject): Timestamp {
  const meta = readObject(signed.meta, 'meta');
  const snapshot = readFileMeta(meta['snapshot.json'], 'meta.snapshot.json');
  if (Object.keys(snapshot.hashes).length === 0) notAsExpected('meta.snapshot.json', 'a hash is needed [F3]');
  return { type: 'timestamp', ...readCommon(signed), snapshot };
}

function readSnapshot(signed: JsonObject): Snapshot {
  const meta = Object.entries(readObject(signed.meta, 'meta'));
  return {
    type: 'snapshot',
    ...readCommon(signed),
    meta: new Map(meta.map(([file, entry]) => [file, readFileMeta(entry, `meta.${file.slice(0, 60)}`)])),
  };
}

function readEcus(ecus: JsonObject, path: string): ReadonlyMap<string, string> {
  const entries = Object.entries(ecus).map(([ecu, entry]): [string, string] => [
    readIdentifier(ecu, path),
    readIdentifier(readObject(entry, `${path}.${ecu}`).hardwareId, `${path}.${ecu}.hardwareId`),
  ]);
  return new Map(entries);
}

function readTarget(filename: string, value: JsonValue | undefined): Target {
  const path = `targets.${filename.slice(0, 60)}`;
  const object = readObject(value, path);
  const custom = readObject(object.custom, `${path}.custom`);
  const mustMatch = readObject(custom.mustMatch, `${path}.custom.mustMatch`);
  const unknown = Object.keys(mustMatch).find((member) => member !== 'hardwareIds' && member !== 'releaseCounter');
  if (unknown !== undefined) notAsExpected(path, 'a member of mustMatch that cannot be compared [D6]');
  const hashes = readHashes(object.hashes, `${path}.hashes`);
  if (Object.keys(hashes).length === 0) notAsExpected(path, 'a hash is needed [D2]');
  const hardwareIds = readArray(mustMatch.hardwareIds, `${path}.custom.mustMatch.hardwareIds`, 64);
  const ecus = custom.ecuIdentifiers;
  return {
    filename: readFilename(filename, path),
    length: readInteger(object.length, `${path}.length`, 0),
    hashes,
    mustMatch: {
      hardwareIds: hardwareIds.map((id) => readIdentifier(id, `${path}.custom.mustMatch.hardwareIds`)),
      releaseCounter: readInteger(mustMatch.releaseCounter, `${path}.custom.mustMatch.releaseCounter`, 0),
    },
    ecus: ecus === undefined ? new Map() : readEcus(readObject(ecus, `${path}.custom.ecuIdentifiers`), path),
  };
}

function readTargets(signed: JsonObject): Targets {
  const targets = Object.entries(readObject(signed.targets, 'targets'));
  if (targets.length > targetsMax) notAsExpected('targets', `at most ${targetsMax} targets are allowed`);
  const custom = signed.custom === undefined ? undefined : readObject(signed.custom, 'custom');
  return {
    type: 'targets',
    ...readCommon(signed),
    targets: new Map(targets.map(([filename, entry]) => [filename, readTarget(filename, entry)])),
    vin: custom?.vin === undefined ? undefined : readIdentifier(custom.vin, 'custom.vin'),
    delegates: signed.delegations !== undefined,
  };
}

function readSignatures(value: JsonValue | undefined): readonly Signature[] {
  const signatures = readArray(value, 'signatures', signaturesMax).map((entry, index) => {
    const path = `signatures[${index}]`;
    const object = readObject(entry, path);
    const signature = fromHex(readHex(object.sig, `${path}.sig`, 64)) ?? new Uint8Array();
    return { keyid: readHex(object.keyid, `${path}.keyid`, 32), signature };
  });
  if (new Set(signatures.map(({ keyid }) => keyid)).size !== signatures.length) {
    notAsExpected('signatures', 'a key identifier appears twice');
  }
  return signatures;
}

const readers: { readonly [role in RoleName]: (signed: JsonObject) => Extract<Metadata, { type: role }> } = {
  root: readRoot,
  timestamp: readTimestamp,
  snapshot: readSnapshot,
  targets: readTargets,
};

/** What is wrong with a file's form: `wrong-role` where it is another role's file. */
export interface DecodeFault {
  readonly code: 'malformed' | 'wrong-role';
  readonly message: string;
}

/** Decodes a metadata file that must be `role`'s. The caller has bounded its length. B3 B4 */
export function decodeMetadata<R extends RoleName>(
  role: R,
  bytes: Uint8Array,
): Result<Signed<Extract<Metadata, { type: R }>>, DecodeFault> {
  const json = parseStrictJson(bytes);
  if (!json.ok) return fail({ code: 'malformed', message: json.fault });
  const decoded = reading(() => {
    const file = readObject(json.value, 'file');
    const signed = readObject(file.signed, 'signed');
    const type = readString(signed._type, 'signed._type', 32);
    if (type !== role) return type;
    return {
      bytes,
      body: readers[role](signed),
      signedBytes: canonicalJson(signed),
      signatures: readSignatures(file.signatures),
    };
  });
  if (!decoded.ok) return fail({ code: 'malformed', message: decoded.fault });
  if (typeof decoded.value === 'string') {
    return fail({ code: 'wrong-role', message: `signed._type is ${JSON.stringify(decoded.value)}, not "${role}"` });
  }
  return ok(decoded.value);
}
