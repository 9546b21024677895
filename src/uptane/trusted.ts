// Owns: the metadata that an ECU trusts between updates. An immutable value: verification returns a new one, its owner
// stores it as a whole or not at all. What is stored was verified before, so reading it back judges form only.
import { fail, ok, type Result } from '../core/result.ts';
import { decodeMetadata } from './decodeMetadata.ts';
import type { Metadata, RepositoryName, RoleName, Root, Signed, Snapshot, Targets, Timestamp } from './metadata.ts';

/** Of one repository. */
export interface TrustedRepository {
  readonly root: Signed<Root>;
  readonly timestamp?: Signed<Timestamp>;
  readonly snapshot?: Signed<Snapshot>;
  readonly targets?: Signed<Targets>;
}

/** Both repositories; a partially verifying ECU knows the Director alone. L1 L2 */
export interface TrustedMetadata {
  readonly director: TrustedRepository;
  readonly image?: TrustedRepository;
}

const roles: readonly RoleName[] = ['root', 'timestamp', 'snapshot', 'targets'];

/** The files to store, by `director/targets.json` and the like. */
export function trustedFiles(trusted: TrustedMetadata): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const repository of ['director', 'image'] as const) {
    for (const role of roles) {
      const file: Signed<Metadata> | undefined = trusted[repository]?.[role];
      if (file !== undefined) files.set(`${repository}/${role}.json`, file.bytes);
    }
  }
  return files;
}

/** Versions by the same names. */
export function trustedVersions(trusted: TrustedMetadata): Readonly<Record<string, number>> {
  const versions: Record<string, number> = {};
  for (const repository of ['director', 'image'] as const) {
    for (const role of roles) {
      const file: Signed<Metadata> | undefined = trusted[repository]?.[role];
      if (file !== undefined) versions[`${repository}/${role}`] = file.body.version;
    }
  }
  return versions;
}

function restoreRepository(
  name: RepositoryName,
  files: ReadonlyMap<string, Uint8Array>,
): Result<TrustedRepository | undefined, string> {
  const restored: Record<string, Signed<Metadata>> = {};
  for (const role of roles) {
    const bytes = files.get(`${name}/${role}.json`);
    if (bytes === undefined) continue;
    const file = decodeMetadata(role, bytes);
    if (!file.ok) return fail(`${name}/${role}.json: ${file.fault.message}`);
    restored[role] = file.value;
  }
  return ok(restored.root === undefined ? undefined : (restored as unknown as TrustedRepository));
}

/** The trusted metadata of stored files, or one line on what is wrong with them. */
export function restoreTrusted(files: ReadonlyMap<string, Uint8Array>): Result<TrustedMetadata, string> {
  const director = restoreRepository('director', files);
  if (!director.ok) return director;
  if (director.value === undefined) return fail('director/root.json is missing');
  const image = restoreRepository('image', files);
  if (!image.ok) return image;
  return ok({ director: director.value, ...(image.value !== undefined && { image: image.value }) });
}
