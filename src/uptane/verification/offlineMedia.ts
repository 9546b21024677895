// Owns: where files are on the media of an update without a network, and answering a verification from them. OU3
// Roots, Targets and delegated Targets have the names that their repository gives them; the Snapshots, of which nothing there tells
// the version, and the offline Targets have none in theirs. Must not judge what it hands over.
import { hashFunctions } from '../../crypto/hashes.ts';
import { type RepositoryName, storedImageName, type Target } from '../model/metadata.ts';
import { type FileName, fileName, type Profile } from '../model/profile.ts';
import type { MetadataAnswer, MetadataRequest } from './procedure.ts';

/** Every file of the media by its path. */
export type OfflineMedia = ReadonlyMap<string, Uint8Array>;

/** Such as `director/offline-targets.json` or `image/3.targets.json`. */
export function mediaMetadataName(profile: Profile, repository: RepositoryName, file: FileName): string {
  return `${repository}/${fileName(profile, file)}`;
}

/** `images/HASH.FILENAME`, by the first hash that is listed. H2 */
export function mediaImageName({ filename, hashes }: Pick<Target, 'filename' | 'hashes'>): string {
  const hash = hashFunctions.map((name) => hashes[name]).find((value) => value !== undefined);
  return `images/${storedImageName(filename, hash ?? '')}`;
}

/** The answer to a verification's request: at most one byte past its bound. */
export function answerFromMedia(profile: Profile, media: OfflineMedia, request: MetadataRequest): MetadataAnswer {
  return media.get(mediaMetadataName(profile, request.repository, request))?.subarray(0, request.bytesMax + 1);
}

/** An image, at most one byte past its listed length; `checkImage` judges it. P6 */
export function imageFromMedia(media: OfflineMedia, target: Target): Uint8Array | undefined {
  return media.get(mediaImageName(target))?.subarray(0, target.length + 1);
}
