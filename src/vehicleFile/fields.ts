// Owns: the fields that scenario and vehicle files are made of: names, sizes, durations, times. Does not know what stands in them.
import { z } from 'zod';
import { remoteFaultCodes } from '../core/faults.ts';
import { filenameCharsMax, imageBytesMax } from '../core/limits.ts';
import { KIB, MIB } from '../core/units.ts';
import { formatUtc, parseUtc } from '../core/utc.ts';
import { isRange } from '../repository/release.ts';
import { isImageFilename } from '../uptane/decode/fields.ts';

/** Names are members of objects here and there: none may be one that every object has. */
export const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,47}$/, 'a name of letters, digits, ".", "_" and "-" is needed')
  .refine((text) => !(text in Object.prototype), 'this name is not allowed');

const units: Readonly<Record<string, number>> = { B: 1, KiB: KIB, MiB: MIB };
const durations: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** In the largest unit of which it is a whole number. */
function inUnits(table: Readonly<Record<string, number>>, amount: number): string {
  const [unit, factor] = Object.entries(table).findLast(([, factor]) => amount % factor === 0) ?? ['', 1];
  return `${amount / factor}${unit}`;
}

function quantity(table: Readonly<Record<string, number>>, max: number, example: string) {
  const form = new RegExp(`^(\\d+(?:\\.\\d+)?) ?(${Object.keys(table).join('|')})$`);
  return z.codec(z.union([z.number(), z.string()]), z.number(), {
    decode(value, { issues }) {
      const [, digits = '', unit = ''] = form.exec(String(value)) ?? [];
      const amount = typeof value === 'number' ? value : Math.round(Number(digits) * (table[unit] ?? Number.NaN));
      if (Number.isSafeInteger(amount) && amount >= 0 && amount <= max) return amount;
      const message = `${example} is needed, at most ${inUnits(table, max)}`;
      issues.push({ code: 'custom', message, input: value });
      return z.NEVER;
    },
    encode: (amount) => amount,
  });
}

/** Bytes, as `24 KiB` or a number. */
export const size = quantity(units, imageBytesMax, 'a size such as 24 KiB');
/** Milliseconds, as `3s` or a number, on the run's own clock. */
export const duration = (max: number) => quantity(durations, max, 'a duration such as 500ms or 3s');
/** Microseconds, as `50us` or a number, on the run's own clock. */
export const microseconds = (max: number) =>
  quantity({ us: 1, ms: 1000, s: 1e6 }, max, 'a duration such as 50us or 2ms');
export const minute = 60_000;
export const day = 86_400_000;
/** On the calendar. */
export const age = quantity(durations, 3650 * day, 'a duration such as 31d');
/** The last start: what is written from then on still expires in four-digit years. */
const startMax = parseUtc('2999-12-31T23:59:59Z') ?? 0;
export const time = z.codec(z.string(), z.int().min(0).max(startMax), {
  decode(value, { issues }) {
    const seconds = parseUtc(value);
    if (seconds !== undefined && seconds <= startMax) return seconds;
    issues.push({ code: 'custom', message: 'a time such as 2026-06-01T08:00:00Z is needed', input: value });
    return z.NEVER;
  },
  // zod encodes for a try what it has not checked yet
  encode: (seconds) => (seconds >= 0 && seconds <= startMax ? formatUtc(seconds) : String(seconds)),
});
export const filename = z
  .string()
  .refine((text) => isImageFilename(text) && !text.includes('/'), 'a plain file name without folders is needed');
export const code = z.enum(remoteFaultCodes);
export const clause = z.string().regex(/^[A-Z]{1,2}\d{1,2}(\.\d)?$/, 'a clause id such as P7 is needed');
export const counter = z.int().min(0);
export const canId = z.int().min(0).max(0x7ff);

/** A share of all, or a probability. */
export const share = z.number().min(0).max(1);

/** Of image names: `*`, `?` and `[...]` as in a shell. */
export const filenamePattern = z.string().min(1).max(filenameCharsMax);
export const versionRange = z.string().refine((text) => isRange(text), 'a range of versions such as ^2.1.0 is needed');
export const trustedFile = z
  .string()
  .regex(/^(director|image)\/(root|timestamp|snapshot|targets)$/, 'a file such as director/root is needed');
