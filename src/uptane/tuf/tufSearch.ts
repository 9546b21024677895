// Owns: TUF's search for a target through delegations, 5.6.7: pre-order and depth-first. Uptane's differs (delegations.ts): there
// a terminating role's own delegations are not searched, and several roles may have to agree.
import type { RemoteFault } from '../../core/faults.ts';
import { delegatedRolesVisitedMax } from '../../core/limits.ts';
import { ok, type Result } from '../../core/result.ts';
import { refuse } from '../checks/context.ts';
import { applicable } from '../checks/delegation.ts';
import type { DelegatedRole, PublicKey, Target, Targets } from '../model/metadata.ts';
import { tufProfile } from '../model/profile.ts';
import type { TufProcedure, TufVerifier } from './tufProcedure.ts';
import { followTargets, type TufTrust } from './tufRefresh.ts';

/** A role to visit, with the keys of the delegator that leads to it: another delegator may name others. */
interface Visit {
  readonly role: DelegatedRole;
  readonly keys: ReadonlyMap<string, PublicKey>;
}

/**
 * The most trusted role's word on a target, out of a repository just refreshed. Asks only for roles that it visits, at most 32.
 * `target-missing` where none of them lists it; a role that cannot be verified ends the search.
 */
export function* findTarget(
  client: TufVerifier,
  { root, snapshot, targets }: TufTrust,
  filename: string,
): TufProcedure<Result<Target, RemoteFault>> {
  const at = { role: 'targets', file: filename };
  const visited = new Set<string>();
  let waiting: readonly Visit[] = [];
  let current = targets;
  for (;;) {
    const target = current.targets.get(filename);
    if (target !== undefined) return usable(target);
    const { visits, terminated } = delegatedFrom(current, filename);
    waiting = [...visits, ...(terminated ? [] : waiting)].filter(({ role }) => !visited.has(role.name));
    const [next, ...others] = waiting;
    if (next === undefined)
      return refuse(at, { clause: 'W7', code: 'target-missing', message: 'no role lists this target' });
    if (visited.size === delegatedRolesVisitedMax) {
      const message = `not listed by the first ${delegatedRolesVisitedMax} delegated roles, and no more are searched`;
      return refuse(at, { clause: 'W6', code: 'delegations-too-deep', indicates: 'endless-data', message });
    }
    visited.add(next.role.name);
    waiting = others;
    const file = yield* followTargets(client, root, snapshot, next.role.name, next);
    if (!file.ok) return file;
    current = file.value;
  }
}

/** The roles that a file leaves the target to, in its order, as far as the first terminating one. */
function delegatedFrom({ delegations }: Targets, filename: string) {
  const visits: Visit[] = [];
  if (delegations === undefined) return { visits, terminated: false };
  for (const { roles, terminating } of applicable(tufProfile, delegations, { filename, hardwareIds: [] })) {
    visits.push(...roles.map((role) => ({ role, keys: delegations.keys })));
    if (terminating) return { visits, terminated: true };
  }
  return { visits, terminated: false };
}

/** A target of which no hash can be checked is of no use. */
function usable(target: Target): Result<Target, RemoteFault> {
  if (Object.keys(target.hashes).length > 0) return ok(target);
  const at = { role: 'targets', file: target.filename };
  const message = 'it is listed without a hash of a known function';
  return refuse(at, { clause: 'D2', code: 'malformed', indicates: 'arbitrary-installation', message });
}
