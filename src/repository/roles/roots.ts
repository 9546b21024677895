// Owns: the chain of roots of one repository, and with it whose keys count today: rotation, renewal, ceremonies. C S3 Z1
import { InputError, type RemoteFault } from '../../core/faults.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import { refuse } from '../../uptane/checks/context.ts';
import { checkNextRoot, checkProvisionedRoot, signersOf } from '../../uptane/checks/root.ts';
import { faultText } from '../../uptane/model/faults.ts';
import type { RepositoryName, RoleName, Root, Signed } from '../../uptane/model/metadata.ts';
import { fileName, uptaneProfile } from '../../uptane/model/profile.ts';
import {
  atHand,
  canSign,
  checkHolders,
  type KeyHolder,
  type RoleHolders,
  type RootedRole,
  signersFrom,
  type Thresholds,
  thresholdOf,
} from './roleKeys.ts';
import { RoleSigners } from './roleSigners.ts';
import { rootBody, writeRoot } from './writeMetadata.ts';

/** New keys for some roles. A role whose keys change, and that has no threshold here, needs all of the new ones. */
export type KeyChange = { readonly [role in RootedRole]?: readonly KeyHolder[] } & { readonly thresholds?: Thresholds };

/** The next root while it is being signed. */
export interface NextRoot {
  readonly change: KeyChange;
  readonly holders: RoleHolders;
  readonly signers: RoleSigners;
}

interface RootsParts {
  readonly signatures: Signatures;
  readonly repository: RepositoryName;
  readonly holders: RoleHolders;
  /** Roles that must be able to sign at any time. */
  readonly online: readonly RoleName[];
  /** Seconds. */
  readonly validity: number;
  /** Seconds since 1970. */
  readonly now: number;
}

const roleNames: readonly RootedRole[] = [
  'root',
  'timestamp',
  'snapshot',
  'targets',
  'offline-snapshot',
  'offline-targets',
  'timeserver',
];

export class Roots {
  /** Version 1. */
  readonly first: Uint8Array;
  private readonly parts: RootsParts;
  private readonly files = new Map<string, Uint8Array>();
  private latest: Signed<Root>;
  private current: RoleHolders;
  private changedIn = 1;

  /** Writes version 1, for which its own keys must be at hand. Throws an InputError. */
  constructor(parts: RootsParts) {
    const { holders, validity, now, signatures, repository } = parts;
    this.parts = parts;
    this.checkAll(holders);
    this.first = writeRoot({ version: 1, expires: now + validity }, holders, atHand(holders.root));
    const first = checkProvisionedRoot({ signatures, profile: uptaneProfile, repository }, this.first);
    if (!first.ok) throw new InputError(`the first root: ${faultText(first.fault)}`);
    this.latest = first.value;
    this.current = holders;
    this.files.set('1.root.json', this.first);
  }

  get holders(): RoleHolders {
    return this.current;
  }

  get latestRoot(): Signed<Root> {
    return this.latest;
  }

  /** The version of the root that last changed a key. */
  get keysVersion(): number {
    return this.changedIn;
  }

  /** A root by its name; all of them are kept. H1 */
  file(name: string): Uint8Array | undefined {
    return this.files.get(name);
  }

  /** Every root by its name, the oldest first. */
  get all(): ReadonlyMap<string, Uint8Array> {
    return this.files;
  }

  /** The next root, to be signed by a threshold of the root keys before and of those it names. Throws an InputError. S3 */
  draft(change: KeyChange, now: number): NextRoot {
    const { thresholds, ...keys } = change;
    const { current, latest, parts } = this;
    const unchanged = Object.entries(current.thresholds ?? {}).filter(([role]) => !Object.hasOwn(keys, role));
    const holders = { ...current, ...keys, thresholds: { ...Object.fromEntries(unchanged), ...thresholds } };
    this.checkAll(holders);
    const edition = { version: latest.body.version + 1, expires: now + parts.validity };
    const groups = [signersOf(latest.body, 'root'), signersFrom(holders.root, thresholdOf(holders, 'root'))];
    return { change, holders, signers: new RoleSigners(parts.signatures, rootBody(edition, holders), groups) };
  }

  /** Takes the next root, judged as a vehicle does. S2 S3 S4 */
  accept({ holders, signers }: NextRoot): Result<void, RemoteFault> {
    const { signatures, repository } = this.parts;
    const file = fileName(uptaneProfile, { role: 'root', version: this.latest.body.version + 1 });
    const at = { signatures, profile: uptaneProfile, repository, role: 'root', now: undefined, file };
    const bytes = signers.file();
    if (bytes === undefined) {
      const message = `${signers.missing()} more signatures of root keys are needed`;
      return refuse(at, { clause: 'S3', code: 'threshold-unmet', message });
    }
    const next = checkNextRoot(at, this.latest, bytes);
    if (!next.ok) return next;
    this.files.set(file, bytes);
    if (keysText(this.current) !== keysText(holders)) this.changedIn = next.value.body.version;
    this.latest = next.value;
    this.current = holders;
    return ok();
  }

  /** The next root, signed by the keys at hand. Without a change it is the same one with a later expiry. */
  rotate(change: KeyChange, now: number): Result<void, RemoteFault> {
    const next = this.draft(change, now);
    next.signers.addAtHand([...this.current.root, ...next.holders.root]);
    return this.accept(next);
  }

  private checkAll(holders: RoleHolders): void {
    for (const role of roleNames) {
      const keys = holders[role];
      if (keys !== undefined) checkHolders(role, keys, thresholdOf(holders, role));
    }
    for (const role of this.parts.online) {
      if (!canSign(holders[role], thresholdOf(holders, role))) {
        throw new InputError(`role ${role}: it signs online, and too few of its keys are at hand`);
      }
    }
  }
}

function keysText(holders: RoleHolders): string {
  const role = (name: RootedRole) => [thresholdOf(holders, name), holders[name]?.map(({ keyId }) => keyId)];
  return JSON.stringify(roleNames.map(role));
}
