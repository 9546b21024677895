// Owns: the verdict on a run, in words.

import { plural } from './format.ts';
import { givenUpWords } from './givenUp.ts';
import type { RunView } from './runView.ts';
import { type Line, span } from './text/line.ts';

export function verdictLine(view: Pick<RunView, 'outcome' | 'givenUp' | 'expectations'>): Line {
  const failed = view.expectations.filter(({ passed }) => !passed).length;
  const of = plural(view.expectations.length, 'expectation');
  if (view.outcome === undefined) return [span('STOPPED', 'busy'), span(' before its end', 'dim')];
  if (view.outcome === 'given-up') {
    const words = view.givenUp === undefined ? '' : ` ${givenUpWords(view.givenUp)};`;
    const judged = view.expectations.length === 0 ? ' no expectation judged' : ` ${failed} of ${of} not met`;
    return [span('GIVEN UP', 'busy'), span(`${words}${judged}`, 'dim')];
  }
  if (view.outcome === 'passed') return [span('PASSED', 'good'), span(`  ${of} met`, 'dim')];
  return [span('FAILED', 'bad'), span(`  ${failed} of ${of} not met`, 'dim')];
}
