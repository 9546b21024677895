// Owns: the form of an image in vehicle and scenario files, with what it declares of itself.
import { z } from 'zod';
import { checkDeclaration, type Dependency } from '../repository/release.ts';
import { counter, filename, name, size, versionRange } from './fields.ts';
import { withUnits } from './withUnits.ts';

const image = z.strictObject({ filename, size, releaseCounter: counter });
const units = { size: 'sizeBytes' } as const;

export const imageSchema = withUnits(image, units);

/** Ranges of versions by product. */
const versionRanges = z.record(name, versionRange);

/** What an image declares of itself, and of images that other ECUs must, or must not, run beside it. J7 */
const release = z
  .strictObject({
    product: name,
    version: z.string(),
    requires: versionRanges.default({}),
    conflicts: versionRanges.default({}),
  })
  .superRefine(({ product, version, requires, conflicts }, context) => {
    const ranges = { requires: dependenciesOf(requires), conflicts: dependenciesOf(conflicts) };
    const checked = checkDeclaration({ product, version, ...ranges });
    if (!checked.ok) context.addIssue({ code: 'custom', message: checked.fault });
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
