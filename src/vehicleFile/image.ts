// Owns: the form of an image in vehicle and scenario files, with what it declares of itself.
import * as z from 'zod';
import { releaseDependenciesMax, versionRangeCharsMax } from '../core/limits.ts';
import { type Dependency, isVersion } from '../repository/images/release.ts';
import { counter, filename, mapOf, name, size, versionRange } from './fields.ts';
import { withUnits } from './withUnits.ts';

const image = z.strictObject({ filename, size, releaseCounter: counter });
const units = { size: 'sizeBytes' } as const;

export const imageSchema = withUnits(image, units);

/** Ranges of versions by product. */
const versionRanges = mapOf(versionRange, 'products', releaseDependenciesMax);

const version = z
  .string()
  .refine((text) => isVersion(text))
  .meta({ needed: `a version such as 2.1.0, of at most ${versionRangeCharsMax} characters,` });

/** What an image declares of itself, and of images that other ECUs must, or must not, run beside it. J7 */
const release = z.strictObject({
  product: name,
  version,
  requires: versionRanges.default({}),
  conflicts: versionRanges.default({}),
});

/** The same as repositories have it. */
export function dependenciesOf(ranges: Readonly<Record<string, string>>): readonly Dependency[] {
  return Object.entries(ranges).map(([product, range]) => ({ product, range }));
}

const declaringImage = image.extend({ release: release.optional() });
export const declaringImageSchema = withUnits(declaringImage, units);

/**
 * `supplier`: by whose word it is genuine; the Image repository's own when omitted. `bytesOf`: an earlier image of the same ECU, whose
 * bytes are released again.
 */
const publishedImage = withUnits(
  declaringImage.extend({ supplier: name.optional(), bytesOf: filename.optional() }),
  units,
);
export const publishedImagesSchema = z
  .record(name, publishedImage)
  .refine((images) => Object.keys(images).length > 0, 'an image is needed');

export type MadeImage = z.output<typeof imageSchema>;
export type PublishedImage = z.output<typeof publishedImage>;
