// Owns: one thing that is told of a value: where in it, how much it explains of the rest, and the words. Must not know what is checked.
import type * as z from 'zod';
import { didYouMean } from '../../core/nearest.ts';
import { anyOf } from './valueWords.ts';

/** An issue as zod hands it out to be worded: with what was given, and the schema. */
export type RawIssue = z.core.$ZodRawIssue;

/** A field that is not known explains one that is missing: it is told first. */
export const ranks = ['unknown', 'wrong', 'missing'] as const;

export interface Told {
  /** From the value that is judged. */
  readonly path: readonly PropertyKey[];
  readonly rank: (typeof ranks)[number];
  readonly text: string;
}

/** Fields told of one map: a file with more of them is a file of another kind. */
const unknownToldMax = 20;
/** Names are listed where they are few. */
const namesListedMax = 20;

/** Of each field the name that was meant, or those that there are. */
export function tellUnknown(
  keys: readonly string[],
  names: readonly string[],
  listedNames: readonly string[] = names,
): readonly Told[] {
  return keys.slice(0, unknownToldMax).map((key) => {
    const meant = didYouMean(key, names);
    const isShort = listedNames.length > 0 && listedNames.length <= namesListedMax;
    const listed = isShort ? `; it may be ${anyOf(listedNames)}` : '';
    return { path: [key], rank: 'unknown', text: `there is no such field${meant || listed}` };
  });
}
