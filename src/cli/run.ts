// Owns: `ecunet run`. What only some runs need (captures, lines, the dashboard) is loaded by those.
import { basename } from 'node:path';
import { InputError } from '../core/faults.ts';
import { imageBytesMax } from '../core/limits.ts';
import { NS_PER_MS } from '../core/units.ts';
import { assertOwnFiles, type NamedFile } from '../files/outputs.ts';
import { readBoundedFile } from '../files/regularFile.ts';
import { givenUpWords } from '../report/givenUp.ts';
import { createRunStore, type RunStore } from '../report/runView.ts';
import type { GiveUpReason, Observer } from '../sim/events/events.ts';
import { completeInputs, isRealTime, type LinkKind, linkKinds, type RunInputs } from '../sim/inputs/inputs.ts';
import { type FinishedRun, type RunControls, type RunOptions, runScenario } from '../sim/run.ts';
import { loadScenarioFile, scenarioPath } from '../sim/scenario/load.ts';
import { outlineOf, type ScenarioOutline } from '../sim/scenario/outline.ts';
import type { GivenImage } from '../sim/servers/images.ts';
import type { Transports } from '../sim/transports/transports.ts';
import { isImageFilename } from '../uptane/decode/fields.ts';
import type { RunCommandOptions } from './commands/run.ts';
import { ecunetVersion } from './ecunetVersion.ts';
import { exitFailed, exitOfSignal, exitOk } from './process/exitCodes.ts';
import { type Io, tell } from './process/io.ts';
import { jsonLine } from './process/jsonLine.ts';
import { onEndingSignal } from './process/signals.ts';
import { isStandardOutput, takesStandardOutput } from './process/standardOutput.ts';

/** What attach points told while the dashboard was shown, the latest; it is printed after it. */
const linesKeptMax = 100;

/** What a run is watched and recorded with, and where it writes. */
interface Call {
  readonly io: Io;
  readonly inputs: RunInputs;
  readonly options: RunCommandOptions;
  readonly store: RunStore;
  /** Records what the network carries. */
  readonly opened: (transports: Transports) => void;
  readonly stop: AbortController;
}

export async function run(given: Io, argument: string, options: RunCommandOptions): Promise<number> {
  const taken = takesStandardOutput(options);
  const { inputs, outline } = readInputs(given, argument, options);
  const store = createRunStore(outline);
  const captures = options.capture === undefined ? undefined : await import('./openCapture.ts');
  const capture = captures?.openCapture(options.capture ?? '', inputs, given);
  const opened = (transports: Transports) => {
    if (capture !== undefined) captures?.captureTransports(capture, inputs, transports);
  };
  // A reader of a trace or a capture from standard output gets nothing else there.
  const io: Io =
    taken === undefined || options.json ? given : { out: (data) => given.err(String(data)), err: given.err };
  const stop = new AbortController();
  const forgetSignals = stopOnSignals(stop);
  let finished: FinishedRun;
  try {
    finished = await watched({ io, inputs, options, store, opened, stop }, given.out);
    if (finished.outcome !== 'given-up') capture?.finish();
  } finally {
    // Of a run that was given up, too, what was recorded is a whole capture; where nothing was, there is none.
    capture?.close();
    forgetSignals();
  }
  await report(io, finished, { store, outline, title: inputs.scenario.title, json: options.json === true });
  if ('cause' in finished) throw finished.cause;
  if (finished.givenUp !== undefined) return exitOfGivenUp(finished.givenUp.reason);
  return finished.outcome === 'passed' ? exitOk : exitFailed;
}

interface Told {
  readonly store: RunStore;
  readonly outline: ScenarioOutline;
  readonly title: string;
  readonly json: boolean;
}

async function report(io: Io, finished: FinishedRun, { store, outline, title, json }: Told): Promise<void> {
  const { givenUp, simulatedMs, wallMs } = finished;
  if (json) {
    const { jsonResult } = await import('../report/jsonResult.ts');
    const parts = { ecunet: ecunetVersion(), path: outline.file, title, finished, expectations: store.expectations() };
    io.out(jsonLine(jsonResult({ ...parts, view: store.view() })));
  } else {
    const { summaryText } = await import('../report/summary.ts');
    io.out(`${summaryText(store.view(), { wallMs, color: hasColor(io) })}\n`);
  }
  if (givenUp !== undefined)
    tell(io, `the run was given up ${givenUpWords({ ...givenUp, t: simulatedMs * NS_PER_MS })}`);
}

