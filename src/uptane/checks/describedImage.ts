// Owns: whether two descriptions are of one image, wherever they come from: Targets, a listing, a flash bank, a version report.
// There is no other comparison: an ECU, its Primary and the Director would disagree on whether there is anything to install.

import type { Hashes, Target } from '../model/metadata.ts';
import { agreeingHashes } from './hashes.ts';

/** What tells an image from others. */
export interface DescribedImage {
  readonly filename: string;
  readonly length: number;
  readonly hashes: Hashes;
  /** Undefined where the description does not say: other makers' ECUs report none. */
  readonly releaseCounter?: number | undefined;
}

/** An image as Targets metadata lists it. Without a release counter it has the lowest one. */
export function imageOf({
  filename,
  length,
  hashes,
  mustMatch,
}: Pick<Target, 'filename' | 'length' | 'hashes' | 'mustMatch'>): DescribedImage & { readonly releaseCounter: number } {
  return { filename, length, hashes, releaseCounter: mustMatch.releaseCounter ?? 0 };
}

/** The same bytes under another name, or of another release, are another image: they are installed, reported and confirmed as such. */
export function isSameImage(a: DescribedImage, b: DescribedImage): boolean {
  const sayBoth = a.releaseCounter !== undefined && b.releaseCounter !== undefined;
  return (
    a.filename === b.filename &&
    a.length === b.length &&
    agreeingHashes(a.hashes, b.hashes) &&
    (!sayBoth || a.releaseCounter === b.releaseCounter)
  );
}
