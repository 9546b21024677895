// Owns: the metadata that an ECU trusts between updates. An immutable value: verification returns a new one, its owner
// stores it as a whole or not at all. What is stored was verified before, so reading it back judges form only.
import { fail, ok, type Result } from '../../core/result.ts';
import { decodeMetadata } from '../decode/metadata.ts';
import type {
  Metadata,
  OfflineRoleName,
  RepositoryName,
  RoleName,
  Root,
  Signed,
  Snapshot,
  Targets,
  Timestamp,
} from '../model/metadata.ts';
import { encodeRoleName, type Profile } from '../model/profile.ts';
import { type RepositoryMap, readRepositoryMap, writeRepositoryMap } from '../model/repositoryMap.ts';

/** Of one repository. */
export interface TrustedRepository {
  readonly root: Signed<Root>;
  readonly timestamp?: Signed<Timestamp>;
  readonly snapshot?: Signed<Snapshot>;
  readonly targets?: Signed<Targets>;
  /** Director: later Targets, which name no image for this ECU; what follows is held against them. P5 V4 */
  readonly 'passed-over-targets'?: Signed<Targets>;
  /** Delegated Targets by the role's name. */
  readonly delegated?: ReadonlyMap<string, Signed<Targets>>;
  /** Director: of the latest update without a network, or newer. OU1 OU5 */
  readonly 'offline-snapshot'?: Signed<Snapshot>;
  readonly 'offline-targets'?: Signed<Targets>;
}

/** Of which every role that it has is verified. */
export interface VerifiedRepository extends TrustedRepository {
  readonly targets: Signed<Targets>;
}

/** Both repositories; a partially verifying ECU knows the Director alone. L1 L2 */
export interface TrustedMetadata {
  readonly director: TrustedRepository;
  readonly image?: TrustedRepository;
  /** G1: given at manufacture to an ECU that verifies fully. Without one, both repositories sign every image. */
  readonly map?: RepositoryMap;
}

const repositories = ['director', 'image'] as const satisfies readonly RepositoryName[];
const decodedAs = {
  root: { role: 'root' },
  timestamp: { role: 'timestamp' },
  snapshot: { role: 'snapshot' },
  targets: { role: 'targets' },
  'passed-over-targets': { role: 'targets' },
  'offline-snapshot': { role: 'snapshot', offline: true },
  'offline-targets': { role: 'targets', offline: true },
} as const satisfies { readonly [name in RoleName | OfflineRoleName | 'passed-over-targets']: object };
const roles = Object.keys(decodedAs) as readonly (keyof typeof decodedAs)[];
const delegatedFolder = 'delegated/';
const mapFile = 'repository-map.json';

/** The files to store, by `director/targets.json` or `image/delegated/NAME.json` and the like. */
export function trustedFiles(trusted: TrustedMetadata): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  if (trusted.map !== undefined) files.set(mapFile, writeRepositoryMap(trusted.map));
  for (const repository of repositories) {
    for (const role of roles) {
      const file: Signed<Metadata> | undefined = trusted[repository]?.[role];
      if (file !== undefined) files.set(`${repository}/${role}.json`, file.bytes);
    }
    for (const [name, { bytes }] of trusted[repository]?.delegated ?? []) {
      files.set(`${repository}/${delegatedFolder}${encodeRoleName(name)}.json`, bytes);
    }
  }
  return files;
}

/** Versions by `director/targets`, a delegated role's by `image/NAME`. */
export function trustedVersions(trusted: TrustedMetadata): Readonly<Record<string, number>> {
  const versions: Record<string, number> = {};
  for (const repository of repositories) {
    for (const role of roles) {
      const file: Signed<Metadata> | undefined = trusted[repository]?.[role];
      if (file !== undefined) versions[`${repository}/${role}`] = file.body.version;
    }
    for (const [name, { body }] of trusted[repository]?.delegated ?? []) {
      versions[`${repository}/${name}`] = body.version;
    }
  }
  return versions;
}

function restoreRepository(
  profile: Profile,
  repository: RepositoryName,
  files: ReadonlyMap<string, Uint8Array>,
): Result<TrustedRepository | undefined, string> {
  const restored: Record<string, Signed<Metadata>> = {};
  const delegated = new Map<string, Signed<Targets>>();
  for (const [path, bytes] of files) {
    if (!path.startsWith(`${repository}/`) || !path.endsWith('.json')) continue;
    const name = path.slice(repository.length + 1, -'.json'.length);
    const role = roles.find((role) => role === name);
    if (role === undefined && !name.startsWith(delegatedFolder)) continue;
    const file = decodeMetadata({ profile, repository, ...decodedAs[role ?? 'targets'] }, bytes);
    if (!file.ok) return fail(`${path}: ${file.fault.message}`);
    if (role !== undefined) restored[role] = file.value;
    else delegated.set(decodeRoleName(name.slice(delegatedFolder.length)), file.value as Signed<Targets>);
  }
  if (restored.root === undefined) return ok(undefined);
  return ok({ ...(restored as unknown as TrustedRepository), ...(delegated.size > 0 && { delegated }) });
}

/** The inverse of `encodeRoleName`; a text that it never gave is taken as it is. */
function decodeRoleName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The trusted metadata of stored files, or one line on what is wrong with them. */
export function restoreTrusted(
  profile: Profile,
  files: ReadonlyMap<string, Uint8Array>,
): Result<TrustedMetadata, string> {
  const director = restoreRepository(profile, 'director', files);
  if (!director.ok) return director;
  if (director.value === undefined) return fail('director/root.json is missing');
  const image = restoreRepository(profile, 'image', files);
  if (!image.ok) return image;
  const bytes = files.get(mapFile);
  const map = bytes === undefined ? ok(undefined) : readRepositoryMap(bytes);
  if (!map.ok) return fail(`${mapFile}: ${map.fault}`);
  return ok({
    director: director.value,
    ...(image.value !== undefined && { image: image.value }),
    ...(map.value !== undefined && { map: map.value }),
  });
}
