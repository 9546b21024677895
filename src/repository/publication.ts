// Owns: the online roles of one repository, kept consistent: a new Targets file brings a new Snapshot and Timestamp (A12, H1).
import { type Edition, writeSnapshot, writeTimestamp } from './metadataFiles.ts';
import type { RoleKeySet } from './roleKeys.ts';

/** Seconds that each role's files stay valid. */
export interface Validity {
  readonly root: number;
  readonly targets: number;
  readonly snapshot: number;
  readonly timestamp: number;
}

const day = 86_400;
export const usualValidity: Validity = { root: 365 * day, targets: 30 * day, snapshot: 7 * day, timestamp: day };

/** The latest files of a repository's online roles, as anybody can fetch them. */
export interface CurrentFiles {
  readonly version: number;
  readonly targets: Uint8Array;
  readonly snapshot: Uint8Array;
  readonly timestamp: Uint8Array;
}

/** The files of one repository (for the Director: for one vehicle), by name. */
export class Publication {
  private readonly keys: RoleKeySet;
  private readonly validity: Validity;
  private readonly writeTargets: (edition: Edition) => Uint8Array;
  private readonly files = new Map<string, Uint8Array>();
  private version = 0;
  private renewAt = 0;

  /** `writeTargets` writes the Targets file as its owner now wants it. */
  constructor(keys: RoleKeySet, root: Uint8Array, validity: Validity, writeTargets: (edition: Edition) => Uint8Array) {
    this.keys = keys;
    this.validity = validity;
    this.writeTargets = writeTargets;
    this.files.set('1.root.json', root);
  }

  /** Writes Targets, Snapshot and Timestamp anew. `now`: seconds since 1970. B5 */
  publish(now: number): void {
    const { targets, snapshot, timestamp } = this.validity;
    this.version += 1;
    const version = this.version;
    const targetsBytes = this.writeTargets({ version, expires: now + targets });
    const snapshotBytes = writeSnapshot(
      { version, expires: now + snapshot },
      version,
      targetsBytes,
      this.keys.snapshot,
    );
    this.files.set(`${version}.targets.json`, targetsBytes);
    this.files.set(`${version}.snapshot.json`, snapshotBytes);
    const edition = { version, expires: now + timestamp };
    this.files.set('timestamp.json', writeTimestamp(edition, version, snapshotBytes, this.keys.timestamp));
    this.renewAt = now + Math.floor(timestamp / 2);
  }

  /** The file of that name, renewed first where it would soon expire. */
  file(name: string, now: number): Uint8Array | undefined {
    if (this.version > 0 && now >= this.renewAt) this.publish(now);
    return this.files.get(name);
  }

  /** The files of the latest version; undefined before the first one. */
  current(): CurrentFiles | undefined {
    const { version } = this;
    const targets = this.files.get(`${version}.targets.json`);
    const snapshot = this.files.get(`${version}.snapshot.json`);
    const timestamp = this.files.get('timestamp.json');
    if (targets === undefined || snapshot === undefined || timestamp === undefined) return undefined;
    return { version, targets, snapshot, timestamp };
  }
}
