// Owns: what metadata says, once decoded, whatever form it was written in; see decodeMetadata.ts for the reading and checks/ for
// the judging. B, C, D, E, F of the clauses.
import type { HashFunction } from '../../crypto/hashes.ts';

export type RepositoryName = 'director' | 'image';
export type RoleName = 'root' | 'timestamp' | 'snapshot' | 'targets';

/** The Director's roles for updates without a network. OU1 */
export type OfflineRoleName = 'offline-snapshot' | 'offline-targets';

/** A public key as metadata carries it: hexadecimal for ed25519, PEM for RSA, either for ECDSA. */
export interface PublicKey {
  /** `unknown`: of a kind that this project cannot verify by; it counts for nothing. */
  readonly keytype: 'ed25519' | 'rsa' | 'ecdsa' | 'unknown';
  readonly scheme: 'ed25519' | 'rsassa-pss-sha256' | 'ecdsa-sha2-nistp256' | 'unknown';
  readonly keyval: { readonly public: string };
}

/** Which keys may sign, and how many distinct ones must. C2 */
export interface RoleKeys {
  readonly keyids: readonly string[];
  readonly threshold: number;
}

/** The keys of a role with what they are: against which a file's signatures are counted. */
export interface Signers {
  /** Undefined where the delegator names no such role. */
  readonly role: RoleKeys | undefined;
  readonly keys: ReadonlyMap<string, PublicKey>;
}

export type Hashes = { readonly [name in HashFunction]?: string };

interface Common {
  readonly version: number;
  /** Seconds since 1970. B4 */
  readonly expires: number;
}

export interface Root extends Common {
  readonly type: 'root';
  readonly keys: ReadonlyMap<string, PublicKey>;
  /** A Director that serves no Timestamp and Snapshot names no keys for them. */
  readonly roles: { readonly [role in RoleName | OfflineRoleName]?: RoleKeys } & {
    readonly root: RoleKeys;
    readonly targets: RoleKeys;
  };
  /** The Director's root also names the keys of the timeserver. Y4 */
  readonly timeserver: RoleKeys | undefined;
  readonly consistentSnapshot: boolean;
}

/** What one metadata file says of another. */
export interface FileMeta {
  readonly version: number;
  readonly length: number | undefined;
  readonly hashes: Hashes;
}

export interface Timestamp extends Common {
  readonly type: 'timestamp';
  readonly snapshot: FileMeta;
}

export interface Snapshot extends Common {
  readonly type: 'snapshot';
  /** By unversioned file name, such as `targets.json`. F1 */
  readonly meta: ReadonlyMap<string, FileMeta>;
}

/** The part of a target's custom metadata that both repositories must state alike. D4 D5 D6 */
export interface MustMatch {
  /** Undefined where the form has none, or this file does not state them. */
  readonly hardwareIds: readonly string[] | undefined;
  readonly releaseCounter: number | undefined;
  /** Every other member of the section, canonical: compared, not understood. */
  readonly others?: string;
}

/** An image encrypted for one ECU. D7 D8 */
export interface EncryptedImage {
  /** By which name, length and hashes the encrypted image is fetched and checked. */
  readonly filename: string;
  readonly length: number;
  readonly hashes: Hashes;
  readonly method: 'x25519-aes-256-gcm';
  /** The content key wrapped for the ECU, in hexadecimal. P8 */
  readonly wrappedKey: { readonly ephemeralPublic: string; readonly sealed: string };
}

/** What the Director says of one ECU that is to install an image. D9 */
export interface EcuAssignment {
  readonly hardwareId: string;
  readonly encrypted?: EncryptedImage;
}

/** One image. D2 */
export interface Target {
  readonly filename: string;
  readonly length: number;
  readonly hashes: Hashes;
  readonly mustMatch: MustMatch;
  /** Director only: the ECUs that are to install it. D9 */
  readonly ecus: ReadonlyMap<string, EcuAssignment>;
  /** Where else to download it. D10 */
  readonly uri?: string;
}

/** One of the roles that a delegation trusts. E4 */
export interface DelegatedRole extends RoleKeys {
  readonly name: string;
}

/** E4: which images are left to which roles, and on what conditions. */
export interface Delegation {
  /** One role; several in a multi-role delegation, of which `agreement` must say the same. A9 */
  readonly roles: readonly DelegatedRole[];
  readonly agreement: number;
  readonly paths: readonly string[] | undefined;
  /** TUF: the SHA-256 of the path begins with one of these. */
  readonly pathHashPrefixes: readonly string[] | undefined;
  readonly terminating: boolean;
  /** Undefined: any hardware. E5 */
  readonly hardwareIds: readonly string[] | undefined;
}

/** TUF: bins by the hash of the path, all with the same keys. */
export interface SuccinctRoles extends RoleKeys {
  readonly bitLength: number;
  readonly namePrefix: string;
}

/** In priority order. E2 E3 */
export interface Delegations {
  readonly keys: ReadonlyMap<string, PublicKey>;
  readonly roles: readonly Delegation[];
  readonly succinct: SuccinctRoles | undefined;
}

export interface Targets extends Common {
  readonly type: 'targets';
  readonly targets: ReadonlyMap<string, Target>;
  /** Director: the vehicle that it is made for. D3 */
  readonly vin: string | undefined;
  /** Director: the timeserver's keys, for ECUs that read no Root. Y4 */
  readonly timeserver: Signers | undefined;
  /** Whether it delegates at all: what a Director must not. V6 */
  readonly delegates: boolean;
  /** Image repository only. */
  readonly delegations: Delegations | undefined;
}

export type Metadata = Root | Timestamp | Snapshot | Targets;
export type MetadataOf<R extends RoleName> = Extract<Metadata, { type: R }>;

export interface Signature {
  readonly keyid: string;
  readonly signature: Uint8Array;
}

/** A decoded file with what its signatures are checked over. */
export interface Signed<T extends Metadata> {
  /** The file as received: what is stored and passed on. */
  readonly bytes: Uint8Array;
  readonly body: T;
  /** The received `signed` member, unknown fields included, in each canonical form that the profile accepts. */
  readonly signedForms: readonly Uint8Array[];
  readonly signatures: readonly Signature[];
}

/** H2: `HASH.FILENAME`, the hash before the name's last part. */
export function storedImageName(filename: string, hash: string): string {
  const slash = filename.lastIndexOf('/') + 1;
  return `${filename.slice(0, slash)}${hash}.${filename.slice(slash)}`;
}