function exitOfGivenUp(reason: GiveUpReason): number {
  return reason === 'SIGHUP' || reason === 'SIGTERM' ? exitOfSignal[reason] : exitOfSignal.SIGINT;
}

function readInputs(
  io: Io,
  argument: string,
  options: RunCommandOptions,
): { readonly inputs: RunInputs; readonly outline: ScenarioOutline } {
  const {
    seed,
    image = new Map(),
    bus = new Map(),
    link = new Map(),
    slcan,
    cannelloni,
    hold,
    trace,
    capture,
  } = options;
  const read: NamedFile[] = [...image].map(([ecu, path]) => ({ what: `the image of ${ecu}`, path }));
  const file = scenarioPath(argument);
  const noted = (what: string, path: string) => read.push({ what, path });
  const { scenario, lineOf, recordings } = loadScenarioFile(file, { noted, tell: (line) => tell(io, line) });
  const written = Object.entries({ '--trace': trace, '--capture': capture });
  assertOwnFiles(
    written.flatMap(([what, path]) => (path === undefined || isStandardOutput(path) ? [] : [{ what, path }])),
    read,
  );
  const kinds = new Map([...link].map(([ecu, kind]) => [ecu, readLinkKind(ecu, kind)]));
  const inputs = completeInputs({
    scenario,
    seed: seed ?? scenario.seed,
    givenImages: new Map([...image].map(([ecu, path]) => [ecu, readImage(ecu, path)])),
    interfaces: bus,
    links: kinds,
    ...(recordings.size > 0 && { recordings }),
    ...(slcan && { slcan }),
    ...(cannelloni && { cannelloni }),
    ...(hold && { hold }),
  });
  return { inputs, outline: outlineOf(file, inputs.scenario, lineOf) };
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
async function watched(call: Call, traceOut: Io['out']): Promise<FinishedRun> {
  const { io, inputs, options, store, opened, stop } = call;
  const { trace } = options;
  const traced = trace !== undefined && (isStandardOutput(trace) ? { traceOut } : { tracePath: trace });
  const common = { inputs, opened, attachTold: (line: string) => tell(io, line), stop: stop.signal, ...traced };
  const update: Observer = (event) => store.update(event);
  if (!options.json && options.dash && (await hasDashboard(io))) {
    return onDashboard(call, { ...common, observers: [update] });
  }
  const observers = options.json ? [update] : [update, await printer(io, store.view().outline)];
  return runScenario({ ...common, observers });
}

async function hasDashboard({ terminal }: Io): Promise<boolean> {
  if (terminal === undefined) return false;
  const { canShowDashboard } = await import('../tui/loadDashboard.ts');
  return canShowDashboard(terminal, process.env);
}

/** Prints a run as lines. */
async function printer({ out }: Io, outline: ScenarioOutline | undefined): Promise<Observer> {
  const { createProgressLines } = await import('../report/progressLines.ts');
  const progress = createProgressLines(outline);
  return (event) => {
    for (const line of progress(event)) out(`${line}\n`);
  };
}

async function onDashboard({ io, inputs, store, stop }: Call, options: RunOptions): Promise<FinishedRun> {
  const { loadDashboard } = await import('../tui/loadDashboard.ts');
  const { showDashboard } = await loadDashboard();
  let dashboard: ReturnType<typeof showDashboard> | undefined;
  const controlled = (controls: RunControls) => {
    const quit = () => stop.abort('quit');
    dashboard = showDashboard({
      store,
      controls: { ...controls, quit },
      abort: () => process.exit(exitOfSignal.SIGINT),
    });
  };
  const kept: string[] = [];
  const attachTold = (line: string) => {
    if (dashboard === undefined) tell(io, line);
    else if (kept.push(line) > linesKeptMax) kept.shift();
  };
  try {
    const speed = isRealTime(inputs) ? 1 : inputs.scenario.speed;
    return await runScenario({ ...options, attachTold, speed, controlled });
  } finally {
    await dashboard?.finish();
    for (const line of kept) tell(io, line);
  }
}

/** The first signal ends the run, which is met soon; another one ends the process, should it not be. Returns a function that stops listening. */
function stopOnSignals(stop: AbortController): () => void {
  return onEndingSignal((exitCode, signal) => {
    if (stop.signal.aborted) process.exit(exitCode);
    stop.abort(signal);
  });
}

function hasColor({ terminal }: Io): boolean {
  return terminal !== undefined && !process.env.NO_COLOR;
}
