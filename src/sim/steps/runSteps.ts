// Owns: carrying out a scenario's steps, one after the other, as a task on the run's clock.
import type { Task } from '../../core/task.ts';
import type { Ledger } from '../events/ledger.ts';
import type { Verdict } from '../expectations/expectation.ts';
import type { World } from '../world/world.ts';
import { givenStep, type Step } from './steps.ts';

/** The verdicts of all expectations, in order. */
export function* runSteps(world: World, ledger: Ledger, steps: readonly Step[]): Task<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  const judged = (verdict: Verdict) => {
    verdicts.push(verdict);
    world.emit({ type: 'expectation', ...verdict });
  };
  const context = { world, ledger, attacks: new Map(), judged };
  for (const [index, step] of steps.entries()) {
    const { kind, value } = givenStep(step);
    world.emit({ type: 'step.started', index, text: kind.text(value) });
    const task = kind.run(context, value);
    if (task !== undefined) yield* task;
  }
  return verdicts;
}
