// Owns: what metadata says, once decoded. TUF 1.0's form with Uptane's fields; see decodeMetadata.ts for the reading
// and checks/ for the judging. B, C, D, F of the clauses.
import type { HashFunction } from '../crypto/hashes.ts';

export type RepositoryName = 'director' | 'image';
export type RoleName = 'root' | 'timestamp' | 'snapshot' | 'targets';

/** A public key as metadata carries it. */
export interface PublicKey {
  readonly keytype: 'ed25519';
  readonly scheme: 'ed25519';
  readonly keyval: { readonly public: string };
}

/** Which keys may sign, and how many distinct ones must. C2 */
export interface RoleKeys {
  readonly keyids: readonly string[];
  readonly threshold: number;
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
  readonly roles: Readonly<Record<RoleName, RoleKeys>>;
  /** The Director's root also names the keys of the timeserver. Y4 */
  readonly timeserver: RoleKeys | undefined;
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
  readonly hardwareIds: readonly string[];
  readonly releaseCounter: number;
}

/** One image. D2 */
export interface Target {
  readonly filename: string;
  readonly length: number;
  readonly hashes: Hashes;
  readonly mustMatch: MustMatch;
  /** Director only: the ECUs that are to install it, with the hardware each is taken to be. D9 */
  readonly ecus: ReadonlyMap<string, string>;
}

export interface Targets extends Common {
  readonly type: 'targets';
  readonly targets: ReadonlyMap<string, Target>;
  /** Director: the vehicle that it is made for. D3 */
  readonly vin: string | undefined;
  readonly delegates: boolean;
}

export type Metadata = Root | Timestamp | Snapshot | Targets;

export interface Signature {
  readonly keyid: string;
  readonly signature: Uint8Array;
}

/** A decoded file with what its signatures are checked over. */
export interface Signed<T extends Metadata> {
  /** The file as received: what is stored and passed on. */
  readonly bytes: Uint8Array;
  readonly body: T;
  /** The RFC 8785 form of the received `signed` member, unknown fields included. */
  readonly signedBytes: Uint8Array;
  readonly signatures: readonly Signature[];
}

/** The unversioned file name of a role. H1 */
export function roleFile(role: RoleName): string {
  return `${role}.json`;
}

/** H2: `HASH.FILENAME`, the hash before the name's last part. */
export function storedImageName(filename: string, hash: string): string {
  const slash = filename.lastIndexOf('/') + 1;
  return `${filename.slice(0, slash)}${hash}.${filename.slice(slash)}`;
}
