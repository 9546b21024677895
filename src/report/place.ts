// Owns: where in its file a scenario stands while it runs: which step, and which of the step's expectations is judged next. Pure.
import type { SimEvent } from '../sim/events/events.ts';
import type { ScenarioOutline } from '../sim/scenario/outline.ts';

export interface Place {
  /** Counted from 1, as in everything that a user reads. */
  readonly step: number;
  readonly file?: string;
  readonly line?: number;
}

/** Undefined before the first step. `judged`: expectations of the step that have been judged. */
export type Position = { readonly stepIndex: number; readonly judged: number } | undefined;

/** The position after `event`. */
export function positionAfter(position: Position, event: SimEvent): Position {
  if (event.type === 'step.started') return { stepIndex: event.index, judged: 0 };
  if (event.type !== 'expectation' || position === undefined) return position;
  return { ...position, judged: position.judged + 1 };
}

/** Where the expectation stands that is judged next. One that the file does not name, as of a cycle, stands with its step. */
export function placeOf(outline: ScenarioOutline | undefined, position: Position): Place | undefined {
  if (position === undefined) return undefined;
  const { stepIndex, judged } = position;
  const step = outline?.steps[stepIndex];
  const known = outline && step && { file: outline.file, line: step.expectationLines[judged] ?? step.line };
  return { step: stepIndex + 1, ...known };
}

/** Such as `step 2, wrong.yaml:4`, with the file's name alone. */
export function placeWords({ step, file, line }: Place): string {
  return file === undefined ? `step ${step}` : `step ${step}, ${file.slice(file.lastIndexOf('/') + 1)}:${line}`;
}
