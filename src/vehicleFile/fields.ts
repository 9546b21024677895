// Owns: the fields that scenario and vehicle files are made of: names, sizes, durations, times. Does not know what stands in them.
import * as z from 'zod';
import { baseIdMax } from '../bus/frame/checkFrame.ts';
import { remoteFaultCodes } from '../core/faults.ts';
import { filenameCharsMax, filenamePartBytesMax, imageBytesMax, versionRangeCharsMax } from '../core/limits.ts';
import { formatUtc, parseUtc } from '../core/utc.ts';
import { isRange } from '../repository/images/release.ts';
import { isImageFilename } from '../uptane/decode/fields.ts';
import { durationUpTo, sizeBetween } from './quantities.ts';
import { givenText } from './source/valueWords.ts';

/** Names are members of objects here and there: none may be one that every object has. */
export const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,47}$/)
  .refine((text) => !(text in Object.prototype), 'this name is not allowed')
  .meta({ needed: 'a name of 1 to 48 letters, digits, ".", "_" and "-", the first a letter or a digit,' });

export const minute = 60_000;
export const day = 86_400_000;
/** Bytes, as `24 KiB` or a number. */
export const size = sizeBetween(0, imageBytesMax);
/** Milliseconds, as `3s` or a number, on the run's own clock. */
export const duration = (max: number) => durationUpTo(max, 'a duration such as 500ms or 3s');
/** On the calendar. */
export const age = durationUpTo(3650 * day, 'a duration such as 31d');
/** The last start: what is written from then on still expires in four-digit years. */
const startMax = parseUtc('2999-12-31T23:59:59Z') ?? 0;
const timeForm = 'a time such as 2026-06-01T08:00:00Z, of the years 1970 to 2999,';
export const time = z.codec(z.string().meta({ needed: timeForm }), z.int().min(0).max(startMax), {
  decode(value, { issues }) {
    const seconds = parseUtc(value);
    if (seconds !== undefined && seconds >= 0 && seconds <= startMax) return seconds;
    issues.push({ code: 'custom', message: `${timeForm} is needed, not ${givenText(value)}`, input: value });
    return z.NEVER;
  },
  // zod encodes for a try what it has not checked yet
  encode: (seconds) => (seconds >= 0 && seconds <= startMax ? formatUtc(seconds) : String(seconds)),
});
export const filename = z
  .string()
  .refine((text) => isImageFilename(text) && !text.includes('/'))
  .meta({ needed: `a plain file name without folders, of 1 to ${filenamePartBytesMax} bytes,` });
export const code = z.enum(remoteFaultCodes).meta({ needed: 'a fault code (docs/fault-codes.md)' });
export const clause = z
  .string()
  .regex(/^[A-Z]{1,2}\d{1,2}(\.\d)?$/)
  .meta({ needed: 'a clause id such as P7' });
export const counter = z.int().min(0);
export const canId = z.int().min(0).max(baseIdMax).meta({ hex: true });

/** By names, of which there may be so many. */
export function mapOf<Value extends z.ZodType>(value: Value, what: string, max: number) {
  return z.record(name, value).refine((map) => Object.keys(map).length <= max, {
    error: ({ input }) => `0 to ${max} ${what} are needed, not ${Object.keys(input as object).length}`,
  });
}

const vinChars = 17;

/** ISO 3779: no letter that is easily taken for a digit. */
export const vin = z
  .string()
  .regex(/^[A-HJ-NPR-Z0-9]{17}$/, { error: ({ input }) => vinText(String(input)) })
  .meta({ needed: `a VIN of ${vinChars} capital letters and digits` });

function vinText(text: string): string {
  const index = text.search(/[^A-HJ-NPR-Z0-9]/);
  const odd = text[index];
  const why =
    odd === undefined
      ? ''
      : `: ${/[IOQ]/i.test(odd) ? 'I, O and Q do not occur in a VIN; ' : ''}character ${index + 1} is ${givenText(odd).replaceAll('`', '')}`;
  const length = text.length === vinChars ? '' : `, not of ${text.length}`;
  return `a VIN of ${vinChars} capital letters and digits is needed${length}${why}`;
}

/** A share of all, or a probability. */
export const share = z.number().min(0).max(1);

/** Of image names: `*`, `?` and `[...]` as in a shell. */
export const filenamePattern = z.string().min(1).max(filenameCharsMax);
export const versionRange = z
  .string()
  .refine((text) => isRange(text))
  .meta({ needed: `a range of versions such as ^2.1.0, of at most ${versionRangeCharsMax} characters,` });
export const trustedFile = z
  .string()
  .regex(/^(director|image)\/(root|timestamp|snapshot|targets)$/)
  .meta({ needed: 'director or image, a "/", and root, timestamp, snapshot or targets, such as director/root,' });
