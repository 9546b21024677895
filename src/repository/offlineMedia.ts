// Owns: writing updates without a network (PURE-2): the Director's offline roles, and the whole media with both repositories' files.
// For which ECU an offline image is: src/uptane/verification/offlineAssignment.ts. Where files are on the media: src/uptane/verification/offlineMedia.ts.
import { fail, ok, type Result } from '../core/result.ts';
import { hashFunctions } from '../crypto/hashes.ts';
import { decodeMetadata } from '../uptane/decode/metadata.ts';
import { type RepositoryName, storedImageName, type Target } from '../uptane/model/metadata.ts';
import { type FileName, fileName, uptaneProfile } from '../uptane/model/profile.ts';
import type { SigningKey } from '../uptane/signing/keys.ts';
import { signMetadata } from '../uptane/signing/sign.ts';
import { mediaImageName, mediaMetadataName, type OfflineMedia } from '../uptane/verification/offlineMedia.ts';
import { describe, type Edition, imageEntry, type ListedImage, signedPart } from './roles/writeMetadata.ts';

/** An image that the Director wants installed: on these ECUs, or where it names none on all of the hardware that it is made for. */
export interface OfflineImage extends ListedImage {
  readonly ecus?: Target['ecus'];
}

/** OU1 OU2: offline Targets, for a fleet. */
export function writeOfflineTargets(
  edition: Edition,
  images: readonly OfflineImage[],
  keys: readonly SigningKey[],
): Uint8Array {
  const entries = images.map((image): [string, object] => [
    image.filename,
    imageEntry(image, image.ecus === undefined ? {} : { ecuIdentifiers: Object.fromEntries(image.ecus) }),
  ]);
  return signMetadata(signedPart('offline-targets', edition, { targets: Object.fromEntries(entries) }), keys);
}

/** OU1: the offline Snapshot. `targets`: undefined revokes every offline update. */
export function writeOfflineSnapshot(
  edition: Edition,
  targets: { readonly version: number; readonly bytes: Uint8Array } | undefined,
  keys: readonly SigningKey[],
): Uint8Array {
  const meta = targets === undefined ? {} : { 'offline-targets.json': describe(targets) };
  return signMetadata(signedPart('offline-snapshot', edition, { meta }), keys);
}

/** What media are made of. */
export interface OfflineSources {
  /** A metadata file of a repository, by its name there. */
  file(repository: RepositoryName, name: string): Uint8Array | undefined;
  /** An image of the Image repository, by its stored name. H2 */
  image(storedName: string): Uint8Array | undefined;
  readonly offlineSnapshot: Uint8Array;
  readonly offlineTargets: Uint8Array;
}

/** OU3: the files of the media, or in one line what is missing or unreadable. */
export function writeOfflineMedia(sources: OfflineSources): Result<OfflineMedia, string> {
  const media = new Map<string, Uint8Array>();
  for (const repository of ['director', 'image'] as const) {
    for (let version = 1; ; version += 1) {
      const file: FileName = { role: 'root', version };
      const bytes = sources.file(repository, fileName(uptaneProfile, file));
      if (bytes === undefined) break;
      media.set(mediaMetadataName(uptaneProfile, repository, file), bytes);
    }
  }
  const put = (role: 'snapshot' | 'targets', bytes: Uint8Array) =>
    media.set(mediaMetadataName(uptaneProfile, 'director', { role, offline: true, version: undefined }), bytes);
  put('snapshot', sources.offlineSnapshot);
  put('targets', sources.offlineTargets);
  const image = addImageMetadata(media, sources);
  if (!image.ok) return image;
  const images = addImages(media, sources);
  return images.ok ? ok(media) : images;
}

/** The latest Snapshot, and every Targets file that it lists. */
function addImageMetadata(media: Map<string, Uint8Array>, sources: OfflineSources): Result<void, string> {
  const at = { profile: uptaneProfile, repository: 'image' } as const;
  const read = (file: FileName) => {
    const name = fileName(uptaneProfile, file);
    return { name, bytes: sources.file('image', name) ?? new Uint8Array() };
  };
  const newest = read({ role: 'timestamp', version: undefined });
  const timestamp = decodeMetadata({ ...at, role: 'timestamp' }, newest.bytes);
  if (!timestamp.ok) return fail(`image/${newest.name}: ${timestamp.fault.message}`);
  const listed = read({ role: 'snapshot', version: timestamp.value.body.snapshot.version });
  const snapshot = decodeMetadata({ ...at, role: 'snapshot' }, listed.bytes);
  if (!snapshot.ok) return fail(`image/${listed.name}: ${snapshot.fault.message}`);
  media.set(mediaMetadataName(uptaneProfile, 'image', { role: 'snapshot', version: undefined }), listed.bytes);
  for (const [name, { version }] of snapshot.value.body.meta) {
    const role = name.slice(0, -'.json'.length);
    const file: FileName = { role: 'targets', delegated: role === 'targets' ? undefined : role, version };
    const { name: stored, bytes } = read(file);
    if (bytes.length === 0) return fail(`image/${stored} is missing`);
    media.set(mediaMetadataName(uptaneProfile, 'image', file), bytes);
  }
  return ok();
}

/** Every image that the offline Targets list. */
function addImages(media: Map<string, Uint8Array>, sources: OfflineSources): Result<void, string> {
  const at = { profile: uptaneProfile, repository: 'director', role: 'targets', offline: true } as const;
  const targets = decodeMetadata(at, sources.offlineTargets);
  if (!targets.ok) return fail(`director/offline-targets.json: ${targets.fault.message}`);
  for (const target of targets.value.body.targets.values()) {
    const hashes = hashFunctions.flatMap((name) => target.hashes[name] ?? []);
    const bytes = hashes
      .map((hash) => sources.image(storedImageName(target.filename, hash)))
      .find((found) => found !== undefined);
    if (bytes === undefined) return fail(`the Image repository does not store ${target.filename}`);
    media.set(mediaImageName(target), bytes);
  }
  return ok();
}
