// Owns: the bytes that are signed: RFC 8785 canonical JSON, which this project writes, and OLPC canonical JSON, which TUF's
// implementations write. They differ on control characters, numbers that are no integers, and the order of astral keys.
// aktualizr's own stands in aktualizrJson.ts: it needs numbers that are read exactly.
import canonicalize from 'canonicalize';
import { equalBytes, utf8 } from '../../core/bytes.ts';
import type { JsonObject, JsonValue } from './strictJson.ts';

/** Half of a pair, as a text without the flag `u` has it. */
const surrogate = /[\ud800-\udfff]/;

/** The forms of a value whose numbers are plain ones. */
export type CanonicalForm = 'rfc8785' | 'olpc';

/** The RFC 8785 form of a JSON value, in UTF-8. Throws on what is no JSON value: that is a bug of the caller. */
export function canonicalJson(value: unknown): Uint8Array {
  const text = orderedText(value) ?? canonicalize(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return utf8(text);
}

/**
 * The text of a value whose members stand in order already, as in all that was signed in this form: JSON.stringify writes numbers and
 * strings as RFC 8785 asks, in a fraction of the time. Undefined where only the whole procedure tells.
 */
function orderedText(value: unknown): string | undefined {
  if (!isOrdered(value)) return undefined;
  const text = JSON.stringify(value);
  // What half of a surrogate pair becomes, which has no canonical form.
  return text.includes('\\ud') ? undefined : text;
}

/** Whether a value is of plain data alone, the members of each object in UTF-16 order. */
function isOrdered(value: unknown): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.every(isOrdered);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return false;
  const members = value as Readonly<Record<string, unknown>>;
  let last = '';
  for (const key of Object.keys(members)) {
    const member = members[key];
    if (key < last || !(member === undefined || isOrdered(member))) return false;
    last = key;
  }
  return true;
}

/** The OLPC form in UTF-8, or undefined for a value that has none: it knows no numbers but integers. */
export function olpcJson(value: JsonValue): Uint8Array | undefined {
  const text = olpcText(value);
  return text === undefined ? undefined : utf8(text);
}

const inEither: Readonly<Record<CanonicalForm, (value: JsonValue) => Uint8Array | undefined>> = {
  rfc8785: canonicalJson,
  olpc: olpcJson,
};

/** The value in each of these forms that it has, without repeats. */
export function canonicalForms(value: JsonValue, forms: readonly CanonicalForm[]): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const form of forms) {
    const bytes = inEither[form](value);
    if (bytes !== undefined && !found.some((other) => equalBytes(other, bytes))) found.push(bytes);
  }
  return found;
}

function olpcText(value: JsonValue): string | undefined {
  if (typeof value === 'string') return olpcString(value);
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  if (value === null || typeof value === 'boolean') return String(value);
  const isArray = Array.isArray(value);
  const members = isArray ? value.map(olpcText) : olpcMembers(value as JsonObject);
  if (members.includes(undefined)) return undefined;
  return isArray ? `[${members.join(',')}]` : `{${members.join(',')}}`;
}

function olpcMembers(object: JsonObject): readonly (string | undefined)[] {
  const keys = Object.keys(object).sort();
  // Node's own order is UTF-16's; comparing all keys in another way takes longer than all the rest.
  if (keys.some((key) => surrogate.test(key))) keys.sort(byCodePoint);
  return keys.map((key) => {
    const text = olpcText(object[key] ?? null);
    return text === undefined ? undefined : `${olpcString(key)}:${text}`;
  });
}

/** Only the quote and the backslash are escaped; everything else, line ends included, stands as it is. */
function olpcString(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** The order of the texts' UTF-8. UTF-16 order, which is RFC 8785's, puts characters beyond U+FFFF before some below. */
export function byCodePoint(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at += 1) {
    const difference = rank(a.charCodeAt(at)) - rank(b.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Of a code unit: halves of surrogate pairs come after all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}
