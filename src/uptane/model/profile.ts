// Owns: in what form metadata is written and read: this project's own, aktualizr's, or plain TUF's. Data, which decoding and
// checks consult; the procedures are the same for all.
import {
  directorTargetsBytesMax,
  foreignTimestampBytesMax,
  imageTargetsBytesMax,
  rootBytesMax,
  snapshotBytesMax,
  statedSnapshotBytesMax,
  timestampBytesMax,
} from '../../core/limits.ts';
import type { CanonicalForm } from '../json/canonicalJson.ts';
import type { JsonTolerance } from '../json/strictJson.ts';
import {
  delegationPatternCharsMax,
  delegationsMax,
  keysMax,
  tufDelegationPatternCharsMax,
  tufDelegationsMax,
  tufKeysMax,
  tufRootBytesMax,
  tufTargetsBytesMax,
} from '../limits.ts';
import type { RepositoryName, RoleName } from './metadata.ts';

export type ProfileName = 'uptane' | 'aktualizr' | 'tuf';

/** A rule of the standard, or of this project's reading of it, that a real client does not keep. */
export type Tolerance =
  | JsonTolerance
  /** Director Targets without a version, or of version 0. B4 */
  | 'no-version'
  /** A time of a date that the calendar does not have. B4 */
  | 'impossible-date'
  /** A Snapshot of a lower version than the one before. U4 */
  | 'older-snapshot'
  /** Image repository's Targets of a lower version than those before. U5 V4 */
  | 'older-image-targets'
  /** A file that the Snapshot before listed, and this one does not. U6 */
  | 'unlisted-files'
  /** A delegated role whose file has expired: it is passed over. W1 V5 */
  | 'expired-delegation'
  /** Targets that are longer than the Snapshot lists. V1 */
  | 'longer-targets'
  /** A Snapshot that is longer than the Timestamp lists. U1 */
  | 'longer-snapshot';

export interface Profile {
  readonly name: ProfileName;
  /** The forms over which a signature may stand; `aktualizr` goes with no other, since its numbers are read exactly. */
  readonly canonicalForms: readonly CanonicalForm[] | 'aktualizr';
  /** Whether `_type` may be capitalised. */
  readonly anyCaseTypes: boolean;
  /** Strictness of this project's own form: ed25519 keys only, key ids recomputed, names without control characters. */
  readonly strict: boolean;
  /** Whether a signature may also be in base64. */
  readonly base64Signatures: boolean;
  /** What a target's custom metadata says, if anything. */
  readonly custom: 'must-match' | 'aktualizr' | 'opaque';
  /** Whether the Director serves a Timestamp and a Snapshot. */
  readonly directorSnapshot: boolean;
  /** Whether files but for roots and the Timestamp have their version in their name. H1 */
  readonly versionedNames: boolean;
  readonly delegationsFolder: string;
  /** Whether the name of a delegated role is percent-encoded in the name of its file. H3 */
  readonly encodedRoleNames: boolean;
  /** Policy 6: a file of unchanged version and different content does not replace the trusted one. */
  readonly keepsUnchangedVersion: boolean;
  /** Policy 4: whether Director Targets without images must name the vehicle. D3 */
  readonly emptyTargetsNameVehicle: boolean;
  /** The standard's `*` stops at a slash; aktualizr's does not. E4 */
  readonly wildcardsCrossFolders: boolean;
  /** F3: whether the Timestamp must give a hash of the Snapshot. */
  readonly snapshotHashNeeded: boolean;
  /** Whether a listed hash of a metadata file may be that of its canonical form, which is aktualizr's. U2 V2 */
  readonly canonicalHashes: boolean;
  /** R10.2: whether two lists of hashes need only agree where both name a function, and do so at least once. */
  readonly sharedHashesSuffice: boolean;
  /** Values that a signature's `method` may have, by any key; undefined where there is no such member. */
  readonly signatureMethods: readonly string[] | undefined;
  /**
   * What a real client of this form takes though the standard does not. None in the profiles that metadata is trusted by: only what such
   * a client says of a repository is found out with them.
   */
  readonly tolerances: readonly Tolerance[];
  /** Of one file. */
  readonly countMax: {
    readonly keys: number;
    readonly delegations: number;
    /** Characters of the path patterns of all delegations. */
    readonly patternChars: number;
  };
  readonly bytesMax: {
    readonly root: number;
    readonly timestamp: number;
    readonly snapshot: number;
    /** Where the Timestamp states the length. */
    readonly statedSnapshot: number;
    readonly directorTargets: number;
    readonly imageTargets: number;
  };
}

