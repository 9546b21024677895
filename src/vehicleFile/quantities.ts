// Owns: sizes and durations in scenario and vehicle files: a number, or a number with a unit, between two bounds. Does not know what is
// measured.
import * as z from 'zod';
import { didYouMean } from '../core/nearest.ts';
import { KIB, MIB } from '../core/units.ts';
import { givenText } from './source/valueWords.ts';

interface Unit {
  /** As it is written in messages. */
  readonly name: string;
  readonly factor: number;
  /** Other spellings; in lower case where capital letters say nothing. */
  readonly also: readonly string[];
}

interface Measure {
  readonly units: readonly Unit[];
  /** Whether capital letters say nothing: in sizes they tell bits from bytes. */
  readonly anyCase: boolean;
}

/** What is binary says so; `kB`, `MB` and `GB` are 1000, 1000² and 1000³ bytes. */
const bytes: Measure = {
  anyCase: false,
  units: [
    { name: 'B', factor: 1, also: ['byte', 'bytes'] },
    { name: 'kB', factor: 1000, also: ['KB'] },
    { name: 'KiB', factor: KIB, also: ['kiB', 'kib', 'KIB'] },
    { name: 'MB', factor: 1e6, also: [] },
    { name: 'MiB', factor: MIB, also: ['mib', 'MIB'] },
    { name: 'GB', factor: 1e9, also: [] },
    { name: 'GiB', factor: 1024 * MIB, also: ['gib', 'GIB'] },
  ],
};

const timesUs: readonly Unit[] = [
  { name: 'us', factor: 1, also: ['\u00b5s', '\u03bcs', 'usec', 'microsecond', 'microseconds'] },
  { name: 'ms', factor: 1000, also: ['msec', 'millisecond', 'milliseconds'] },
  { name: 's', factor: 1e6, also: ['sec', 'secs', 'second', 'seconds'] },
  { name: 'min', factor: 60e6, also: ['mins', 'minute', 'minutes'] },
  { name: 'h', factor: 3600e6, also: ['hr', 'hour', 'hours'] },
  { name: 'd', factor: 86_400e6, also: ['day', 'days'] },
];
const microseconds: Measure = { anyCase: true, units: timesUs };
const milliseconds: Measure = {
  anyCase: true,
  units: timesUs.map((unit) => ({ ...unit, factor: unit.factor / 1000 })),
};

const form = /^(\d{1,16}(?:\.\d{1,9})?) *([A-Za-z\u00b5\u03bc]{1,16})$/;

function unitOf({ units, anyCase }: Measure, given: string): Unit | undefined {
  const text = anyCase ? given.toLowerCase() : given;
  return units.find(({ name, also }) => name === text || also.includes(text));
}

/** In the largest unit of which it is a whole number. */
function inUnits({ units }: Measure, amount: number): string {
  const whole = units.filter(({ factor }) => factor >= 1 && amount % factor === 0);
  const { name, factor } = whole.at(-1) ?? { name: '', factor: 1 };
  return amount === 0 ? '0' : `${amount / factor}${/^.?i?B$/.test(name) ? ' ' : ''}${name}`;
}

function quantity(measure: Measure, min: number, max: number, example: string) {
  const needed = `${example}, from ${inUnits(measure, min)} to ${inUnits(measure, max)},`;
  return z.codec(z.union([z.number(), z.string()]).meta({ needed }), z.number(), {
    decode(value, { issues }) {
      const [, digits = '', given = ''] = form.exec(String(value).trim()) ?? [];
      const factor = unitOf(measure, given)?.factor ?? Number.NaN;
      const exact = typeof value === 'number' ? value : Number(digits) * factor;
      const amount = typeof value === 'number' ? value : Math.round(exact);
      const isLost = amount === 0 && exact > 0;
      if (Number.isSafeInteger(amount) && amount >= min && amount <= max && !isLost) return amount;
      const names = measure.units.map(({ name }) => name);
      const isUnknown = given !== '' && Number.isNaN(factor);
      const unitText = isUnknown ? didYouMean(given, names) || `: the units are ${names.join(', ')}` : '';
      const why = isLost ? `: less than 1 ${measure.units.find((unit) => unit.factor === 1)?.name}` : unitText;
      const message = `${needed} is needed, not ${givenText(value)}${why}`;
      issues.push({ code: 'custom', message, input: value });
      return z.NEVER;
    },
    encode: (amount) => amount,
  });
}

/** Bytes. */
export function sizeBetween(min: number, max: number) {
  return quantity(bytes, min, max, 'a size such as 24 KiB');
}

/** Milliseconds. */
export function durationUpTo(max: number, example: string) {
  return durationBetween(0, max, example);
}

/** Milliseconds. */
export function durationBetween(min: number, max: number, example: string) {
  return quantity(milliseconds, min, max, example);
}

/** Microseconds. */
export function microsecondsUpTo(max: number) {
  return quantity(microseconds, 0, max, 'a duration such as 50us or 2ms');
}
