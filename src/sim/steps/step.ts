// Owns: what a kind of step is: its form, its words, whether it fits the scenario, and how it is carried out. A kind stands in a file of its
// own, by the name of its member in a scenario, and in the index.
import type * as z from 'zod';
import type { Task } from '../../core/task.ts';
import type { Problem } from '../../vehicleFile/references/problem.ts';
import type { RunningAttack } from '../attackers/attacker.ts';
import type { Ledger } from '../events/ledger.ts';
import type { Verdict } from '../expectations/expectation.ts';
import type { Checked } from '../setting/known.ts';
import type { Documented } from '../setting/registry.ts';
import type { World } from '../world/world.ts';

/** What a step works on. */
export interface StepContext {
  readonly world: World;
  readonly ledger: Ledger;
  /** Those that were begun, by id. */
  readonly attacks: Map<string, RunningAttack>;
  /** Takes the verdict on something that was expected. */
  judged(verdict: Verdict): void;
}

export interface StepKind<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema;
  readonly documented: readonly Documented[];
  /** In words a user reads. */
  text(value: z.output<Schema>): string;
  /** What is wrong with it here; notes what it brings into the world. `at` leads to the value. */
  problems?(value: z.output<Schema>, at: Checked): Iterable<Problem>;
  /** Carries it out; a step that takes time gives a task. */
  run(context: StepContext, value: z.output<Schema>): Task<void> | void;
}

export function stepKind<Schema extends z.ZodType>(kind: StepKind<Schema>): StepKind<Schema> {
  return kind;
}
