// Owns: what the Node that executes this makes of the scenarios, all in one process.
//
//   digests.ts FILE               writes the outcome and the trace's digest of every scenario, as JSON
//   digests.ts FILE SCENARIO      writes the trace of one
import { writeFileSync } from 'node:fs';
import { runScenario } from '../../src/sim/run.ts';
import { inputsOf, scenarioNames } from '../../test/sim/support/runs.ts';
import type { ScenarioRun } from './compare.ts';

async function digestOf(scenario: string): Promise<ScenarioRun> {
  const finished = await runScenario({ inputs: inputsOf(scenario), observers: [] });
  if (finished === undefined) throw new Error(`${scenario} was given up`);
  return { scenario, outcome: finished.outcome, traceDigest: finished.traceDigest };
}

const [file, scenario] = process.argv.slice(2);
if (file === undefined) throw new Error('digests.ts FILE [SCENARIO]');
if (scenario !== undefined) {
  await runScenario({ inputs: inputsOf(scenario), observers: [], tracePath: file });
} else {
  const runs: ScenarioRun[] = [];
  for (const name of scenarioNames()) runs.push(await digestOf(name));
  writeFileSync(file, JSON.stringify(runs));
}
