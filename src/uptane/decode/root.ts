// Owns: reading Root. C

import { notAsExpected, readObject, readString } from '../json/jsonReader.ts';
import type { JsonObject } from '../json/strictJson.ts';
import { wordCharsMax } from '../limits.ts';
import type { OfflineRoleName, RepositoryName, RoleKeys, RoleName, Root } from '../model/metadata.ts';
import type { Profile } from '../model/profile.ts';
import { readKeys, readRoleKeys } from './keys.ts';

/** Without the members that every file has. */
export function readRoot(profile: Profile, repository: RepositoryName, signed: JsonObject) {
  const roles = readObject(signed.roles, 'roles');
  const needed = (name: RoleName): RoleKeys => readRoleKeys(profile, roles[name], `roles.${name}`);
  const optional = (name: RoleName | OfflineRoleName) =>
    roles[name] === undefined ? {} : { [name]: needed(name as RoleName) };
  const online = profile.directorSnapshot || repository === 'image';
  return {
    type: 'root',
    keys: readKeys(profile, signed.keys, 'keys'),
    roles: {
      root: needed('root'),
      targets: needed('targets'),
      ...(online ? { timestamp: needed('timestamp'), snapshot: needed('snapshot') } : {}),
      ...optional('offline-snapshot'),
      ...optional('offline-targets'),
    },
    timeserver: signed.timeserver === undefined ? undefined : readRoleKeys(profile, signed.timeserver, 'timeserver'),
    consistentSnapshot: readConsistentSnapshot(signed),
  } satisfies Omit<Root, 'version' | 'expires'>;
}

function readConsistentSnapshot(signed: JsonObject): boolean {
  const value = signed.consistent_snapshot ?? false;
  return typeof value === 'boolean' ? value : notAsExpected('consistent_snapshot', 'true or false is needed');
}

/** TUF: a file of another major version of the specification may mean something else. */
export function checkSpecVersion(profile: Profile, signed: JsonObject): void {
  if (profile.name !== 'tuf') return;
  const text = readString(signed.spec_version, 'spec_version', wordCharsMax);
  if (!/^1\.\d+(\.\d+)?$/.test(text)) notAsExpected('spec_version', 'a version 1.x is needed');
}
