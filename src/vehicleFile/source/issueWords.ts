// Owns: what is told of an issue that zod finds: in words of our own, with what was given. Must not know files.
import type * as z from 'zod';
import { didYouMean } from '../../core/nearest.ts';
import { type RawIssue, type Told, tellUnknown } from './told.ts';
import { tellUnion } from './unionWords.ts';
import {
  allowedWords,
  boundsOf,
  defOf,
  givenText,
  innerOf,
  neededText,
  numberText,
  rangeText,
  typedText,
  wordsOf,
} from './valueWords.ts';

type Schema = z.core.$ZodType;

/** In the place of one issue; more than one for several unknown fields. */
export function tellIssue(issue: RawIssue): readonly Told[] {
  if (issue.code === 'unrecognized_keys') return tellUnknown(issue.keys, Object.keys(shapeOf(issue.inst)));
  if (issue.code === 'invalid_union') return tellUnion(issue);
  const isMissing = issue.input === undefined;
  return [{ path: [], rank: isMissing ? 'missing' : 'wrong', text: text(issue) }];
}

function shapeOf(schema: unknown): object {
  return (schema as { readonly shape?: object } | undefined)?.shape ?? {};
}

/** The schema that has found it: of a check, the one that it belongs to. */
function schemaOf({ schema, inst }: RawIssue): Schema | undefined {
  return (schema ?? inst) as Schema | undefined;
}

function text(issue: RawIssue): string {
  const schema = schemaOf(issue);
  const needed = schema === undefined ? 'another value' : neededText(schema);
  const { input } = issue;
  if (input === undefined) return `it is missing: ${without(needed)} is needed`;
  if (issue.code === 'invalid_key' || issue.code === 'invalid_element') {
    return issue.issues[0]?.message ?? `${needed} is needed`;
  }
  if (issue.code === 'too_small' || issue.code === 'too_big') return outOfRange(issue, schema);
  if (issue.code === 'not_multiple_of') return `a multiple of ${issue.divisor} is needed, not ${givenText(input)}`;
  if (issue.code === 'invalid_value') {
    return `${needed} is needed, not ${plainText(input)}${typeof input === 'string' && schema !== undefined ? didYouMean(input, allowedWords(innerOf(schema))) : ''}`;
  }
  if (issue.code === 'invalid_type') return `${needed} is needed, not ${typedText(input)}${quotesHint(schema, input)}`;
  return `${needed} is needed, not ${givenText(input)}`;
}

/** Without the comma that ends a range. */
function without(needed: string): string {
  return needed.replace(/,$/, '');
}

/** A word among words stands without quotes. */
function plainText(value: unknown): string {
  return typeof value === 'string' && /^[\w.+/-]{1,40}$/.test(value) ? value : givenText(value);
}

/** YAML takes `5` for a number and `'5'` for text. */
function quotesHint(schema: Schema | undefined, value: unknown): string {
  const type = schema === undefined ? '' : defOf(innerOf(schema)).type;
  if (type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return ': put it in quotes';
  const isNumber = typeof value === 'string' && /^-?(\d+(\.\d+)?|0x[\da-f]+)$/i.test(value);
  return type === 'number' && isNumber ? ': leave the quotes out' : '';
}

function outOfRange(issue: RawIssue & { readonly code: 'too_small' | 'too_big' }, schema: Schema | undefined): string {
  const { input, origin } = issue;
  const words = wordsOf(schema);
  if (words.needed !== undefined) return `${words.needed} is needed, not ${givenText(input)}`;
  const found = schema === undefined ? { min: undefined, max: undefined } : boundsOf(schema);
  const bounds =
    found.min === undefined && found.max === undefined
      ? {
          min: issue.code === 'too_small' ? Number(issue.minimum) : undefined,
          max: issue.code === 'too_big' ? Number(issue.maximum) : undefined,
        }
      : found;
  const range = rangeText(bounds, words);
  if (issue.inclusive === false) {
    const edge = issue.code === 'too_small' ? `more than ${issue.minimum}` : `less than ${issue.maximum}`;
    return `${edge} is needed, not ${givenText(input)}`;
  }
  if (Array.isArray(input)) {
    const exact = schema !== undefined && defOf(schema).type === 'tuple' ? String(defOf(schema).items?.length) : range;
    return `${exact} entries are needed, not ${input.length}`;
  }
  if (typeof input === 'string') return `${range} characters are needed, not ${input.length}`;
  if (typeof input === 'number') return `${range} is needed, not ${numberText(input, words)}`;
  return `${range} is needed of this ${origin}`;
}
