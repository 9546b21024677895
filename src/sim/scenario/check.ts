// Owns: whether a scenario makes sense: the vehicle, and what each step names.
import type { Problem } from '../../vehicleFile/references/problem.ts';
import { vehicleProblems } from '../../vehicleFile/references/vehicleProblems.ts';
import { Known } from '../setting/known.ts';
import { stepProblems } from '../steps/steps.ts';
import type { Scenario } from './schema.ts';

/** All that is wrong, in the order in which a reader meets it. */
function* scenarioProblems({ steps, ...setting }: Scenario): Generator<Problem> {
  const { vehicle } = setting;
  yield* vehicleProblems(vehicle);
  const known = new Known(setting);
  for (const [index, step] of steps.entries()) yield* stepProblems(step, { vehicle, known, path: ['steps', index] });
}

/** The first problem, or undefined. */
export function checkScenario(scenario: Scenario): Problem | undefined {
  return [...scenarioProblems(scenario)][0];
}
