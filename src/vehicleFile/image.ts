// Owns: the form of an image in vehicle and scenario files, with what it declares of itself.
import { z } from 'zod';
import { checkDeclaration, type Dependency } from '../repository/release.ts';
import { counter, filename, name, size, versionRange } from './fields.ts';

export const imageSchema = z.strictObject({ filename, size, releaseCounter: counter });

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

export const declaringImageSchema = imageSchema.extend({ release: release.optional() });

export type MadeImage = z.output<typeof imageSchema>;