const bytesMax: Profile['bytesMax'] = {
  root: rootBytesMax,
  timestamp: timestampBytesMax,
  snapshot: snapshotBytesMax,
  statedSnapshot: statedSnapshotBytesMax,
  directorTargets: directorTargetsBytesMax,
  imageTargets: imageTargetsBytesMax,
};

const countMax: Profile['countMax'] = {
  keys: keysMax,
  delegations: delegationsMax,
  patternChars: delegationPatternCharsMax,
};

/** This project's own: valid TUF 1.0 with Uptane's fields, restricted so that both canonical forms coincide. */
export const uptaneProfile: Profile = {
  name: 'uptane',
  canonicalForms: ['rfc8785'],
  anyCaseTypes: false,
  strict: true,
  base64Signatures: false,
  custom: 'must-match',
  directorSnapshot: true,
  versionedNames: true,
  delegationsFolder: '',
  encodedRoleNames: true,
  keepsUnchangedVersion: true,
  emptyTargetsNameVehicle: true,
  wildcardsCrossFolders: false,
  snapshotHashNeeded: true,
  canonicalHashes: false,
  sharedHashesSuffice: false,
  signatureMethods: undefined,
  tolerances: [],
  countMax,
  bytesMax,
};

/** What aktualizr and OTA Community Edition write. */
export const aktualizrProfile: Profile = {
  name: 'aktualizr',
  canonicalForms: 'aktualizr',
  anyCaseTypes: true,
  strict: false,
  base64Signatures: true,
  custom: 'aktualizr',
  directorSnapshot: false,
  versionedNames: false,
  delegationsFolder: 'delegations/',
  encodedRoleNames: false,
  keepsUnchangedVersion: false,
  emptyTargetsNameVehicle: false,
  wildcardsCrossFolders: true,
  snapshotHashNeeded: true,
  canonicalHashes: true,
  sharedHashesSuffice: true,
  signatureMethods: ['ed25519', 'rsassa-pss', 'rsassa-pss-sha256'],
  tolerances: [],
  countMax,
  bytesMax: { ...bytesMax, timestamp: foreignTimestampBytesMax },
};

/** TUF 1.0 as its public clients and repositories speak it. */
export const tufProfile: Profile = {
  name: 'tuf',
  canonicalForms: ['olpc'],
  anyCaseTypes: false,
  strict: false,
  base64Signatures: false,
  custom: 'opaque',
  directorSnapshot: true,
  versionedNames: true,
  delegationsFolder: '',
  encodedRoleNames: true,
  keepsUnchangedVersion: false,
  emptyTargetsNameVehicle: false,
  wildcardsCrossFolders: false,
  snapshotHashNeeded: false,
  canonicalHashes: false,
  sharedHashesSuffice: false,
  signatureMethods: undefined,
  tolerances: [],
  countMax: { keys: tufKeysMax, delegations: tufDelegationsMax, patternChars: tufDelegationPatternCharsMax },
  bytesMax: {
    ...bytesMax,
    root: tufRootBytesMax,
    snapshot: statedSnapshotBytesMax,
    imageTargets: tufTargetsBytesMax,
  },
};

export const profiles: { readonly [name in ProfileName]: Profile } = {
  uptane: uptaneProfile,
  aktualizr: aktualizrProfile,
  tuf: tufProfile,
};

/** Which file is meant: one of the four roles, or a delegated Targets role by its name. */
export interface FileName {
  readonly role: RoleName;
  /** The Snapshot or Targets for updates without a network. OU1 */
  readonly offline?: boolean;
  readonly delegated?: string | undefined;
  /** Undefined for the latest. */
  readonly version: number | undefined;
}

/** A role's name as part of a file name or URL: percent-encoded but for letters, digits and `-._~`. H3 */
export function encodeRoleName(name: string): string {
  return encodeURIComponent(name).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The name under which a repository of this profile stores a file. H1 */
export function fileName(profile: Profile, { role, offline, delegated, version }: FileName): string {
  const named = delegated === undefined || !profile.encodedRoleNames ? delegated : encodeRoleName(delegated);
  const name = `${offline === true ? 'offline-' : ''}${named ?? role}.json`;
  const folder = delegated === undefined ? '' : profile.delegationsFolder;
  const versioned = version !== undefined && (profile.versionedNames || role === 'root');
  return `${folder}${versioned ? `${version}.` : ''}${name}`;
}

/** Whether a client of this profile takes what breaks a rule. */
export function tolerates({ tolerances }: Profile, tolerance: Tolerance): boolean {
  return tolerances.includes(tolerance);
}

/** V1: the cap of a Targets file of which the Snapshot states no length. */
export function targetsBytesMax(profile: Profile, repository: RepositoryName): number {
  return repository === 'director' ? profile.bytesMax.directorTargets : profile.bytesMax.imageTargets;
}
