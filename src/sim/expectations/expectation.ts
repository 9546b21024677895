// Owns: what a kind of expectation is: its form, whether it fits the scenario, and how it is judged. A kind stands in a file of its own, by
// the name of the member that tells it from the others, and in the index.
import type * as z from 'zod';
import type { Problem } from '../../vehicleFile/references/problem.ts';
import type { Ledger } from '../events/ledger.ts';
import type { Checked } from '../setting/known.ts';
import type { Documented } from '../setting/registry.ts';
import type { World } from '../world/world.ts';

export interface Verdict {
  readonly text: string;
  readonly passed: boolean;
  readonly actual: string;
}

export interface ExpectationKind<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema;
  readonly documented: Documented;
  /** The member that names an image by its file, where there is one. */
  readonly imageMember?: string;
  /** What is wrong with it here. Members `ecu`, `bus`, `node` and `gateway` are checked for all kinds alike. */
  problems?(expected: z.output<Schema>, at: Checked): Iterable<Problem>;
  /** Read from where the thing itself is: bytes from a bank, reports from the Director. */
  judge(expected: z.output<Schema>, world: World, ledger: Ledger): Verdict;
}

export function expectationKind<Schema extends z.ZodType>(kind: ExpectationKind<Schema>): ExpectationKind<Schema> {
  return kind;
}
