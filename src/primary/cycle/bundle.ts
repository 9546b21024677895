// Owns: which metadata files a Secondary needs: those of the verified set that its mode reads, and the roots that follow the
// one it trusts. M8 M9
import type { VerificationMode } from '../../ecu/identity.ts';
import type { EcuStorage } from '../../ecu/storage.ts';
import type { ResponseBodies } from '../../messages/codec.ts';
import { hardwareOf, targetOf } from '../../uptane/checks/match.ts';
import type { RepositoryName } from '../../uptane/model/metadata.ts';
import { type FileName, fileName, uptaneProfile } from '../../uptane/model/profile.ts';
import { ImageSearch } from '../../uptane/verification/delegations.ts';
import { type EcuContext, runProcedure } from '../../uptane/verification/procedure.ts';
import type { TrustedMetadata, TrustedRepository } from '../../uptane/verification/trusted.ts';

const rootsFolder = 'roots/';

/** Stores the roots of the chain that verified, so that Secondaries can follow it. */
export function keepRoots(
  storage: EcuStorage,
  fetched: ReadonlyMap<string, Uint8Array>,
  trusted: TrustedMetadata,
): void {
  const kept = new Map<string, Uint8Array>();
  for (const repository of ['director', 'image'] as const) {
    const latest = trusted[repository]?.root.body.version ?? 0;
    for (let version = 1; version <= latest; version += 1) {
      const name = `${repository}/${version}.root.json`;
      const bytes = fetched.get(name);
      if (bytes !== undefined) kept.set(rootsFolder + name, bytes);
    }
  }
  if (kept.size > 0) storage.write(kept);
}

/** The files by the names under which the Secondary's verification asks for them. `delegated`: the roles that its image needs. */
export function bundleFor(
  mode: VerificationMode,
  welcome: ResponseBodies['welcome'],
  trusted: TrustedMetadata,
  delegated: ReadonlySet<string>,
  storage: EcuStorage,
): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  if (mode !== 'full') {
    const { root, targets } = trusted.director;
    if (mode === 'partial+root') addRoots(files, 'director', root.body.version, welcome.directorRootVersion, storage);
    if (targets !== undefined) files.set('director/targets.json', targets.bytes);
    return files;
  }
  addRoots(files, 'director', trusted.director.root.body.version, welcome.directorRootVersion, storage);
  addOnlineRoles(files, 'director', trusted.director, delegated);
  if (trusted.image === undefined) return files;
  addRoots(files, 'image', trusted.image.root.body.version, welcome.imageRootVersion, storage);
  addOnlineRoles(files, 'image', trusted.image, delegated);
  return files;
}

/** The roots after the one that the Secondary knows. */
function addRoots(
  files: Map<string, Uint8Array>,
  name: RepositoryName,
  latest: number,
  known: number,
  storage: EcuStorage,
): void {
  for (let version = known + 1; version <= latest; version += 1) {
    const file = `${name}/${version}.root.json`;
    const bytes = storage.read(rootsFolder + file);
    if (bytes !== undefined) files.set(file, bytes);
  }
}

function addOnlineRoles(
  files: Map<string, Uint8Array>,
  name: RepositoryName,
  { timestamp, snapshot, targets, delegated: all }: TrustedRepository,
  delegated: ReadonlySet<string>,
): void {
  const add = (file: FileName, bytes: Uint8Array) => files.set(`${name}/${fileName(uptaneProfile, file)}`, bytes);
  if (timestamp !== undefined) add({ role: 'timestamp', version: undefined }, timestamp.bytes);
  if (snapshot !== undefined) add({ role: 'snapshot', version: snapshot.body.version }, snapshot.bytes);
  if (targets !== undefined) add({ role: 'targets', version: targets.body.version }, targets.bytes);
  for (const [role, { body, bytes }] of all ?? []) {
    if (delegated.has(role)) add({ role: 'targets', delegated: role, version: body.version }, bytes);
  }
}

/**
 * The delegated roles that a search for the image of `serial` visits. All that it asks for was verified just now: it is searched
 * again to see which.
 */
export function delegatedRolesFor(serial: string, context: EcuContext, trusted: TrustedMetadata): ReadonlySet<string> {
  const target = trusted.director.targets && targetOf(trusted.director.targets.body, serial);
  const { image } = trusted;
  if (target === undefined || image?.targets === undefined) return new Set();
  const search = new ImageSearch({ ...context, notices: [] }, image, { ...image, targets: image.targets });
  runProcedure(search.find({ filename: target.filename, hardwareIds: hardwareOf(target) }), () => undefined);
  return new Set(search.loaded.keys());
}
