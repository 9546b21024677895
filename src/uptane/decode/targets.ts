// Owns: reading Targets, of either repository. D
import { fromHex } from '../../core/bytes.ts';
import { shortened } from '../../core/text.ts';
import { canonicalJson } from '../json/canonicalJson.ts';
import { notAsExpected, readArray, readHex, readInteger, readObject, readString } from '../json/jsonReader.ts';
import type { JsonObject, JsonValue } from '../json/strictJson.ts';
import { encryptedNameCharsMax, imageHardwareIdsMax, nameWordsCharsMax, targetsMax, urlCharsMax } from '../limits.ts';
import type { EcuAssignment, EncryptedImage, MustMatch, RepositoryName, Target, Targets } from '../model/metadata.ts';
import type { Profile } from '../model/profile.ts';
import { readDelegations } from './delegations.ts';
import { readFilename, readHashes, readIdentifier } from './fields.ts';
import { readSigners } from './keys.ts';

const sealedKeyBytes = 48;

/** Without the members that every file has. */
export function readTargets(profile: Profile, repository: RepositoryName, signed: JsonObject) {
  const targets = Object.entries(readObject(signed.targets, 'targets'));
  if (targets.length > targetsMax) notAsExpected('targets', `at most ${targetsMax} targets are allowed`);
  const read = profile.custom === 'opaque' ? () => noCustom : customReaders[profile.custom];
  const custom =
    profile.custom === 'must-match' && signed.custom !== undefined ? readObject(signed.custom, 'custom') : {};
  const { delegations } = signed;
  return {
    type: 'targets',
    targets: new Map(targets.map(([filename, entry]) => [filename, readTarget(profile, read, filename, entry)])),
    vin: custom.vin === undefined ? undefined : readIdentifier(custom.vin, 'custom.vin'),
    timeserver:
      custom.timeserver === undefined ? undefined : readSigners(profile, custom.timeserver, 'custom.timeserver'),
    delegates: delegations !== undefined && delegations !== null && !isWithoutRoles(delegations),
    delegations:
      repository === 'director' || delegations === undefined || delegations === null
        ? undefined
        : readDelegations(profile, delegations),
  } satisfies Omit<Targets, 'version' | 'expires'>;
}

function isWithoutRoles(delegations: JsonValue): boolean {
  const { roles, ...others } = delegations as JsonObject;
  return Array.isArray(roles) && roles.length === 0 && others.succinct_roles === undefined;
}

type Custom = Pick<Target, 'mustMatch' | 'ecus' | 'uri'>;
type CustomReader = (object: JsonObject, path: string) => Custom;

const noCustom: Custom = { mustMatch: { hardwareIds: undefined, releaseCounter: undefined }, ecus: new Map() };

function readTarget(
  profile: Profile,
  readCustom: CustomReader,
  filename: string,
  value: JsonValue | undefined,
): Target {
  const path = `targets.${shortened(filename, nameWordsCharsMax)}`;
  const object = readObject(value, path);
  const hashes = readHashes(object.hashes, `${path}.hashes`, !profile.strict);
  // A TUF repository may list targets for clients that know other hash functions; they harm no other target.
  if (profile.name !== 'tuf' && Object.keys(hashes).length === 0) notAsExpected(path, 'a hash is needed [D2]');
  return {
    filename: readFilename(profile, filename, path),
    length: readInteger(object.length, `${path}.length`, 0),
    hashes,
    ...readCustom(object, path),
  };
}

const customReaders: { readonly [kind in Exclude<Profile['custom'], 'opaque'>]: CustomReader } = {
  'must-match': (object, path) => {
    const custom = readObject(object.custom, `${path}.custom`);
    return {
      mustMatch: readMustMatch(readObject(custom.mustMatch, `${path}.custom.mustMatch`), `${path}.custom.mustMatch`),
      ecus: readEcus(custom.ecuIdentifiers, `${path}.custom.ecuIdentifiers`),
      ...readUri(custom, path),
    };
  },
  aktualizr: (object, path) => {
    const custom =
      object.custom === undefined || object.custom === null ? {} : readObject(object.custom, `${path}.custom`);
    const { hardwareIds } = custom;
    return {
      mustMatch: {
        hardwareIds: hardwareIds === undefined ? undefined : readHardwareIds(hardwareIds, `${path}.custom.hardwareIds`),
        releaseCounter: undefined,
      },
      ecus: readEcus(custom.ecuIdentifiers, `${path}.custom.ecuIdentifiers`),
      ...readUri(custom, path),
    };
  },
};

function readUri(custom: JsonObject, path: string): { readonly uri?: string } {
  if (custom.uri === undefined || custom.uri === null || custom.uri === '') return {};
  return { uri: readString(custom.uri, `${path}.custom.uri`, urlCharsMax) };
}

function readHardwareIds(value: JsonValue | undefined, path: string): readonly string[] {
  return readArray(value, path, imageHardwareIdsMax).map((id) => readIdentifier(id, path));
}

/** D6: what is not understood must match all the same. */
function readMustMatch(section: JsonObject, path: string): MustMatch {
  const { hardwareIds, releaseCounter, ...others } = section;
  return {
    hardwareIds: readHardwareIds(hardwareIds, `${path}.hardwareIds`),
    releaseCounter: readInteger(releaseCounter, `${path}.releaseCounter`, 0),
    ...(Object.keys(others).length > 0 && { others: new TextDecoder().decode(canonicalJson(others)) }),
  };
}

/** D9 */
function readEcus(value: JsonValue | undefined, path: string): ReadonlyMap<string, EcuAssignment> {
  if (value === undefined) return new Map();
  const entries = Object.entries(readObject(value, path)).map(([ecu, entry]): [string, EcuAssignment] => {
    const at = `${path}.${shortened(ecu, nameWordsCharsMax)}`;
    const { hardwareId, encrypted } = readObject(entry, at);
    return [
      readIdentifier(ecu, path),
      {
        hardwareId: readIdentifier(hardwareId, `${at}.hardwareId`),
        ...(encrypted !== undefined && { encrypted: readEncrypted(readObject(encrypted, `${at}.encrypted`), at) }),
      },
    ];
  });
  return new Map(entries);
}

/** D7 D8 */
function readEncrypted(object: JsonObject, at: string): EncryptedImage {
  const path = `${at}.encrypted`;
  const { ephemeralPublic, sealed } = readObject(object.wrappedKey, `${path}.wrappedKey`);
  if (object.method !== 'x25519-aes-256-gcm') notAsExpected(`${path}.method`, 'x25519-aes-256-gcm is needed');
  const hashes = readHashes(object.hashes, `${path}.hashes`);
  if (Object.keys(hashes).length === 0) notAsExpected(path, 'a hash is needed [D7]');
  const filename = readString(object.filename, `${path}.filename`, encryptedNameCharsMax);
  if (fromHex(filename) === undefined) notAsExpected(`${path}.filename`, 'a hexadecimal name is needed');
  return {
    filename,
    length: readInteger(object.length, `${path}.length`, 0),
    hashes,
    method: 'x25519-aes-256-gcm',
    wrappedKey: {
      ephemeralPublic: readHex(ephemeralPublic, `${path}.wrappedKey.ephemeralPublic`, 32),
      sealed: readHex(sealed, `${path}.wrappedKey.sealed`, sealedKeyBytes),
    },
  };
}
