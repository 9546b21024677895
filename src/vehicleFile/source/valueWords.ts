// Owns: the words for what a member must be, read from its zod schema, and for what was given. None of the text is zod's.
// Must not know files.
import type * as z from 'zod';
import { printable } from '../../core/text.ts';

type Schema = z.core.$ZodType;

/** What a schema may say of itself by `.meta()`. */
export interface Words {
  /** In the place of what its type says, such as `a size such as 24 KiB, from 0 to 64 MiB,`. */
  readonly needed?: string;
  /** Numbers that people write in hexadecimal: CAN ids. */
  readonly hex?: boolean;
}

export interface Bounds {
  readonly min: number | undefined;
  readonly max: number | undefined;
}

const textShownMax = 40;
/** Words of a list are all named up to here. */
const wordsShownMax = 24;

export function wordsOf(schema: Schema | undefined): Words {
  return ((schema as z.ZodType | undefined)?.meta?.() ?? {}) as Words;
}

/** `a, b or c`. */
export function anyOf(words: readonly string[]): string {
  const shown = words.length > wordsShownMax ? [...words.slice(0, wordsShownMax), 'others'] : words;
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} or ${last}`;
}

/** What was given, as it is called in a message. */
export function givenText(value: unknown): string {
  if (typeof value === 'string') return `\`${printable(value, textShownMax)}\``;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value === undefined || value === null) return 'nothing';
  return Array.isArray(value) ? 'a list' : 'a map';
}

/** The same where its type is what is wrong. */
export function typedText(value: unknown): string {
  return typeof value === 'string' ? `text ${givenText(value)}` : givenText(value);
}

interface CheckDef {
  readonly check?: string;
  readonly value?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly length?: number;
}

function checkDefs(schema: Schema): readonly CheckDef[] {
  const own = schema._zod.def as CheckDef & {
    readonly checks?: readonly { readonly _zod: { readonly def: CheckDef } }[];
  };
  return [own, ...(own.checks ?? []).map(({ _zod }) => _zod.def)];
}

/** The least and the most of a number, or of how long a text or a list is. What every whole number keeps to is no bound. */
export function boundsOf(schema: Schema): Bounds {
  let min: number | undefined;
  let max: number | undefined;
  for (const { check, value, minimum, maximum, length } of checkDefs(schema)) {
    if (check === 'greater_than') min = value;
    if (check === 'less_than') max = value;
    if (check === 'min_length' || check === 'min_size') min = minimum;
    if (check === 'max_length' || check === 'max_size') max = maximum;
    if (check === 'length_equals') [min, max] = [length, length];
  }
  return { min, max };
}

function isWhole(schema: Schema): boolean {
  return (schema as { readonly isInt?: boolean }).isInt === true;
}

export function numberText(value: number, { hex }: Words): string {
  return hex && Number.isSafeInteger(value) && value > 9 ? `${value} (0x${value.toString(16)})` : String(value);
}

/** `1 to 16`, `1 or more`, `at most 16`, or nothing. */
export function rangeText({ min, max }: Bounds, words: Words = {}): string {
  if (min !== undefined && min === max) return numberText(min, words);
  if (min !== undefined && max !== undefined) return `${numberText(min, words)} to ${numberText(max, words)}`;
  if (min !== undefined) return `${numberText(min, words)} or more`;
  return max === undefined ? '' : `at most ${numberText(max, words)}`;
}

interface Def {
  readonly type: string;
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly options?: readonly Schema[];
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly items?: readonly Schema[];
}

export function defOf(schema: Schema): Def {
  return schema._zod.def as unknown as Def;
}

/** The schema within defaults, options and transformations. */
export function innerOf(schema: Schema): Schema {
  const { innerType, in: before } = defOf(schema);
  const inner = innerType ?? before;
  return inner === undefined ? schema : innerOf(inner);
}

/** What an enumeration or a literal allows. */
export function allowedWords(schema: Schema): readonly string[] {
  const { values, entries } = defOf(schema);
  return [...(values ?? []), ...Object.values(entries ?? {})].map(String);
}

/** What is needed where this schema stands, so that `... is needed` may follow. */
export function neededText(outer: Schema): string {
  const own = wordsOf(outer).needed;
  if (own !== undefined) return own;
  const schema = innerOf(outer);
  const words = wordsOf(schema);
  if (words.needed !== undefined) return words.needed;
  const { type, options = [], items = [] } = defOf(schema);
  const range = rangeText(boundsOf(schema), words);
  const ranged = (what: string, unit = '') =>
    range === '' ? what : `${what}${unit === '' ? ', ' : ' of '}${range}${unit === '' ? ',' : ` ${unit}`}`;
  if (type === 'string') return ranged('text', 'characters');
  if (type === 'number' || type === 'int') return ranged(isWhole(schema) ? 'a whole number' : 'a number');
  if (type === 'boolean') return 'true or false';
  if (type === 'enum' || type === 'literal') return anyOf(allowedWords(schema));
  if (type === 'array') return ranged('a list', 'entries');
  if (type === 'tuple') return `a list of ${items.length} entries`;
  if (type === 'object' || type === 'record') return 'a map (`name: value`)';
  if (type === 'union') return anyOf([...new Set(options.map(neededText))]);
  return 'another value';
}
