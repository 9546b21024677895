// Owns: running a scenario from its inputs to its result: unpaced on the event queue alone, or paced to the host's time where
// somebody watches or real interfaces take part.
import type { Tell } from '../attach/attachableBus.ts';
import type { Enter } from '../bus/enter.ts';
import { EventQueue } from '../core/time/clock.ts';
import { hostTimer, monotonicMs } from '../core/time/hostTime.ts';
import { Pacer } from '../core/time/pacer.ts';
import { type GiveUpReason, giveUpReasons, type Observer } from './events/events.ts';
import { isRealTime, type RunInputs } from './inputs/inputs.ts';
import { fileRecordings } from './recordings/fileRecordings.ts';
import { type RunResult, Simulation } from './simulation.ts';
import { createRecorder } from './tape/recorder.ts';
import { type TraceTo, TraceWriter, traceHead } from './trace.ts';
import { type Transports, virtualTransports } from './transports/transports.ts';

export interface RunOptions extends TraceTo {
  readonly inputs: RunInputs;
  readonly observers: readonly Observer[];
  /** Simulated seconds a second; as fast as it goes when omitted. Real interfaces always run at 1. */
  readonly speed?: number;
  /** Called once, before anything happens, with what carries the vehicle's network: to tap it. */
  readonly opened?: (transports: Transports) => void;
  /** Takes lines, for the user, on attach points and who comes to them. */
  readonly attachTold?: Tell;
  /** Called once, when a paced run stands at its beginning, with what controls it. */
  readonly controlled?: (controls: RunControls) => void;
  /**
   * Aborted to end the run: a held run whose steps are done comes to its end, any other is given up. The signal's reason is a
   * `GiveUpReason`; `quit` where it is anything else.
   */
  readonly stop?: AbortSignal;
}

export interface RunControls {
  paused(): boolean;
  pause(): void;
  resume(): void;
  speed(): number;
  setSpeed(speed: number): void;
  /** Simulated time now. */
  nowNs(): number;
}

export interface FinishedRun extends RunResult {
  readonly seed: number;
  readonly traceDigest: string;
  readonly wallMs: number;
  /** What was thrown in a run that was given up for an error. */
  readonly cause?: unknown;
}

/** Events between looks at the host's clock, and the time between looks at its event loop, where signals and pipes wait. */
const sliceEvents = 256;
const sliceMs = 20;

/** A run, from the first line of its trace to the last. */
interface UnderWay {
  readonly options: RunOptions;
  readonly queue: EventQueue;
  readonly trace: TraceWriter;
  readonly observe: Observer;
  /** Undefined until there is anything to give up. */
  simulation: Simulation | undefined;
}

/**
 * A run that is given up, be it for an error in it, has its result too, and its trace ends there. Throws an InputError for an
 * interface that cannot be had, and for a trace that cannot be written.
 */
export async function runScenario(options: RunOptions): Promise<FinishedRun> {
  const { inputs, observers, speed } = options;
  const startedMs = monotonicMs();
  const queue = new EventQueue();
  const trace = new TraceWriter(options, () => ({ t: queue.nowNs(), reason: 'exit' }));
  const observe: Observer = (event) => {
    trace.put(event);
    if (event.type === 'run.finished') trace.finish();
    for (const observer of observers) observer(event);
  };
  const run: UnderWay = { options, queue, trace, observe, simulation: undefined };
  const finished = (result: RunResult) => {
    return { ...result, seed: inputs.seed, traceDigest: trace.finish(), wallMs: monotonicMs() - startedMs };
  };
  try {
    for (const entry of traceHead(inputs)) trace.put(entry);
    const paced = isRealTime(inputs) || speed !== undefined;
    return finished(await (paced ? runPaced(run) : runUnpaced(run)));
  } catch (cause) {
    const { simulation } = run;
    if (simulation === undefined || trace.isBroken) throw cause;
    return { ...finished(orThrow(cause, () => giveUp(run, simulation, 'error', cause))), cause };
  } finally {
    trace.discard();
  }
}

/** An observer that threw may throw once more: what it threw first says what is wrong. */
function orThrow<T>(cause: unknown, attempt: () => T): T {
  try {
    return attempt();
  } catch {
    throw cause;
  }
}

/** The trace ends here and now; what the result needs beyond that is told to the observers alone. */
function giveUp({ trace, queue }: UnderWay, simulation: Simulation, reason: GiveUpReason, cause?: unknown): RunResult {
  const error = cause === undefined ? undefined : cause instanceof Error ? cause.message : String(cause);
  trace.giveUp({ t: queue.nowNs(), reason, ...(error !== undefined && { error }) });
  return simulation.giveUp(reason, error);
}

function reasonOf(stop: AbortSignal): GiveUpReason {
  return giveUpReasons.find((reason) => reason === stop.reason) ?? 'quit';
}

