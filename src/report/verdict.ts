// Owns: the verdict on a run, in words.

import { plural } from './format.ts';
import { type Line, span } from './line.ts';
import type { DashboardView } from './runView.ts';

/** The verdict in words. A run without an outcome was ended by its watcher. */
export function verdictLine(view: Pick<DashboardView, 'outcome' | 'expectations'>): Line {
  const failed = view.expectations.filter(({ passed }) => !passed).length;
  const of = plural(view.expectations.length, 'expectation');
  if (view.outcome === undefined) return [span('STOPPED', 'busy'), span(' before its end', 'dim')];
  if (view.outcome === 'passed') return [span('PASSED', 'good'), span(`  ${of} met`, 'dim')];
  return [span('FAILED', 'bad'), span(`  ${failed} of ${of} not met`, 'dim')];
}
