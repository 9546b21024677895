// Owns: `ecunet run`.
import { basename } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { InputError } from '../core/faults.ts';
import { imageBytesMax } from '../core/limits.ts';
import type { Observer } from '../sim/events.ts';
import type { GivenImage } from '../sim/images.ts';
import { completeInputs, isRealTime, type RunInputs } from '../sim/inputs.ts';
import { type FinishedRun, type RunControls, runScenario } from '../sim/run.ts';
import { loadScenario, readBounded, scenarioPath } from '../sim/scenario/load.ts';
import { createDashboardStore, type DashboardStore } from '../tui/dashboardStore.ts';
import { canShowDashboard, loadDashboard } from '../tui/loadDashboard.ts';
import { createProgressLines } from '../tui/progressLines.ts';
import { summaryText } from '../tui/summary.ts';
import { isImageFilename } from '../uptane/decode/fields.ts';

interface Options {
  readonly seed?: number;
  readonly trace?: string;
  readonly json?: boolean;
  readonly dash: boolean;
  readonly image?: ReadonlyMap<string, string>;
  readonly bus?: ReadonlyMap<string, string>;
  readonly link?: ReadonlyMap<string, string>;
}

/** What a shell reports of a process that Ctrl+C ended. */
const exitInterrupted = 130;
const exitTerminated = 143;

export function runCommand(): Command {
  return new Command('run')
    .description('run a scenario: a file, or the name of one that comes with ecunet')
    .argument('<scenario>', 'a YAML file, or a name such as nominal')
    .option('--seed <n>', 'the seed of every random choice; the scenario gives the default', parseSeed)
    .option('--trace <file>', 'write the trace, as JSON Lines, for ecunet replay')
    .option('--json', 'print the result as one JSON object')
    .option('--no-dash', 'print lines instead of the dashboard')
    .option('--image <ecu=file>', 'use a file as the new image of an ECU; may be repeated', pairs)
    .option('--bus <bus=interface>', 'carry a bus over a SocketCAN interface, in real time; may be repeated', pairs)
    .option('--link <ecu=tcp>', 'put the link of an ECU on TCP over loopback, in real time; may be repeated', pairs)
    .action(run);
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(seed))
    throw new InvalidArgumentError('a whole number from 0 is needed.');
  return seed;
}

function pairs(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const [, name, value] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('NAME=VALUE is needed.');
  if (before.has(name)) throw new InvalidArgumentError(`${name} is given twice.`);
  return new Map([...before, [name, value]]);
}

async function run(argument: string, options: Options): Promise<void> {
  const inputs = readInputs(argument, options);
  const store = createDashboardStore();
  const finished = await watched(inputs, options, store);
  if (finished === undefined) {
    process.stderr.write('ecunet: the run was given up\n');
    process.exitCode = exitInterrupted;
    return;
  }
  if (options.json) process.stdout.write(`${JSON.stringify(resultObject(finished))}\n`);
  else process.stdout.write(`${summaryText(store.view(), { wallMs: finished.wallMs, color: hasColor() })}\n`);
  process.exitCode = finished.outcome === 'passed' ? 0 : 1;
}

function readInputs(
  argument: string,
  { seed, image = new Map(), bus = new Map(), link = new Map() }: Options,
): RunInputs {
  const scenario = loadScenario(scenarioPath(argument));
  for (const [ecu, transport] of link) {
    if (transport !== 'tcp') throw new InputError(`--link ${ecu}=${transport}: the transport is tcp`);
  }
  return completeInputs({
    scenario,
    seed: seed ?? scenario.seed,
    givenImages: new Map([...image].map(([ecu, path]) => [ecu, readImage(ecu, path)])),
    interfaces: bus,
    tcpLinks: new Set(link.keys()),
  });
}

function readImage(ecu: string, path: string): GivenImage {
  const bytes = readBounded(path, imageBytesMax);
  const filename = basename(path).normalize('NFC');
  if (!isImageFilename(filename)) {
    throw new InputError(
      `--image ${ecu}: the name of ${path} cannot be an image's: too long, or not of plain characters`,
    );
  }
  return { filename, bytes };
}

/** Runs with what the user sees meanwhile: the dashboard in a terminal, lines elsewhere, nothing with --json. */
async function watched(inputs: RunInputs, options: Options, store: DashboardStore): Promise<FinishedRun | undefined> {
  const common = { inputs, ...(options.trace !== undefined && { tracePath: options.trace }) };
  const update: Observer = (event) => store.update(event);
  if (options.json) exitOnSignals();
  if (options.json) return runScenario({ ...common, observers: [] });
  if (!options.dash || !canShowDashboard(process.stdout, process.env)) {
    exitOnSignals();
    const progress = createProgressLines();
    const print: Observer = (event) => {
      for (const line of progress(event)) process.stdout.write(`${line}\n`);
    };
    return runScenario({ ...common, observers: [update, print] });
  }
  const { showDashboard } = await loadDashboard();
  let dashboard: ReturnType<typeof showDashboard> | undefined;
  const controlled = (controls: RunControls) => {
    dashboard = showDashboard({ store, controls });
  };
  try {
    const speed = isRealTime(inputs) ? 1 : inputs.scenario.speed;
    return await runScenario({ ...common, observers: [update], speed, controlled });
  } finally {
    await dashboard?.finish();
  }
}

/** Ends by way of `exit`, so that a half-written trace is taken away. The dashboard has its own way. */
function exitOnSignals(): void {
  process.once('SIGINT', () => process.exit(exitInterrupted));
  process.once('SIGTERM', () => process.exit(exitTerminated));
}

function hasColor(): boolean {
  return process.stdout.isTTY === true && !process.env.NO_COLOR;
}

/** What `--json` prints; its members are a contract with scripts. */
function resultObject(finished: FinishedRun): object {
  const { outcome, seed, traceDigest, simulatedMs, wallMs, ecus, expectations } = finished;
  return { outcome, seed, traceDigest, simulatedMs, wallMs: Math.round(wallMs), ecus, expectations };
}
