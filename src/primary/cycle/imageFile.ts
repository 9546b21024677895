// Owns: an image as it is downloaded and kept: the one file that ECUs share, or one that is encrypted for a single ECU.
import type { ImageBytes } from '../../uptane/checks/image.ts';
import { storedImageName, type Target } from '../../uptane/model/metadata.ts';

/** What is downloaded: by name, length and hashes. An encrypted one the Primary checks by those, and cannot read. M6 D7 */
export interface ImageFile extends ImageBytes {
  /** Its name at the repository. H2 */
  readonly storedName: string;
  /** Its key in the image store. The length belongs to it: what was made for another length never gets complete. */
  readonly key: string;
}

/** The file that one of the image's ECUs is to be given. */
export function imageFileFor(target: Target, serial: string): ImageFile {
  const encrypted = target.ecus.get(serial)?.encrypted;
  const { filename, length, hashes } = encrypted ?? target;
  const hash = hashes.sha256 ?? hashes.sha512 ?? '';
  const storedName = encrypted === undefined ? storedImageName(filename, hash) : filename;
  return { filename: target.filename, length, hashes, storedName, key: `${filename}#${length}#${hash}` };
}
