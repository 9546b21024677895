// Owns: writing metadata: the four roles' files in this project's own form. Pure: keys and numbers in, bytes out.
import { formatUtc } from '../core/utc.ts';
import { hashHex } from '../crypto/hashes.ts';
import type { SigningKey } from '../uptane/keys.ts';
import type { Hashes, MustMatch } from '../uptane/metadata.ts';
import { signMetadata } from '../uptane/sign.ts';
import type { RoleKeySet } from './roleKeys.ts';

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

function common(type: string, edition: Edition): object {
  return { _type: type, spec_version: specVersion, version: edition.version, expires: formatUtc(edition.expires) };
}

function roleKeys(keys: readonly SigningKey[]): object {
  return { keyids: keys.map(({ keyId }) => keyId), threshold: keys.length };
}

/** C. `signers`: the root keys before and now (S3). `timeserver`: the Director's root only (Y4). */
export function writeRoot(
  edition: Edition,
  keys: RoleKeySet,
  signers: readonly SigningKey[],
  timeserver?: readonly SigningKey[],
): Uint8Array {
  const { root, timestamp, snapshot, targets } = keys;
  const all = [...root, ...timestamp, ...snapshot, ...targets, ...(timeserver ?? [])];
  const signed = {
    ...common('root', edition),
    consistent_snapshot: true,
    keys: Object.fromEntries(all.map(({ keyId, key }) => [keyId, key])),
    roles: {
      root: roleKeys(root),
      timestamp: roleKeys(timestamp),
      snapshot: roleKeys(snapshot),
      targets: roleKeys(targets),
    },
    ...(timeserver !== undefined && { timeserver: roleKeys(timeserver) }),
  };
  return signMetadata(signed, signers);
}

/** D, of the Image repository. */
export function writeImageTargets(
  edition: Edition,
  images: readonly ListedImage[],
  keys: readonly SigningKey[],
): Uint8Array {
  const targets = images.map(({ filename, length, hashes, mustMatch }) => [
    filename,
    { length, hashes, custom: { mustMatch } },
  ]);
  return signMetadata({ ...common('targets', edition), targets: Object.fromEntries(targets) }, keys);
}

/** An image and the ECUs, with their hardware, that are to install it. */
export interface AssignedImage extends ListedImage {
  readonly ecus: ReadonlyMap<string, string>;
}

/** D, of the Director: for one vehicle. */
export function writeDirectorTargets(
  edition: Edition,
  vin: string,
  images: readonly AssignedImage[],
  keys: readonly SigningKey[],
): Uint8Array {
  const targets = images.map(({ filename, length, hashes, mustMatch, ecus }) => {
    const ecuIdentifiers = Object.fromEntries([...ecus].map(([serial, hardwareId]) => [serial, { hardwareId }]));
    return [filename, { length, hashes, custom: { mustMatch, ecuIdentifiers } }];
  });
  const signed = { ...common('targets', edition), custom: { vin }, targets: Object.fromEntries(targets) };
  return signMetadata(signed, keys);
}

function describe(version: number, bytes: Uint8Array): object {
  return { version, length: bytes.length, hashes: { sha256: hashHex('sha256', bytes) } };
}

/** F1: `targets` are the bytes of the Targets file of `targetsVersion`. */
export function writeSnapshot(
  edition: Edition,
  targetsVersion: number,
  targets: Uint8Array,
  keys: readonly SigningKey[],
): Uint8Array {
  const meta = { 'targets.json': describe(targetsVersion, targets) };
  return signMetadata({ ...common('snapshot', edition), meta }, keys);
}

/** F2 F3. */
export function writeTimestamp(
  edition: Edition,
  snapshotVersion: number,
  snapshot: Uint8Array,
  keys: readonly SigningKey[],
): Uint8Array {
  const meta = { 'snapshot.json': describe(snapshotVersion, snapshot) };
  return signMetadata({ ...common('timestamp', edition), meta }, keys);
}
