// Owns: what a watcher of a run is told of its scenario beforehand, and cannot learn from events: where each step and expectation
// stands in the file, and which ECUs are to get an image.
import type { Scenario } from './schema.ts';

export interface StepOutline {
  /** Where the step stands in the file. A fault of the step itself is told of there. */
  readonly line: number;
  /** Of each expectation, in order. */
  readonly expectationLines: readonly number[];
  /** The ECUs that are to get an image from this step on, by name, and the campaign that is to bring it, if one is. */
  readonly wants: readonly string[];
  readonly campaign?: string;
  /** The campaign that brings nothing more from this step on. */
  readonly cancels?: string;
}

export interface ScenarioOutline {
  /** The scenario file, as it was named. */
  readonly file: string;
  readonly steps: readonly StepOutline[];
}

/** `lineOf`: the line of a member of the file, by its path. */
export function outlineOf(
  file: string,
  { steps }: Scenario,
  lineOf: (path: readonly PropertyKey[]) => number,
): ScenarioOutline {
  return { file, steps: steps.map((step, index) => stepOutline(step, ['steps', index], lineOf)) };
}

function stepOutline(
  step: Scenario['steps'][number],
  path: readonly PropertyKey[],
  lineOf: (path: readonly PropertyKey[]) => number,
): StepOutline {
  const { publish, campaign, cancel, expect = [], cycle } = step;
  return {
    // What never came about in a cycle is one of those.
    line: lineOf(cycle === undefined || cycle.during.length === 0 ? path : [...path, 'cycle', 'during']),
    expectationLines: expect.map((_, index) => lineOf([...path, 'expect', index])),
    wants: campaign?.ecus ?? Object.keys(publish ?? {}),
    ...(campaign !== undefined && { campaign: campaign.id }),
    ...(cancel !== undefined && { cancels: cancel }),
  };
}
