// Owns: reading the delegations of a Targets file. E
import { signaturesMax } from '../../core/limits.ts';
import { notAsExpected, readArray, readInteger, readObject, readString } from '../json/jsonReader.ts';
import type { JsonObject, JsonValue } from '../json/strictJson.ts';
import { delegatedPathsMax, delegationHardwareIdsMax, patternCharsMax } from '../limits.ts';
import type { DelegatedRole, Delegation, Delegations, SuccinctRoles } from '../model/metadata.ts';
import type { Profile } from '../model/profile.ts';
import { readName } from './fields.ts';
import { readKeys, readRoleKeys } from './keys.ts';

const topLevelRoles: ReadonlySet<string> = new Set(['root', 'timestamp', 'snapshot', 'targets']);

export function readDelegations(profile: Profile, value: JsonValue | undefined): Delegations {
  const object = readObject(value, 'delegations');
  const { roles, succinct_roles: succinct } = object;
  if ((roles === undefined) === (succinct === undefined)) {
    notAsExpected('delegations', 'either roles or succinct_roles is needed');
  }
  return {
    keys: readKeys(profile, object.keys, 'delegations.keys'),
    roles: roles === undefined ? [] : readRoles(profile, roles),
    succinct: succinct === undefined ? undefined : readSuccinct(profile, readObject(succinct, 'succinct_roles')),
  };
}

function readRoles(profile: Profile, value: JsonValue): readonly Delegation[] {
  const { delegations: delegationsMax, patternChars: charsMax } = profile.countMax;
  const roles = readArray(value, 'delegations.roles', delegationsMax).map((entry, index) =>
    readDelegation(profile, entry, `delegations.roles[${index}]`),
  );
  const names = roles.filter(({ roles }) => roles.length === 1).map(({ roles }) => roles[0]?.name);
  if (new Set(names).size !== names.length) notAsExpected('delegations.roles', 'a role appears twice');
  const patterns = roles.flatMap(({ paths }) => paths ?? []);
  if (patterns.reduce((sum, { length }) => sum + length + 1, 0) > charsMax) {
    notAsExpected('delegations.roles', `paths of at most ${charsMax} characters in all are needed`);
  }
  return roles;
}

function readDelegation(profile: Profile, value: JsonValue, path: string): Delegation {
  const object = readObject(value, path);
  const texts = (name: string, max: number) =>
    object[name] === undefined
      ? undefined
      : readArray(object[name], `${path}.${name}`, max).map((text) =>
          readString(text, `${path}.${name}`, patternCharsMax),
        );
  const paths = texts('paths', delegatedPathsMax);
  const pathHashPrefixes = texts('path_hash_prefixes', delegatedPathsMax);
  if ((paths === undefined) === (pathHashPrefixes === undefined)) {
    notAsExpected(path, 'either paths or path_hash_prefixes is needed');
  }
  return {
    ...readTrusted(profile, object, path),
    paths,
    pathHashPrefixes,
    terminating: readTerminating(profile, object, path),
    hardwareIds: profile.strict ? texts('hardwareIds', delegationHardwareIdsMax) : undefined,
  };
}

/** A8: not terminating by default; TUF wants it said. */
function readTerminating(profile: Profile, object: JsonObject, path: string): boolean {
  const value = object.terminating ?? (profile.name === 'tuf' ? undefined : false);
  return typeof value === 'boolean' ? value : notAsExpected(`${path}.terminating`, 'true or false is needed');
}

/** One role, or in this project's own form several of which some must agree. A9 E4 */
function readTrusted(profile: Profile, object: JsonObject, path: string): Pick<Delegation, 'roles' | 'agreement'> {
  if (!profile.strict || object.roles === undefined) {
    return { roles: [readDelegatedRole(profile, object, path)], agreement: 1 };
  }
  const roles = readArray(object.roles, `${path}.roles`, signaturesMax).map((entry, index) =>
    readDelegatedRole(profile, readObject(entry, `${path}.roles[${index}]`), `${path}.roles[${index}]`),
  );
  const agreement = readInteger(object.agreement, `${path}.agreement`, 1);
  if (roles.length < 2 || agreement > roles.length)
    notAsExpected(path, 'two or more roles are needed, of which enough can agree');
  if (new Set(roles.map(({ name }) => name)).size !== roles.length) notAsExpected(path, 'a role appears twice');
  return { roles, agreement };
}

/** A delegated role that took the name of one of the four would take its file as well. */
function readDelegatedRole(profile: Profile, object: JsonObject, path: string): DelegatedRole {
  const name = readName(profile, object.name, `${path}.name`);
  if (topLevelRoles.has(name)) notAsExpected(`${path}.name`, 'a delegated role cannot have this name');
  return { name, ...readRoleKeys(profile, object, path) };
}

function readSuccinct(profile: Profile, object: JsonObject): SuccinctRoles {
  const bitLength = readInteger(object.bit_length, 'succinct_roles.bit_length', 1);
  if (bitLength > 32) notAsExpected('succinct_roles.bit_length', 'at most 32 is allowed');
  const namePrefix = readString(object.name_prefix, 'succinct_roles.name_prefix', patternCharsMax);
  return { ...readRoleKeys(profile, object, 'succinct_roles'), bitLength, namePrefix };
}
