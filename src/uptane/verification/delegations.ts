// Owns: W and X, the search for an image in the Image repository: the top-level Targets, then its delegations, as deep as needed.
// Lazy: a role that does not apply, or comes after the image was found, is never asked for.
import type { RemoteFault } from '../../core/faults.ts';
import { delegatedRolesVisitedMax, delegatedTargetsBytesMax } from '../../core/limits.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { faultAt, refuse } from '../checks/context.ts';
import { applicable, type Wanted } from '../checks/delegation.ts';
import { differingPart } from '../checks/match.ts';
import { checkTargets, targetsCap } from '../checks/targets.ts';
import { changedWithoutVersion } from '../checks/unchanged.ts';
import type { DelegatedRole, Delegation, PublicKey, Signed, Snapshot, Target, Targets } from '../model/metadata.ts';
import { type FileName, tolerates } from '../model/profile.ts';
import { checkContext, type Procedure, type Verifying } from './procedure.ts';
import { ifListed, ifSigned } from './storedFiles.ts';
import type { TrustedRepository, VerifiedRepository } from './trusted.ts';

/** Delegated Targets by the role's name. */
export type DelegatedTargets = ReadonlyMap<string, Signed<Targets>>;

/** The verified Image repository, and what was loaded of its delegated roles. */
export class ImageSearch {
  readonly ecu: Verifying;
  readonly targets: Targets;
  readonly loaded = new Map<string, Signed<Targets>>();
  /** By the Snapshot. */
  private readonly listed: Snapshot['meta'];
  private readonly stored: DelegatedTargets;
  private changed = false;
  private bytesLeft = delegatedTargetsBytesMax;

  /** `stored`: what was trusted before. */
  constructor(ecu: Verifying, stored: TrustedRepository, verified: VerifiedRepository) {
    this.ecu = ecu;
    this.stored = stored.delegated ?? new Map();
    this.listed = verified.snapshot?.body.meta ?? new Map();
    this.targets = verified.targets.body;
  }

  /** Policy 6: whether a file that was loaded has the version of a trusted one, and is not the same. */
  get hasChanged(): boolean {
    return this.changed;
  }

  /** What is trusted from now on: what was loaded, and of the rest what the Snapshot still lists, as far as there is room. */
  delegated(): DelegatedTargets {
    const kept = new Map(this.loaded);
    let { bytesLeft } = this;
    for (const [name, file] of this.stored) {
      if (kept.has(name) || !this.listed.has(`${name}.json`)) continue;
      bytesLeft -= file.bytes.length;
      if (bytesLeft < 0) break;
      kept.set(name, file);
    }
    return kept;
  }

  /** R10.1: the Image repository's word on an image. W1 to W7, X1 to X4 */
  *find(wanted: Wanted): Procedure<Result<Target, RemoteFault>> {
    const visit: Visit = { wanted, path: [], shared: { rolesLeft: delegatedRolesVisitedMax } };
    const found = yield* this.searchRole(visit, this.targets);
    if (!found.ok) return found;
    if (found.value !== undefined) return ok(found.value);
    // W7: nobody lists the image
    return fail(
      visit.shared.disagreement ?? notFound(wanted, 'R10.1', 'does not list the image that the Director wants'),
    );
  }

  /** W2 W4 W6, from one verified file: the image, or undefined where neither it nor its delegations have it. */
  private *searchRole(visit: Visit, file: Targets): Procedure<Result<Target | undefined, RemoteFault>> {
    // W2: this file lists it, which ends the search
    const listed = file.targets.get(visit.wanted.filename);
    if (listed !== undefined || file.delegations === undefined) return ok(listed);
    // W4: each delegation that is for this path and hardware, in their order
    const { keys } = file.delegations;
    for (const delegation of applicable(this.ecu.profile, file.delegations, visit.wanted)) {
      const found =
        delegation.roles.length > 1
          ? yield* this.searchMultiRole(visit, delegation, keys)
          : yield* this.searchDelegation(visit, delegation, delegation.roles[0], keys);
      if (!found.ok || found.value !== undefined) return found;
      // W3 A7: a terminating delegation whose role does not list it ends the search
      if (delegation.terminating) {
        return fail(
          visit.shared.disagreement ?? notFound(visit.wanted, 'W3', 'leaves the image to a role that does not list it'),
        );
      }
    }
    return ok(undefined);
  }

  /** W1 W6. A role on the way to itself has been searched; a terminating one is not searched past its own file. */
  private *searchDelegation(
    visit: Visit,
    delegation: Delegation,
    role: DelegatedRole | undefined,
    keys: ReadonlyMap<string, PublicKey>,
  ): Procedure<Result<Target | undefined, RemoteFault>> {
    if (role === undefined || visit.path.includes(role.name)) return ok(undefined);
    if (visit.shared.rolesLeft === 0) {
      const message = `more than ${delegatedRolesVisitedMax} delegated roles to search`;
      return refuse(roleFile(role.name), {
        clause: 'W6',
        code: 'delegations-too-deep',
        indicates: 'endless-data',
        message,
      });
    }
    visit.shared.rolesLeft -= 1;
    // W1: the role's file is there and passes V
    const file = yield* this.load(role, keys);
    if (!file.ok && this.isPassedOver(file.fault)) return ok(undefined);
    if (!file.ok) return file;
    if (delegation.terminating && delegation.roles.length === 1)
      return ok(file.value.body.targets.get(visit.wanted.filename));
    return yield* this.searchRole({ ...visit, path: [...visit.path, role.name] }, file.value.body);
  }

