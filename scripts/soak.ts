// Owns: `npm run soak -- [SCENARIO...] [--seeds 1..300] [--jobs 2] [--bit-errors RATE]`: scenarios on many seeds, side by side in processes
// of their own. It tells every run that fails, with its seed, and ends with a sum: a fault that one seed in a thousand shows is found here.
// Must not know what a scenario is about.
import { fork } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EventQueue } from '../src/core/time/clock.ts';
import { loadScenario, scenarioPath } from '../src/sim/scenario/load.ts';
import type { Scenario } from '../src/sim/scenario/schema.ts';
import { Simulation } from '../src/sim/simulation.ts';
import type { Step } from '../src/sim/steps/steps.ts';
import { virtualTransports } from '../src/sim/transports/transports.ts';

interface Task {
  readonly scenario: string;
  readonly seed: number;
  readonly bitErrors: number | undefined;
}

interface Outcome extends Task {
  readonly simulatedMs: number;
  /** What did not come out as the scenario says; empty where all did. */
  readonly failures: readonly string[];
}

/** In the place of the scenario's own bit errors; whether nodes go bus-off is not asked then. */
function atRate(scenario: Scenario, bitErrors: number | undefined): Scenario {
  if (bitErrors === undefined) return scenario;
  const steps = scenario.steps.map((step): Step => {
    if (step.disturb?.bitErrors !== undefined) return { ...step, disturb: { ...step.disturb, bitErrors } };
    return step.expect === undefined ? step : { expect: step.expect.filter((expected) => !('busOff' in expected)) };
  });
  return { ...scenario, steps };
}

const nothingGiven = { givenImages: new Map(), interfaces: new Map(), links: new Map() };

function run(task: Task): Outcome {
  const scenario = atRate(loadScenario(scenarioPath(task.scenario)), task.bitErrors);
  const queue = new EventQueue();
  const inputs = { scenario, seed: task.seed, ...nothingGiven };
  const simulation = new Simulation(inputs, queue, virtualTransports(inputs, queue), () => {});
  simulation.begin();
  while (simulation.result === undefined) {
    if (!queue.step()) throw new Error('the run came to a halt: nothing is left to happen');
  }
  const { simulatedMs, expectations } = simulation.result;
  const failures = expectations.filter(({ passed }) => !passed).map(({ text, actual }) => `${text}: ${actual}`);
  return { ...task, simulatedMs, failures };
}

/** A run that throws is a failure like any other, and the next one is made. */
function serve(): void {
  process.on('message', (task: Task) => {
    let outcome: Outcome;
    try {
      outcome = run(task);
    } catch (error) {
      outcome = { ...task, simulatedMs: 0, failures: [error instanceof Error ? error.message : String(error)] };
    }
    process.send?.(outcome, undefined, undefined, () => {});
  });
  process.on('disconnect', () => process.exit());
}

function told({ scenario, seed, failures }: Outcome): void {
  if (failures.length > 0) console.log(`FAILED ${scenario} --seed ${seed}: ${failures.join('; ')}`);
}

/** Each process is given its next run when it is done with the last. */
function runAll(tasks: readonly Task[], jobs: number): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let given = 0;
  const worker = () =>
    new Promise<void>((done, fail) => {
      const child = fork(import.meta.filename, ['--serve'], { execArgv: process.execArgv });
      const next = () => {
        const task = tasks[given];
        given += 1;
        if (task !== undefined) child.send(task);
        else child.disconnect();
      };
      child.on('message', (outcome: Outcome) => {
        outcomes.push(outcome);
        told(outcome);
        next();
      });
      child.on('exit', (code) => (code === 0 ? done() : fail(new Error(`a process ended with ${code}`))));
      next();
    });
  return Promise.all(Array.from({ length: jobs }, worker)).then(() => outcomes);
}

function sum(scenario: string, outcomes: readonly Outcome[]): string {
  const failed = outcomes.filter(({ failures }) => failures.length > 0).length;
  const times = outcomes.map(({ simulatedMs }) => simulatedMs).toSorted((a, b) => a - b);
  const mean = times.reduce((all, ms) => all + ms, 0) / times.length;
  const p95 = times[Math.ceil(0.95 * times.length) - 1] ?? 0;
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
  return `${scenario}: ${times.length - failed} passed, ${failed} failed; simulated ${seconds(mean)} on average, 95 % within ${seconds(p95)}`;
}

function bad(message: string): never {
  console.error(`soak: ${message}`);
  process.exit(2);
}

function tasksOf(names: readonly string[], seeds: string, rate: string | undefined): readonly Task[] {
  const [, first = '', last = first] =
    /^(\d{1,9})(?:\.\.(\d{1,9}))?$/.exec(seeds) ?? bad('--seeds: 1..300 or a number is needed');
  const count = Number(last) - Number(first) + 1;
  if (count < 1 || count > 1_000_000) bad(`--seeds ${seeds}: 1 to 1000000 seeds are needed, the least first`);
  const bitErrors = rate === undefined ? undefined : Number(rate);
  if (bitErrors !== undefined && !(bitErrors >= 0 && bitErrors <= 1))
    bad('--bit-errors: a share from 0 to 1 is needed');
  const files = readdirSync(join(import.meta.dirname, '../scenarios'));
  const known = files.flatMap((file) => /^(.+)\.yaml$/.exec(file)?.[1] ?? []);
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined) bad(`${stranger}: the scenarios are ${known.join(', ')}`);
  const chosen = names.length > 0 ? names : known;
  return chosen.flatMap((scenario) =>
    Array.from({ length: count }, (_, index): Task => ({ scenario, seed: Number(first) + index, bitErrors })),
  );
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seeds: { type: 'string', default: '1..300' },
      jobs: { type: 'string', default: String(availableParallelism()) },
      'bit-errors': { type: 'string' },
    },
  });
  if (!/^[1-9]\d?$/.test(values.jobs)) bad('--jobs: 1 to 99 is needed');
  const tasks = tasksOf(positionals, values.seeds, values['bit-errors']);
  const outcomes = await runAll(tasks, Number(values.jobs));
  for (const name of new Set(tasks.map(({ scenario }) => scenario))) {
    console.log(
      sum(
        name,
        outcomes.filter(({ scenario }) => scenario === name),
      ),
    );
  }
  const failed = outcomes.filter(({ failures }) => failures.length > 0).length;
  console.log(`${outcomes.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

if (process.argv.includes('--serve')) serve();
else await main();
