// Owns: the bytes that aktualizr signs and hashes: jsoncpp's compact text. Members in the order of their UTF-8, all that is not ASCII
// as escapes, integers as they are, every other number with 17 digits. Differs from RFC 8785 wherever a text is not ASCII, or a number
// no integer of 53 bits.
import { utf8 } from '../../core/bytes.ts';
import { byCodePoint } from './canonicalJson.ts';
import type { ExactJson, ExactJsonObject, JsonValue } from './strictJson.ts';

/** Of an exact value: integers are bigint, so that `1` and `1.0` stay apart. */
export function aktualizrJson(value: ExactJson): Uint8Array {
  return utf8(textOf(value));
}

/** A value of our own making, whose whole numbers are meant as integers. */
export function exactJson(value: JsonValue): ExactJson {
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(exactJson);
  const exact: Record<string, ExactJson> = Object.create(null);
  for (const [member, part] of Object.entries(value)) if (part !== undefined) exact[member] = exactJson(part);
  return exact;
}

function textOf(value: ExactJson): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return doubleText(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  const object = value as ExactJsonObject;
  const members = Object.keys(object).toSorted(byCodePoint);
  return `{${members.map((member) => `${quoted(member)}:${textOf(object[member] ?? null)}`).join(',')}}`;
}

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** By UTF-16 code unit, so that what is beyond U+FFFF becomes a surrogate pair. The slash and DEL stand as they are. */
function quoted(text: string): string {
  const escaped = text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
    /["\\\u0000-\u001f\u0080-\uffff]/g,
    (unit) => shortEscapes[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${escaped}"`;
}

const significantDigits = 17;

/** C's `%.17g`, and `.0` behind what would pass for an integer. */
function doubleText(value: number): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (value === 0) return `${sign}0.0`;
  const { digits, exponent } = rounded(Math.abs(value));
  if (exponent < -4 || exponent >= significantDigits) {
    const places = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${pointed(digits, 1)}e${exponent < 0 ? '-' : '+'}${places}`;
  }
  const text =
    exponent < 0 ? `0.${'0'.repeat(-exponent - 1)}${digits}` : pointed(digits.padEnd(exponent + 1, '0'), exponent + 1);
  return `${sign}${text}${text.includes('.') ? '' : '.0'}`;
}

/** With the point behind so many digits, if any follow. */
function pointed(digits: string, whole: number): string {
  return digits.length === whole ? digits : `${digits.slice(0, whole)}.${digits.slice(whole)}`;
}

/** Digits without zeros at their end, and the power of ten of the first one. Half way between two it is the even one, as C has it. */
function rounded(value: number): { readonly digits: string; readonly exponent: number } {
  // More digits than can be half way by accident: the exact value of what is so has 18.
  const [mantissa = '', power = ''] = value.toExponential(100).replace('.', '').split('e');
  const [kept, rest] = [mantissa.slice(0, significantDigits), mantissa.slice(significantDigits)];
  const isOdd = Number(kept.at(-1)) % 2 === 1;
  const isUp = /^50*$/.test(rest) ? isOdd : rest >= '5';
  const digits = String(BigInt(kept) + (isUp ? 1n : 0n));
  // All nines become one digit more.
  const exponent = Number(power) + digits.length - significantDigits;
  return { digits: digits.replace(/0+$/, ''), exponent };
}
