// Owns: judging a value by a zod schema, with all that is wrong with it told in words of our own. Must not know files.
import type * as z from 'zod';
import { fail, ok, type Result } from '../../core/result.ts';
import { tellIssue } from './issueWords.ts';
import type { RawIssue, Told } from './told.ts';
import { toldOf } from './unionWords.ts';

/** What zod carries along with an issue that we have worded: it takes over whatever members an issue has. */
interface Worded {
  told?: readonly Told[];
}

/** The value in the schema's form, or what is wrong with it. */
export function checkForm<T>(schema: z.ZodType<T>, value: unknown): Result<T, readonly Told[]> {
  return judged(schema.safeParse(value, inOurWords));
}

/** What was read, back in the form of a file, or what is wrong with it. */
export function encodeForm<Input, Output>(
  schema: z.ZodType<Output, Input>,
  value: unknown,
): Result<Input, readonly Told[]> {
  return judged(schema.safeEncode(value as Output, inOurWords));
}

const inOurWords = {
  error: (issue: RawIssue) => {
    const told = tellIssue(issue);
    (issue as Worded).told = told;
    return told[0]?.text ?? 'another value is needed';
  },
};

function judged<T>(parsed: z.ZodSafeParseResult<T>): Result<T, readonly Told[]> {
  return parsed.success ? ok(parsed.data) : fail(parsed.error.issues.flatMap(toldOf));
}
