// Owns: expectations, judged one after the other.
import * as z from 'zod';
import { expectationProblems, expectationSchema, judge } from '../expectations/expectations.ts';
import { memberOf } from '../setting/known.ts';
import { stepKind } from './step.ts';

export const expect = stepKind({
  schema: z.array(expectationSchema).min(1).max(200),
  documented: [{ form: 'expect: [...]', meaning: 'see below' }],
  text: () => 'check expectations',
  *problems(expected, at) {
    for (const [index, one] of expected.entries()) yield* expectationProblems(one, memberOf(at, index));
  },
  run({ world, ledger, judged }, expected) {
    for (const one of expected) judged(judge(world, ledger, one));
  },
});
