// Owns: the online roles of one repository, kept consistent: a new Targets file brings a new Snapshot and Timestamp (A12, H1).
import { InputError } from '../../core/faults.ts';
import { fileName, uptaneProfile } from '../../uptane/model/profile.ts';
import { editionsKeptMax } from '../limits.ts';
import { atHand } from './roleKeys.ts';
import type { Roots } from './roots.ts';
import { type Edition, type TargetsFile, writeSnapshot, writeTimestamp } from './writeMetadata.ts';

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
  /** Of Snapshot and Timestamp. */
  readonly version: number;
  readonly targetsVersion: number;
  readonly targets: Uint8Array;
  readonly snapshot: Uint8Array;
  readonly timestamp: Uint8Array;
  /** Delegated Targets. */
  readonly delegated: readonly TargetsFile[];
}

/** Writes the Targets files as their owner now wants them, the role `targets` first. `edition`: the next one of the repository. */
export type TargetsWriter = (edition: Edition, now: number) => readonly TargetsFile[];

/** Where a repository's images are, beside its metadata. */
export const imagesFolder = 'targets';
const timestampName = fileName(uptaneProfile, { role: 'timestamp', version: undefined });

/** The files of one repository (for the Director: for one vehicle), by name. */
export class Publication {
  private readonly roots: Roots;
  private readonly validity: Validity;
  private readonly writeTargets: TargetsWriter;
  private readonly files = new Map<string, Uint8Array>();
  /** The names of the files of each edition that is kept, oldest first. */
  private readonly editions: (readonly string[])[] = [];
  private latest: CurrentFiles | undefined;
  private renewAt = 0;
  private keysVersion = 0;

  constructor(roots: Roots, validity: Validity, writeTargets: TargetsWriter) {
    this.roots = roots;
    this.validity = validity;
    this.writeTargets = writeTargets;
  }

  /** Writes Targets, Snapshot and Timestamp anew. `now`: seconds since 1970. A11 A12 B5 */
  publish(now: number): void {
    const { holders, keysVersion } = this.roots;
    const validity = this.validity;
    const version = (this.latest?.version ?? 0) + 1;
    const written = this.writeTargets({ version, expires: now + validity.targets }, now);
    const [top, ...delegated] = written;
    if (top === undefined) throw new InputError('the repository has no Targets yet: they are to be uploaded first');
    const snapshot = writeSnapshot({ version, expires: now + validity.snapshot }, written, atHand(holders.snapshot));
    const timestampEdition = { version, expires: now + validity.timestamp };
    const timestamp = writeTimestamp(timestampEdition, version, snapshot, atHand(holders.timestamp));
    const names = written.map((file) => this.store(servedName(file), file.bytes));
    names.push(this.store(fileName(uptaneProfile, { role: 'snapshot', version }), snapshot));
    this.keepEdition(names);
    this.latest = { version, targetsVersion: top.version, targets: top.bytes, snapshot, timestamp, delegated };
    this.renewAt = now + Math.floor(validity.timestamp / 2);
    this.keysVersion = keysVersion;
  }

  /** The file of that name, renewed first where it would soon expire, or where keys have rotated. */
  file(name: string, now: number): Uint8Array | undefined {
    const root = this.roots.file(name);
    if (root !== undefined) return root;
    this.renew(now);
    return name === timestampName ? this.latest?.timestamp : this.files.get(name);
  }

  /**
   * Every file by its name, renewed first in the same way. In an order in which they can be put where vehicles read: whatever
   * names a file comes after it.
   */
  all(now: number): ReadonlyMap<string, Uint8Array> {
    this.renew(now);
    const { latest, roots, files } = this;
    return new Map([
      ...files,
      ...roots.all,
      ...(latest === undefined ? [] : [[timestampName, latest.timestamp] as const]),
    ]);
  }

  /** The files of the latest version; undefined before the first one. */
  current(): CurrentFiles | undefined {
    return this.latest;
  }

  private renew(now: number): void {
    const due = now >= this.renewAt || this.keysVersion !== this.roots.keysVersion;
    if (this.latest !== undefined && due) this.publish(now);
  }

  private store(name: string, bytes: Uint8Array): string {
    this.files.set(name, bytes);
    return name;
  }

  private keepEdition(names: readonly string[]): void {
    this.editions.push(names);
    if (this.editions.length <= editionsKeptMax) return;
    const oldest = this.editions.shift() ?? [];
    const kept = new Set(this.editions.flat());
    for (const name of oldest) if (!kept.has(name)) this.files.delete(name);
  }
}

/** H1 */
function servedName({ role, version }: TargetsFile): string {
  return fileName(uptaneProfile, { role: 'targets', delegated: role === 'targets' ? undefined : role, version });
}
