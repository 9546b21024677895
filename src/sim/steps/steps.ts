// Owns: what all kinds of steps have in common: their form, their check, their words. Names no single kind.
import * as z from 'zod';
import type { Problem } from '../../vehicleFile/references/problem.ts';
import { type Checked, memberOf } from '../setting/known.ts';
import { registryOf } from '../setting/registry.ts';
import * as kinds from './index.ts';
import type { StepKind } from './step.ts';

type Kinds = typeof kinds;
/** One member: the kind, with its value. */
export type Step = { readonly [Name in keyof Kinds]?: z.output<Kinds[Name]['schema']> | undefined };

export const stepKinds = registryOf<StepKind>(kinds);

export const stepSchema = z.strictObject(
  Object.fromEntries(Object.entries(stepKinds).map(([name, { schema }]) => [name, schema.optional()])),
) as unknown as z.ZodType<Step>;

interface GivenStep {
  readonly name: string;
  readonly kind: StepKind;
  readonly value: unknown;
}

function membersOf(step: Step): readonly GivenStep[] {
  return Object.entries(stepKinds).flatMap(([name, kind]) => {
    const value: unknown = step[name as keyof Step];
    return value === undefined ? [] : [{ name, kind, value }];
  });
}

/** A checked step has one member. */
export function givenStep(step: Step): GivenStep {
  const [given] = membersOf(step);
  if (given === undefined) throw new Error('a step without a member');
  return given;
}

/** `at` leads to the step. */
export function* stepProblems(step: Step, at: Checked): Generator<Problem> {
  const members = membersOf(step);
  if (members.length !== 1) {
    yield { path: at.path, message: `one of ${Object.keys(stepKinds).join(', ')} is needed, not ${members.length}` };
  }
  for (const { name, kind, value } of members) yield* kind.problems?.(value, memberOf(at, name)) ?? [];
}