/** Calls `stopped` when the signal is aborted, or at once where it is already. Returns a function that stops listening. */
function onStop(stop: AbortSignal | undefined, stopped: (reason: GiveUpReason) => void): () => void {
  if (stop === undefined) return () => {};
  const listener = () => stopped(reasonOf(stop));
  stop.addEventListener('abort', listener);
  if (stop.aborted) listener();
  return () => stop.removeEventListener('abort', listener);
}

async function runUnpaced(run: UnderWay): Promise<RunResult> {
  const { options, queue, trace, observe } = run;
  const { inputs, opened, stop } = options;
  const transports = virtualTransports(inputs, queue);
  opened?.(transports);
  const simulation = new Simulation(inputs, queue, transports, observe, fileRecordings(inputs, queue, trace));
  run.simulation = simulation;
  let reason: GiveUpReason | undefined;
  const forget = onStop(stop, (why) => {
    reason = why;
  });
  const isOver = () => simulation.result !== undefined || reason !== undefined;
  try {
    simulation.begin();
    while (!isOver()) {
      takeSlice(queue, isOver);
      await new Promise<void>((resume) => hostTimer(0, resume));
    }
  } finally {
    forget();
  }
  return simulation.result ?? giveUp(run, simulation, reason ?? 'quit');
}

function takeSlice(queue: EventQueue, isOver: () => boolean): void {
  const endMs = monotonicMs() + sliceMs;
  while (monotonicMs() < endMs) {
    for (let events = 0; events < sliceEvents; events += 1) {
      if (isOver()) return;
      if (!queue.step()) throw new Error('the run came to a halt: nothing is left to happen');
    }
  }
}

async function runPaced(run: UnderWay): Promise<RunResult> {
  const { options, queue, trace, observe } = run;
  const { inputs, speed = 1, opened, attachTold = () => {}, controlled, stop } = options;
  let finish: (result: RunResult) => void = () => {};
  let fail: (cause: unknown) => void = () => {};
  const finished = new Promise<RunResult>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  const pacer = new Pacer(queue, isRealTime(inputs) ? 1 : speed, (cause) => fail(cause));
  const gate = new Gate(pacer);
  const recorder = createRecorder(queue, gate.enter, trace);
  // The real transports, TLS and native modules among them, are loaded by runs in real time alone.
  const { openTransports } = await import('./realTransports/realTransports.ts');
  const transports = await openTransports(inputs, queue, recorder, gate.enter, attachTold);
  const shut = () => {
    gate.close();
    pacer.stop();
  };
  let forget = () => {};
  try {
    opened?.(transports);
    const observed: Observer = (event) => {
      observe(event);
      if (event.type !== 'run.finished') return;
      shut();
      hostTimer(0, () => simulation.result && finish(simulation.result));
    };
    const recordings = fileRecordings(inputs, queue, trace);
    const simulation: Simulation = new Simulation(inputs, queue, transports, observed, recordings);
    run.simulation = simulation;
    simulation.begin();
    controlled?.(controlsOf(pacer, queue, isRealTime(inputs)));
    pacer.start();
    gate.open();
    forget = onStop(stop, (reason) => {
      if (simulation.isHeld) recorder.input('run', { kind: 'released' }, () => simulation.release());
      else if (simulation.result === undefined) {
        pacer.catchUp();
        shut();
        try {
          finish(giveUp(run, simulation, reason));
        } catch (cause) {
          fail(cause);
        }
      }
    });
    return await finished;
  } finally {
    forget();
    shut();
    transports.close();
  }
}

/** Lets in what comes from outside while the run is under way: what comes sooner waits, what comes later is lost. */
class Gate {
  private readonly pacer: Pacer;
  private early: (() => void)[] | undefined = [];
  private isClosed = false;

  constructor(pacer: Pacer) {
    this.pacer = pacer;
  }

  readonly enter: Enter = (run) => {
    if (this.early !== undefined) this.early.push(run);
    else if (!this.isClosed) this.pacer.enter(() => this.letIn(run));
  };

  /** What was due before may have been the end of the run. */
  private letIn(run: () => void): void {
    if (!this.isClosed) run();
  }

  open(): void {
    const { early = [] } = this;
    this.early = undefined;
    for (const run of early) this.enter(run);
  }

  close(): void {
    this.isClosed = true;
  }
}

/** A run on real interfaces can be neither paused nor hurried: the other side would not wait. */
function controlsOf(pacer: Pacer, queue: EventQueue, realTime: boolean): RunControls {
  let paused = false;
  return {
    paused: () => paused,
    pause() {
      if (realTime) return;
      paused = true;
      pacer.stop();
    },
    resume() {
      if (!paused) return;
      paused = false;
      pacer.start();
    },
    speed: () => pacer.currentSpeed,
    setSpeed(speed) {
      if (!realTime) pacer.setSpeed(speed);
    },
    nowNs: () => queue.nowNs(),
  };
}
