// Owns: which metadata files a Secondary needs: those of the verified set that its mode reads, and the roots that follow the
// one it trusts. M8 M9
import type { EcuStorage } from '../ecu/storage.ts';
import type { ResponseBodies } from '../messages/codec.ts';
import { roleFile } from '../uptane/metadata.ts';
import type { TrustedMetadata, TrustedRepository } from '../uptane/trusted.ts';

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

/** The files by the names under which the Secondary's verification asks for them. */
export function bundleFor(
  mode: 'full' | 'partial',
  welcome: ResponseBodies['welcome'],
  trusted: TrustedMetadata,
  storage: EcuStorage,
): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  if (mode === 'partial') {
    const { targets } = trusted.director;
    if (targets !== undefined) files.set('director/targets.json', targets.bytes);
    return files;
  }
  addRepository(files, 'director', trusted.director, welcome.directorRootVersion, storage);
  if (trusted.image !== undefined) addRepository(files, 'image', trusted.image, welcome.imageRootVersion, storage);
  return files;
}

function addRepository(
  files: Map<string, Uint8Array>,
  name: 'director' | 'image',
  { root, timestamp, snapshot, targets }: TrustedRepository,
  knownRoot: number,
  storage: EcuStorage,
): void {
  for (let version = knownRoot + 1; version <= root.body.version; version += 1) {
    const file = `${name}/${version}.${roleFile('root')}`;
    const bytes = storage.read(rootsFolder + file);
    if (bytes !== undefined) files.set(file, bytes);
  }
  if (timestamp !== undefined) files.set(`${name}/${roleFile('timestamp')}`, timestamp.bytes);
  if (snapshot !== undefined) files.set(`${name}/${snapshot.body.version}.${roleFile('snapshot')}`, snapshot.bytes);
  if (targets !== undefined) files.set(`${name}/${targets.body.version}.${roleFile('targets')}`, targets.bytes);
}
