// Owns: `ecunet run`.
import { basename } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { captureBuses } from '../capture/busCapture.ts';
import { captureEthernets } from '../capture/ethernetCapture.ts';
import type { CaptureFile } from '../capture/writeCaptureFile.ts';
import { InputError } from '../core/faults.ts';
import { imageBytesMax } from '../core/limits.ts';
import { printable } from '../core/text.ts';
import { assertOwnFiles, type NamedFile } from '../files/outputs.ts';
import { readBoundedFile } from '../files/regularFile.ts';
import { createProgressLines } from '../report/progressLines.ts';
import { resultObject } from '../report/runResult.ts';
import { createDashboardStore, type DashboardStore } from '../report/runView.ts';
import { summaryText } from '../report/summary.ts';
import type { Observer } from '../sim/events.ts';
import { completeInputs, isRealTime, type LinkKind, linkKinds, type RunInputs } from '../sim/inputs.ts';
import { type FinishedRun, type RunControls, type RunOptions, runScenario } from '../sim/run.ts';
import { loadScenario, scenarioPath } from '../sim/scenario/load.ts';
import type { GivenImage } from '../sim/servers/images.ts';
import type { Transports } from '../sim/transports/transports.ts';
import { canShowDashboard, loadDashboard } from '../tui/loadDashboard.ts';
import { isImageFilename } from '../uptane/decode/fields.ts';
import { openCapture } from './openCapture.ts';

interface Options {
  readonly seed?: number;
  readonly trace?: string;
  readonly capture?: string;
  readonly json?: boolean;
  readonly dash: boolean;
  readonly image?: ReadonlyMap<string, string>;
  readonly bus?: ReadonlyMap<string, string>;
  readonly link?: ReadonlyMap<string, string>;
  readonly slcan?: ReadonlyMap<string, string>;
  readonly cannelloni?: ReadonlyMap<string, string>;
  readonly hold?: boolean;
}

/** What a shell reports of a process that a signal ended. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
/** What attach points told while the dashboard was shown, the latest; it is printed after it. */
const linesKeptMax = 100;
const lineCharsMax = 300;

export function runCommand(): Command {
  return new Command('run')
    .description('run a scenario: a file, or the name of one that comes with ecunet')
    .argument('<scenario>', 'a YAML file, or a name such as nominal')
    .option('--seed <n>', 'the seed of every random choice; the scenario gives the default', parseSeed)
    .option('--trace <file>', 'write the trace, as JSON Lines, for ecunet replay')
    .option('--capture <file>', 'write what every bus carries: .log as candump, .asc or .pcapng, each also with .gz')
    .option('--json', 'print the result as one JSON object')
    .option('--no-dash', 'print lines instead of the dashboard')
    .option('--image <ecu=file>', 'use a file as the new image of an ECU; may be repeated', pairs)
    .option('--bus <bus=interface>', 'carry a bus over a SocketCAN interface, in real time; may be repeated', pairs)
    .option('--link <ecu=how>', 'put the link of an ECU on tcp, tcp+tls or udp over loopback, in real time', pairs)
    .option('--slcan <bus=address>', 'open a bus to slcan clients over TCP: PORT or HOST:PORT; may be repeated', pairs)
    .option('--cannelloni <bus=ends>', 'join a bus to a cannelloni: LOCALPORT:HOST:PORT; may be repeated', pairs)
    .option('--hold', 'go on after the last step until Ctrl+C; for runs in real time')
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
  const capture = options.capture === undefined ? undefined : openCapture(options.capture, inputs, say);
  let finished: FinishedRun | undefined;
  try {
    finished = await watched(inputs, options, store, capture);
    if (finished !== undefined) capture?.finish();
  } finally {
    capture?.close();
  }
  if (finished === undefined) {
    process.stderr.write('ecunet: the run was given up\n');
    process.exitCode ??= exitCodes.SIGINT;
    return;
  }
  if (options.json) process.stdout.write(`${JSON.stringify(resultObject(finished, store.view().buses))}\n`);
  else process.stdout.write(`${summaryText(store.view(), { wallMs: finished.wallMs, color: hasColor() })}\n`);
  process.exitCode = finished.outcome === 'passed' ? 0 : 1;
}

