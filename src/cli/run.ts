// Owns: `ecunet run`. What only some runs need (captures, lines, the dashboard) is loaded by those.
import { basename } from 'node:path';
import { InputError } from '../core/faults.ts';
import { imageBytesMax } from '../core/limits.ts';
import { assertOwnFiles, type NamedFile } from '../files/outputs.ts';
import { readBoundedFile } from '../files/regularFile.ts';
import { resultObject } from '../report/runResult.ts';
import { createDashboardStore, type DashboardStore } from '../report/runView.ts';
import type { Observer } from '../sim/events.ts';
import { completeInputs, isRealTime, type LinkKind, linkKinds, type RunInputs } from '../sim/inputs.ts';
import { type FinishedRun, type RunControls, type RunOptions, runScenario } from '../sim/run.ts';
import { loadScenario, scenarioPath } from '../sim/scenario/load.ts';
import type { GivenImage } from '../sim/servers/images.ts';
import type { Transports } from '../sim/transports/transports.ts';
import { isImageFilename } from '../uptane/decode/fields.ts';
import type { RunCommandOptions } from './commands/run.ts';
import { exitFailed, exitOfSignal, exitOk } from './exitCodes.ts';
import { type Io, tell } from './io.ts';
import { jsonLine } from './jsonLine.ts';
import { onEndingSignal } from './signals.ts';
import { isStandardOutput, takesStandardOutput } from './standardOutput.ts';

/** What attach points told while the dashboard was shown, the latest; it is printed after it. */
const linesKeptMax = 100;

/** What a run is watched and recorded with, and where it writes. */
interface Call {
  readonly io: Io;
  readonly inputs: RunInputs;
  readonly options: RunCommandOptions;
  readonly store: DashboardStore;
  /** Records what the network carries. */
  readonly opened: (transports: Transports) => void;
}

export async function run(given: Io, argument: string, options: RunCommandOptions): Promise<number> {
  const taken = takesStandardOutput(options);
  const inputs = readInputs(argument, options);
  const store = createDashboardStore();
  const captures = options.capture === undefined ? undefined : await import('./openCapture.ts');
  const capture = captures?.openCapture(options.capture ?? '', inputs, given);
  const opened = (transports: Transports) => {
    if (capture !== undefined) captures?.captureTransports(capture, inputs, transports);
  };
  // Whoever reads a trace or a capture from standard output gets nothing else there.
  const io: Io =
    taken === undefined || options.json ? given : { out: (data) => given.err(String(data)), err: given.err };
  let end: RunEnd;
  try {
    end = await watched({ io, inputs, options, store, opened }, given.out);
    if (end.finished !== undefined) capture?.finish();
  } finally {
    capture?.close();
  }
  const { finished, exitCode } = end;
  if (finished === undefined) {
    tell(io, 'the run was given up');
    return exitCode ?? exitOfSignal.SIGINT;
  }
  if (options.json) io.out(jsonLine(resultObject(finished, store.view().buses)));
  else {
    const { summaryText } = await import('../report/summary.ts');
    io.out(`${summaryText(store.view(), { wallMs: finished.wallMs, color: hasColor(io) })}\n`);
  }
  return finished.outcome === 'passed' ? exitOk : exitFailed;
}

function readInputs(argument: string, options: RunCommandOptions): RunInputs {
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
  const scenario = loadScenario(scenarioPath(argument), (what, path) => read.push({ what, path }));
  const written = Object.entries({ '--trace': trace, '--capture': capture });
  assertOwnFiles(
    written.flatMap(([what, path]) => (path === undefined || isStandardOutput(path) ? [] : [{ what, path }])),
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

interface RunEnd {
  /** Undefined where the run was given up. */
  readonly finished: FinishedRun | undefined;
  /** Of the signal by which it was given up. */
  readonly exitCode?: number;
}

/** Runs with what the user sees meanwhile: the dashboard in a terminal, lines elsewhere, nothing with --json. */
async function watched(call: Call, traceOut: Io['out']): Promise<RunEnd> {
  const { io, inputs, options, store, opened } = call;
  const { trace } = options;
  const traced = trace !== undefined && (isStandardOutput(trace) ? { traceOut } : { tracePath: trace });
  const common = { inputs, opened, attachTold: (line: string) => tell(io, line), ...traced };
  const update: Observer = (event) => store.update(event);
  if (!options.json && options.dash && (await hasDashboard(io))) {
    return { finished: await onDashboard(call, { ...common, observers: [update] }) };
  }
  const signals = endOnSignals(inputs);
  try {
    const observers = options.json ? [update] : [update, await printer(io)];
    const finished = await runScenario({ ...common, observers, controlled: signals.controlled });
    return { finished, ...(signals.exitCode !== undefined && { exitCode: signals.exitCode }) };
  } finally {
    signals.stop();
  }
}

async function hasDashboard({ terminal }: Io): Promise<boolean> {
  if (terminal === undefined) return false;
  const { canShowDashboard } = await import('../tui/loadDashboard.ts');
  return canShowDashboard(terminal, process.env);
}

/** Prints a run as lines. */
async function printer({ out }: Io): Promise<Observer> {
  const { createProgressLines } = await import('../report/progressLines.ts');
  const progress = createProgressLines();
  return (event) => {
    for (const line of progress(event)) out(`${line}\n`);
  };
}

async function onDashboard({ io, inputs, store }: Call, options: RunOptions): Promise<FinishedRun | undefined> {
  const { loadDashboard } = await import('../tui/loadDashboard.ts');
  const { showDashboard } = await loadDashboard();
  let dashboard: ReturnType<typeof showDashboard> | undefined;
  const controlled = (controls: RunControls) => {
    dashboard = showDashboard({ store, controls, abort: () => process.exit(exitOfSignal.SIGINT) });
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

/** A run without a dashboard, which has its own way, and the signals that end it. */
interface Signals {
  readonly controlled: (controls: RunControls) => void;
  /** Of the first signal that came. */
  readonly exitCode: number | undefined;
  stop(): void;
}

/**
 * A signal ends the process by way of `exit`, so that a half-written trace is taken away. A run that can be held ends by itself
 * at the first one: held, with its result; sooner, given up with the signal's exit code.
 */
function endOnSignals({ hold }: RunInputs): Signals {
  let quit: (() => void) | undefined;
  let first: number | undefined;
  const stop = onEndingSignal((exitCode) => {
    if (quit === undefined || first !== undefined) process.exit(exitCode);
    first = exitCode;
    quit();
  });
  return {
    controlled(controls) {
      if (hold) quit = controls.quit;
    },
    get exitCode() {
      return first;
    },
    stop,
  };
}

function hasColor({ terminal }: Io): boolean {
  return terminal !== undefined && !process.env.NO_COLOR;
}
