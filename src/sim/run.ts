// Owns: running a scenario from its inputs to its result: unpaced on the event queue alone, or paced to the host's time where
// somebody watches or real interfaces take part.
import type { Tell } from '../attach/attachableBus.ts';
import type { Enter } from '../bus/enter.ts';
import { EventQueue } from '../core/clock.ts';
import { hostTimer, monotonicMs } from '../core/hostTime.ts';
import { Pacer } from '../core/pacer.ts';
import type { Observer } from './events.ts';
import { isRealTime, type RunInputs } from './inputs.ts';
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
}

export interface RunControls {
  paused(): boolean;
  pause(): void;
  resume(): void;
  speed(): number;
  setSpeed(speed: number): void;
  /** Simulated time now. */
  nowNs(): number;
  /** Ends a held run whose steps are done. Gives any other up: `runScenario` comes to its end without a result. */
  quit(): void;
}

export interface FinishedRun extends RunResult {
  readonly seed: number;
  readonly traceDigest: string;
  readonly wallMs: number;
}

/** Events between looks at the host's event loop, where signals and pipes wait. */
const sliceEvents = 20_000;

/** Undefined where the run was given up. Throws an InputError for an interface that cannot be had. */
export async function runScenario(options: RunOptions): Promise<FinishedRun | undefined> {
  const { inputs, observers, speed } = options;
  const startedMs = monotonicMs();
  const trace = new TraceWriter(options);
  const queue = new EventQueue();
  const observe: Observer = (event) => {
    trace.put(event);
    for (const observer of observers) observer(event);
  };
  const paced = isRealTime(inputs) || speed !== undefined;
  try {
    for (const entry of traceHead(inputs)) trace.put(entry);
    const result = paced ? await runPaced(options, queue, trace, observe) : await runUnpaced(options, queue, observe);
    if (result === undefined) return undefined;
    const traceDigest = trace.finish();
    return { ...result, seed: inputs.seed, traceDigest, wallMs: monotonicMs() - startedMs };
  } finally {
    trace.discard();
  }
}

async function runUnpaced({ inputs, opened }: RunOptions, queue: EventQueue, observe: Observer): Promise<RunResult> {
  const transports = virtualTransports(inputs, queue);
  opened?.(transports);
  const simulation = new Simulation(inputs, queue, transports, observe);
  simulation.begin();
  for (;;) {
    for (let events = 0; events < sliceEvents; events += 1) {
      if (simulation.result !== undefined) return simulation.result;
      if (!queue.step()) throw new Error('the run came to a halt: nothing is left to happen');
    }
    await new Promise<void>((resume) => hostTimer(0, resume));
  }
}

async function runPaced(
  { inputs, speed = 1, opened, attachTold = () => {}, controlled }: RunOptions,
  queue: EventQueue,
  trace: TraceWriter,
  observe: Observer,
): Promise<RunResult | undefined> {
  let finish: (result: RunResult | undefined) => void = () => {};
  let fail: (cause: unknown) => void = () => {};
  const finished = new Promise<RunResult | undefined>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  const pacer = new Pacer(queue, isRealTime(inputs) ? 1 : speed, (cause) => fail(cause));
  const gate = new Gate(pacer);
  const recorder = createRecorder(queue, gate.enter, trace);
  // The real transports, TLS and native modules among them, are loaded by runs in real time alone.
  const { openTransports } = await import('./transports/realTransports.ts');
  const transports = await openTransports(inputs, queue, recorder, gate.enter, attachTold);
  opened?.(transports);
  try {
    const simulation = new Simulation(inputs, queue, transports, (event) => {
      observe(event);
      if (event.type !== 'run.finished') return;
      pacer.stop();
      gate.close();
      hostTimer(0, () => finish(simulation.result));
    });
    simulation.begin();
    const quit = () => {
      if (simulation.isHeld) recorder.input('run', { kind: 'released' }, () => simulation.release());
      else {
        pacer.stop();
        finish(undefined);
      }
    };
    controlled?.(controlsOf(pacer, queue, isRealTime(inputs), quit));
    pacer.start();
    gate.open();
    return await finished;
  } finally {
    gate.close();
    pacer.stop();
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
function controlsOf(pacer: Pacer, queue: EventQueue, realTime: boolean, quit: () => void): RunControls {
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
    quit,
  };
}