function readInputs(
  argument: string,
  { seed, image = new Map(), bus = new Map(), link = new Map(), slcan, cannelloni, hold, trace, capture }: Options,
): RunInputs {
  const read: NamedFile[] = [...image].map(([ecu, path]) => ({ what: `the image of ${ecu}`, path }));
  const scenario = loadScenario(scenarioPath(argument), (what, path) => read.push({ what, path }));
  const written = Object.entries({ '--trace': trace, '--capture': capture });
  assertOwnFiles(
    written.flatMap(([what, path]) => (path === undefined ? [] : [{ what, path }])),
    read,
  );
  const kinds = new Map([...link].map(([ecu, kind]) => [ecu, readLinkKind(ecu, kind)]));
  return completeInputs({
    scenario,
    seed: seed ?? scenario.seed,
    givenImages: new Map([...image].map(([ecu, path]) => [ecu, readImage(ecu, path)])),
    interfaces: bus,
    links: kinds,
    ...(slcan && { slcan }),
    ...(cannelloni && { cannelloni }),
    ...(hold && { hold }),
  });
}

function readLinkKind(ecu: string, given: string): LinkKind {
  const kind = linkKinds.find((known) => known === given);
  if (kind === undefined) throw new InputError(`--link ${ecu}=${given}: it is ${linkKinds.join(', ')}`);
  return kind;
}

function readImage(ecu: string, path: string): GivenImage {
  const bytes = readBoundedFile(path, imageBytesMax);
  const filename = basename(path).normalize('NFC');
  if (!isImageFilename(filename)) {
    throw new InputError(
      `--image ${ecu}: the name of ${path} cannot be an image's: too long, or not of plain characters`,
    );
  }
  return { filename, bytes };
}

/** Runs with what the user sees meanwhile: the dashboard in a terminal, lines elsewhere, nothing with --json. */
async function watched(
  inputs: RunInputs,
  options: Options,
  store: DashboardStore,
  capture: CaptureFile | undefined,
): Promise<FinishedRun | undefined> {
  const opened = ({ buses, ethernets }: Transports) => {
    if (capture === undefined) return;
    captureBuses(buses, inputs.scenario.start, (record) => capture.put(record));
    captureEthernets(ethernets, inputs.scenario.start, (record) => capture.put(record));
  };
  const traced = options.trace !== undefined && { tracePath: options.trace };
  const common = { inputs, opened, attachTold: say, ...traced };
  const update: Observer = (event) => store.update(event);
  if (options.json) return runScenario({ ...common, observers: [update], ...endOnSignals(inputs) });
  if (!options.dash || !canShowDashboard(process.stdout, process.env)) {
    const progress = createProgressLines();
    const print: Observer = (event) => {
      for (const line of progress(event)) process.stdout.write(`${line}\n`);
    };
    return runScenario({ ...common, observers: [update, print], ...endOnSignals(inputs) });
  }
  const { showDashboard } = await loadDashboard();
  let dashboard: ReturnType<typeof showDashboard> | undefined;
  const controlled = (controls: RunControls) => {
    dashboard = showDashboard({ store, controls });
  };
  const kept: string[] = [];
  const attachTold = (line: string) => {
    if (dashboard === undefined) say(line);
    else if (kept.push(line) > linesKeptMax) kept.shift();
  };
  try {
    const speed = isRealTime(inputs) ? 1 : inputs.scenario.speed;
    return await runScenario({ ...common, attachTold, observers: [update], speed, controlled });
  } finally {
    await dashboard?.finish();
    for (const line of kept) say(line);
  }
}

function say(line: string): void {
  process.stderr.write(`ecunet: ${printable(line, lineCharsMax)}\n`);
}

/**
 * A signal ends the process by way of `exit`, so that a half-written trace is taken away. A run that can be held ends by itself
 * at the first one: held, with its result; sooner, given up with the signal's exit code. The dashboard has its own way.
 */
function endOnSignals({ hold }: RunInputs): Pick<RunOptions, 'controlled'> {
  let quit: (() => void) | undefined;
  const end = (signal: keyof typeof exitCodes) => {
    if (quit === undefined) process.exit(exitCodes[signal]);
    process.exitCode = exitCodes[signal];
    const first = quit;
    quit = undefined;
    first();
  };
  process.on('SIGINT', end).on('SIGTERM', end);
  if (!hold) return {};
  return {
    controlled(controls) {
      quit = controls.quit;
    },
  };
}

function hasColor(): boolean {
  return process.stdout.isTTY === true && !process.env.NO_COLOR;
}
