// Owns: which of several allowed forms was most likely meant, and what is told of it. Must not know files.
import type * as z from 'zod';
import { didYouMean, nearest } from '../../core/nearest.ts';
import { type RawIssue, type Told, tellUnknown } from './told.ts';
import { allowedWords, anyOf, defOf, givenText, innerOf, neededText, typedText, wordsOf } from './valueWords.ts';

type Schema = z.core.$ZodType;
type Union = RawIssue & { readonly code: 'invalid_union' };
type Issue = z.core.$ZodIssue & { readonly told?: readonly Told[] };

/** What is told of an issue: our words for it where zod's form of it holds them, its message where a schema has one of its own. */
export function toldOf(issue: Issue): readonly Told[] {
  const told = issue.told ?? [{ path: [], rank: 'wrong' as const, text: issue.message }];
  return told.map(({ path, ...rest }) => ({ ...rest, path: [...issue.path, ...path] }));
}

interface Branch {
  readonly schema: Schema;
  readonly issues: readonly Issue[];
  /** The members that it may have. */
  readonly names: readonly string[];
}

export function tellUnion(issue: Union): readonly Told[] {
  const schema = issue.inst as Schema;
  const { input } = issue;
  if ('discriminator' in issue && issue.discriminator !== undefined)
    return tellKind(issue, schema, issue.discriminator);
  const wrong = (text: string): readonly Told[] => [
    { path: [], rank: input === undefined ? 'missing' : 'wrong', text },
  ];
  const needed = neededText(schema);
  if (input === undefined) return wrong(`it is missing: ${needed.replace(/,$/, '')} is needed`);
  const branches = (issue.errors as readonly (readonly Issue[])[]).map((issues, index): Branch => {
    const option = innerOf(defOf(schema).options?.[index] ?? schema);
    return { schema: option, issues, names: namesOf(option) };
  });
  const possible = branches.filter(({ issues }) => !issues.some(isOtherType));
  const [only] = possible;
  const isMap = typeof input === 'object' && input !== null && !Array.isArray(input);
  if (only !== undefined && possible.length === 1) return only.issues.flatMap(toldOf);
  if (!isMap || only === undefined || wordsOf(schema).needed !== undefined) {
    const given = only === undefined ? typedText(input) : givenText(input);
    return wrong(`${needed} is needed, not ${given}${wordMeant(input, branches)}`);
  }
  return tellMap(Object.keys(input), possible);
}

/** It is no map, or no text, at all. */
function isOtherType({ code, path }: Issue): boolean {
  return code === 'invalid_type' && path.length === 0;
}

function namesOf(schema: Schema): readonly string[] {
  return Object.keys((schema as { readonly shape?: object }).shape ?? {});
}

/** The members that it must have. */
function needs(schema: Schema): readonly string[] {
  const { shape = {} } = schema as { readonly shape?: Readonly<Record<string, Schema>> };
  return Object.keys(shape).filter((key) => shape[key]?._zod.optin !== 'optional');
}

function wordMeant(input: unknown, branches: readonly Branch[]): string {
  if (typeof input !== 'string') return '';
  return didYouMean(
    input,
    branches.flatMap(({ schema }) => allowedWords(schema)),
  );
}

/** The member by which the forms differ names none of them. */
function tellKind(
  { input, options }: Union & { readonly options?: readonly unknown[] },
  schema: Schema,
  member: string,
): readonly Told[] {
  const given: object = typeof input === 'object' && input !== null ? input : {};
  const value = (given as Readonly<Record<string, unknown>>)[member];
  const words = (options ?? []).map(String);
  if (value !== undefined) {
    const shown = typeof value === 'string' && /^[\w.+-]{1,40}$/.test(value) ? value : givenText(value);
    const meant = typeof value === 'string' ? didYouMean(value, words) : '';
    return [{ path: [], rank: 'wrong', text: `${anyOf(words)} is needed, not ${shown}${meant}` }];
  }
  const names = [...new Set((defOf(schema).options ?? []).flatMap((option) => namesOf(innerOf(option))))];
  const unknown = Object.keys(given).filter((key) => !names.includes(key));
  const missing: Told = { path: [], rank: 'missing', text: `it is missing: ${anyOf(words)} is needed` };
  // Issues of a kind stand at the member: what is told of a field beside it is told there as well.
  const slip = unknown.find((key) => nearest(key, [member]) !== undefined);
  return slip === undefined
    ? [missing]
    : [
        {
          ...missing,
          rank: 'unknown',
          text: `${missing.text}, and ${givenText(slip)} is no field${didYouMean(slip, [member])}`,
        },
      ];
}

/** By the names that were given: of the forms that share most of them, the one with the least against it. */
function tellMap(given: readonly string[], possible: readonly Branch[]): readonly Told[] {
  const shared = ({ names }: Branch) => given.filter((key) => names.includes(key)).length;
  const most = Math.max(...possible.map(shared));
  const near = possible.filter((branch) => shared(branch) === most);
  const all = [...new Set(possible.flatMap(({ names }) => names))];
  const known = given.filter((key) => all.includes(key));
  const unknown = given.filter((key) => !all.includes(key));
  const [best] = near.toSorted((a, b) => a.issues.length - b.issues.length);
  if (best === undefined || near.length > 1) {
    const beside = [
      ...new Set(near.flatMap(({ schema }) => needs(schema).find((name) => !known.includes(name)) ?? [])),
    ];
    const meant = most === 0 ? all : [...new Set(near.flatMap(({ names }) => names))];
    if (unknown.length > 0)
      return tellUnknown(
        unknown,
        meant.filter((name) => !known.includes(name)),
        beside,
      );
    const odd = oddOne(known, near);
    if (odd !== undefined) return [odd];
    const besideText = known.length === 0 ? '' : ` beside ${known.join(' and ')}`;
    return [{ path: [], rank: 'missing', text: `${anyOf(beside)} is needed${besideText}` }];
  }
  const told = best.issues.flatMap(toldOf);
  return told.map((one) => {
    const [key] = one.path;
    const isElsewhere = one.rank === 'unknown' && one.path.length === 1 && all.includes(String(key));
    if (!isElsewhere) return one;
    const others = known.filter((name) => name !== key);
    return { ...one, text: `it does not go with ${others.join(' and ')}` };
  });
}

/** A member that none of the forms has which have the others. */
function oddOne(known: readonly string[], near: readonly Branch[]): Told | undefined {
  const [first] = near;
  const key = known.find((name) => first !== undefined && !first.names.includes(name));
  if (key === undefined) return undefined;
  const others = known.filter((name) => name !== key);
  return { path: [key], rank: 'wrong', text: `it does not go with ${others.join(' and ')}` };
}
