// Owns: writing metadata: the four roles' files in this project's own form. Pure: keys and numbers in, bytes out.
import { formatUtc } from '../../core/utc.ts';
import { hashHex } from '../../crypto/hashes.ts';
import type { JsonObject } from '../../uptane/json/strictJson.ts';
import type { Hashes, MustMatch, Target } from '../../uptane/model/metadata.ts';
import type { SigningKey } from '../../uptane/signing/keys.ts';
import { signMetadata } from '../../uptane/signing/sign.ts';
import { type KeyHolder, type RoleHolders, type RootedRole, thresholdOf } from './roleKeys.ts';

const specVersion = '1.0.31';

/** `expires`: seconds since 1970. */
export interface Edition {
  readonly version: number;
  readonly expires: number;
}

/** An image as Targets metadata lists it. */
export interface ListedImage {
  readonly filename: string;
  readonly length: number;
  readonly hashes: Hashes;
  readonly mustMatch: MustMatch;
}

/** The entry of an image's bytes. */
export function listImage(filename: string, bytes: Uint8Array, mustMatch: MustMatch): ListedImage {
  const hashes = { sha256: hashHex('sha256', bytes), sha512: hashHex('sha512', bytes) };
  return { filename, length: bytes.length, hashes, mustMatch };
}

/**
 * What a role signs: the members that all roles have, and its own. They stand in the order of the canonical form, here and below, so that
 * they are written once, and not sorted again.
 */
export function signedPart(type: string, edition: Edition, members: Readonly<Record<string, unknown>>): object {
  const { version } = edition;
  const all = { _type: type, expires: formatUtc(edition.expires), spec_version: specVersion, version, ...members };
  return byName(Object.entries(all));
}

function byName<T>(members: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
  return Object.fromEntries(members.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** C2, for any role. */
export function writeRoleKeys(holders: readonly KeyHolder[], threshold: number) {
  return { keyids: holders.map(({ keyId }) => keyId), threshold };
}

/** B2 E3: keys by their identifiers. */
export function writeKeys(holders: readonly KeyHolder[]) {
  return byName(holders.map(({ keyId, key }) => [keyId, key]));
}

const rolesOfRoot = ['root', 'timestamp', 'snapshot', 'targets', 'offline-snapshot', 'offline-targets'] as const;

/** C, to be signed. */
export function rootBody(edition: Edition, holders: RoleHolders): object {
  const { timeserver } = holders;
  const keysOf = (role: RootedRole) => writeRoleKeys(holders[role] ?? [], thresholdOf(holders, role));
  const roles = rolesOfRoot.filter((role) => holders[role] !== undefined);
  return signedPart('root', edition, {
    consistent_snapshot: true,
    keys: writeKeys([...roles.flatMap((role) => holders[role] ?? []), ...(timeserver ?? [])]),
    roles: byName(roles.map((role) => [role, keysOf(role)])),
    ...(timeserver !== undefined && { timeserver: keysOf('timeserver') }),
  });
}

/** C. `signers`: the root keys before and now (S3). `timeserver`: the Director's root only (Y4). */
export function writeRoot(
  edition: Edition,
  holders: RoleHolders,
  signers: readonly SigningKey[],
  timeserver?: readonly KeyHolder[],
): Uint8Array {
  return signMetadata(rootBody(edition, timeserver === undefined ? holders : { ...holders, timeserver }), signers);
}

/** D4 D5 D6, with the members that this project does not understand. */
function writeMustMatch({ hardwareIds, releaseCounter, others }: MustMatch): object {
  return { ...(others !== undefined && JSON.parse(others)), hardwareIds, releaseCounter };
}

/** D2: what the Image repository says of an image. `custom`: further members, which the Director need not repeat. */
export function imageEntry({ length, hashes, mustMatch }: ListedImage, custom: object = {}): object {
  return { custom: { ...custom, mustMatch: writeMustMatch(mustMatch) }, hashes, length };
}

/** What a Targets file of the Image repository says, on the wire. */
export interface ImageTargets {
  /** By file name. */
  readonly targets: ReadonlyMap<string, object>;
  /** E; undefined where the role does not delegate. */
  readonly delegations: object | undefined;
}

/** D, E, of the Image repository: the top-level role and delegated ones alike. */
export function writeImageTargets(
  edition: Edition,
  { targets, delegations }: ImageTargets,
  keys: readonly SigningKey[],
): Uint8Array {
  const members = { ...(delegations !== undefined && { delegations }), targets: byName([...targets]) };
  return signMetadata(signedPart('targets', edition, members), keys);
}

/** An image and the ECUs, with their hardware, that are to install it. */
export interface AssignedImage extends ListedImage {
  readonly ecus: Target['ecus'];
}

/** D, of the Director: for one vehicle. `timeserver`: for ECUs that read no Root. Y4 */
export function writeDirectorTargets(
  edition: Edition,
  vin: string,
  images: readonly AssignedImage[],
  keys: readonly SigningKey[],
  timeserver?: { readonly holders: readonly KeyHolder[]; readonly threshold: number },
): Uint8Array {
  const targets = images.map(({ filename, length, hashes, mustMatch, ecus }) => {
    const custom = { ecuIdentifiers: byName([...ecus]), mustMatch: writeMustMatch(mustMatch) };
    return [filename, { custom, hashes, length }] as const;
  });
  const timeKeys = timeserver && {
    ...writeRoleKeys(timeserver.holders, timeserver.threshold),
    keys: writeKeys(timeserver.holders),
  };
  const custom = { ...(timeKeys !== undefined && { timeserver: timeKeys }), vin };
  return signMetadata(signedPart('targets', edition, { custom, targets: byName(targets) }), keys);
}

/** One Targets file of a repository: of the role `targets`, or of a delegated one. */
export interface TargetsFile {
  readonly role: string;
  readonly version: number;
  readonly bytes: Uint8Array;
}

export function describe({ version, bytes }: Pick<TargetsFile, 'version' | 'bytes'>): JsonObject {
  return { hashes: { sha256: hashHex('sha256', bytes) }, length: bytes.length, version };
}

/** F1: what a Snapshot says of each Targets file. */
export function writeSnapshot(
  edition: Edition,
  files: readonly TargetsFile[],
  keys: readonly SigningKey[],
): Uint8Array {
  const meta = byName(files.map((file) => [`${file.role}.json`, describe(file)]));
  return signMetadata(signedPart('snapshot', edition, { meta }), keys);
}

/** F2 F3. */
export function writeTimestamp(
  edition: Edition,
  snapshotVersion: number,
  snapshot: Uint8Array,
  keys: readonly SigningKey[],
): Uint8Array {
  const meta = { 'snapshot.json': describe({ version: snapshotVersion, bytes: snapshot }) };
  return signMetadata(signedPart('timestamp', edition, { meta }), keys);
}
