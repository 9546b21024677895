// Owns: the wire form of what a Targets role leaves to others. E. Judged by the decoder that vehicles use, before anybody signs it.
import { InputError } from '../../core/faults.ts';
import { readDelegations } from '../../uptane/decode/delegations.ts';
import { reading } from '../../uptane/json/jsonReader.ts';
import type { JsonObject, JsonValue } from '../../uptane/json/strictJson.ts';
import { uptaneProfile } from '../../uptane/model/profile.ts';
import type { KeyHolder } from '../roles/roleKeys.ts';
import { writeKeys, writeRoleKeys } from '../roles/writeMetadata.ts';

/** A role that is trusted with images. */
export interface Delegatee {
  readonly name: string;
  readonly holders: readonly KeyHolder[];
  /** All of them, if it is not given. */
  readonly threshold?: number;
  /** Its first metadata, where too few of its keys are at hand to write one. */
  readonly signedTargets?: Uint8Array;
}

/** A delegation to be made. */
export interface NewDelegation {
  /** The role that delegates; `targets` if it is not given. E1 */
  readonly from?: string;
  /** One role; several make it a multi-role delegation, of which `agreement` must say the same. A9 */
  readonly to: readonly Delegatee[];
  readonly agreement?: number;
  readonly paths: readonly string[];
  /** A8: no, if it is not given. */
  readonly terminating?: boolean;
  /** E5: any, if it is not given. */
  readonly hardwareIds?: readonly string[];
  /** How many of the others come before it; all, if it is not given. E2 */
  readonly position?: number;
}

/** The `delegations` member of a Targets file. */
export interface WireDelegations {
  readonly keys: JsonObject;
  readonly roles: readonly JsonObject[];
}

export const noDelegations: WireDelegations = { keys: {}, roles: [] };

function wireRole({ name, holders, threshold = holders.length }: Delegatee): JsonObject {
  return { name, ...writeRoleKeys(holders, threshold) };
}

/** Keys are JSON, although their type does not say so. */
function wireKeys(holders: readonly KeyHolder[]): JsonObject {
  return writeKeys(holders) as unknown as JsonObject;
}

function wireDelegation({ to, agreement, paths, terminating = false, hardwareIds }: NewDelegation): JsonObject {
  const [first, ...others] = to.map(wireRole);
  if (first === undefined) throw new InputError('a delegation needs a role');
  const multiRole = { roles: [first, ...others], agreement: agreement ?? to.length };
  const hardware = hardwareIds === undefined ? {} : { hardwareIds: [...hardwareIds] };
  return { ...(others.length === 0 ? first : multiRole), paths: [...paths], terminating, ...hardware };
}

/** The roles that one delegation trusts, on the wire. */
function trustedRoles(delegation: JsonObject): readonly JsonObject[] {
  return Array.isArray(delegation.roles) ? (delegation.roles as JsonObject[]) : [delegation];
}

/** The names of all roles that are trusted. */
export function delegateesOf({ roles }: WireDelegations): readonly string[] {
  return roles.flatMap(trustedRoles).map(({ name }) => String(name));
}

/** Without the keys that no delegation names any more; throws an InputError where a vehicle would not read it. */
function judged(keys: JsonObject, roles: readonly JsonObject[]): WireDelegations {
  const used = new Set(roles.flatMap(trustedRoles).flatMap(({ keyids }) => keyids as JsonValue[]));
  const kept = Object.fromEntries(Object.entries(keys).filter(([id]) => used.has(id)));
  const read = reading(() => readDelegations(uptaneProfile, { keys: kept, roles: [...roles] }));
  if (!read.ok) throw new InputError(read.fault);
  return { keys: kept, roles };
}

/** With one more delegation. E2 E3 */
export function withDelegation({ keys, roles }: WireDelegations, added: NewDelegation): WireDelegations {
  const { position = roles.length } = added;
  if (!Number.isSafeInteger(position) || position < 0 || position > roles.length) {
    throw new InputError(`a position from 0 to ${roles.length} is needed, not ${position}`);
  }
  return judged(
    { ...keys, ...wireKeys(added.to.flatMap(({ holders }) => holders)) },
    roles.toSpliced(position, 0, wireDelegation(added)),
  );
}

/** Without the delegations that trust `name`. */
export function withoutRole({ keys, roles }: WireDelegations, name: string): WireDelegations {
  return judged(
    keys,
    roles.filter((delegation) => trustedRoles(delegation).every((role) => role.name !== name)),
  );
}

/** With other keys wherever `delegatee` is trusted. */
export function withKeysOf({ keys, roles }: WireDelegations, delegatee: Delegatee): WireDelegations {
  const rekeyed = (role: JsonObject) => (role.name === delegatee.name ? { ...role, ...wireRole(delegatee) } : role);
  const changed = roles.map((delegation) =>
    Array.isArray(delegation.roles)
      ? { ...delegation, roles: trustedRoles(delegation).map(rekeyed) }
      : rekeyed(delegation),
  );
  return judged({ ...keys, ...wireKeys(delegatee.holders) }, changed);
}