  private isPassedOver({ code }: RemoteFault): boolean {
    return code === 'expired' && tolerates(this.ecu.profile, 'expired-delegation');
  }

  /** W5: X1 to X4. A role that is missing or invalid does not count. */
  private *searchMultiRole(
    visit: Visit,
    delegation: Delegation,
    keys: ReadonlyMap<string, PublicKey>,
  ): Procedure<Result<Target | undefined, RemoteFault>> {
    // X1: every role's file is fetched and searched
    const words: Target[] = [];
    const faults: RemoteFault[] = [];
    for (const role of delegation.roles) {
      const found = yield* this.searchDelegation(visit, delegation, role, keys);
      if (found.ok && found.value !== undefined) words.push(found.value);
      if (!found.ok) faults.push(found.fault);
    }
    // What is wrong says more than what is not there.
    const fault = faults.find(({ code }) => code !== 'missing-file') ?? faults[0];
    // X2 X3: enough roles say the same; in the order of the roles, so that the first such group is the one with the earliest role
    const isSame = (a: Target, b: Target) => differingPart(this.ecu.profile, a, b) === undefined;
    const agreed = words.find((word) => words.filter((other) => isSame(word, other)).length >= delegation.agreement);
    // X4: no group is large enough, so the delegation gives no image
    if (agreed === undefined && (words.length > 0 || fault !== undefined)) {
      visit.shared.disagreement ??= fault ?? disagreement(visit.wanted, delegation);
    }
    return ok(agreed);
  }

  /** W1: the role's file, by V, under the keys of this very delegator. */
  private *load(
    role: DelegatedRole,
    keys: ReadonlyMap<string, PublicKey>,
  ): Procedure<Result<Signed<Targets>, RemoteFault>> {
    const signers = { role, keys };
    const listed = this.listed.get(`${role.name}.json`);
    const file: FileName = { role: 'targets', delegated: role.name, version: listed?.version };
    const at = checkContext(this.ecu, 'image', file);
    if (listed === undefined) {
      const message = 'the snapshot does not list this delegated role';
      return refuse(at, { clause: 'V2', code: 'missing-file', indicates: 'mix-and-match', message });
    }
    const loaded = ifSigned(this.ecu, this.loaded.get(role.name), signers);
    if (loaded !== undefined) return ok(loaded);
    const stored = this.stored.get(role.name);
    const known = ifSigned(this.ecu, ifListed(this.ecu.profile, stored, listed), signers);
    const bytesMax = targetsCap(this.ecu.profile, 'image', listed);
    const bytes = known?.bytes ?? (yield { repository: 'image', ...file, bytesMax });
    this.bytesLeft -= bytes?.length ?? 0;
    if (this.bytesLeft < 0) {
      const message = `more than ${delegatedTargetsBytesMax} bytes of delegated roles`;
      return refuse(at, { clause: 'V1', code: 'oversized', indicates: 'endless-data', message });
    }
    const checked = checkTargets({ ...at, signers, listed, trusted: stored?.body }, bytes);
    if (!checked.ok) return checked;
    const notice = changedWithoutVersion(at, 'V4', ifSigned(this.ecu, stored, signers), checked.value);
    if (notice !== undefined) {
      this.changed = true;
      this.ecu.notices.push(notice);
    }
    this.loaded.set(role.name, checked.value);
    return checked;
  }
}

/** One search, at one role of it. */
interface Visit {
  readonly wanted: Wanted;
  /** The delegated roles on the way from the top. */
  readonly path: readonly string[];
  /** By all branches of the search. `disagreement`: why the first multi-role delegation that applied gave nothing. */
  readonly shared: { rolesLeft: number; disagreement?: RemoteFault };
}

function roleFile(role: string) {
  return { repository: 'image', role, file: `${role}.json` } as const;
}

function notFound({ filename }: Wanted, clause: string, what: string): RemoteFault {
  const at = { repository: 'image', role: 'targets', file: filename } as const;
  const message = `the Image repository ${what}`;
  return faultAt(at, { clause, code: 'target-missing', indicates: 'arbitrary-installation', message });
}

function disagreement({ filename }: Wanted, { roles, agreement }: Delegation): RemoteFault {
  const names = roles.map(({ name }) => name).join(', ');
  const message = `${agreement} of ${names} must say the same of the image`;
  const at = { repository: 'image', role: 'targets', file: filename } as const;
  return faultAt(at, { clause: 'X4', code: 'roles-disagree', indicates: 'arbitrary-installation', message });
}
