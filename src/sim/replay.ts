// Owns: replaying a trace: today's code is given the recorded inputs, and each line that comes out is held against the recorded
// one, to the end of the run or to where it was given up.
import { vehicleBus } from '../bus/faults/vehicleBus.ts';
import type { EnvironmentFault } from '../core/faults.ts';
import { linkMessageBytesMax } from '../core/limits.ts';
import { EventQueue } from '../core/time/clock.ts';
import { readLines } from '../files/regularFile.ts';
import type { RunInputs } from './inputs/inputs.ts';
import { traceLineBytesMax } from './limits.ts';
import { attachedBuses, playAttached } from './realTransports/attachPoints.ts';
import { linkPort } from './realTransports/realLinks.ts';
import { type RecordedRun, readRecordedRun } from './recordedRun.ts';
import { tracedRecordings } from './recordings/tracedRecordings.ts';
import { Simulation } from './simulation.ts';
import type { Player, TapeContent, TapeInput } from './tape/tape.ts';
import { playedBus, playedLink, type TapedBus } from './tape/taped.ts';
import { type GivenUp, traceHead } from './trace.ts';
import {
  busRandom,
  interfacePlace,
  type LinkPair,
  type Transports,
  virtualBuses,
  virtualEthernets,
} from './transports/transports.ts';

/** Where a replay first left the trace; `line` counts from 1. `was` or `is` is absent where one of them has ended. */
export interface Difference {
  readonly line: number;
  readonly was: string | undefined;
  readonly is: string | undefined;
}

export interface ReplayResult {
  readonly lines: number;
  readonly difference: Difference | undefined;
  readonly title: string;
  /** Where the recorded run was given up, and so the replay ended. */
  readonly givenUp: GivenUp | undefined;
}

/** Holds each line that comes out against the next one of the file. */
class Comparison {
  lines = 0;
  difference: Difference | undefined;
  private readonly recorded: Generator<string>;
  private readonly linesMax: number;

  /** What comes out after `linesMax` is not compared: the recorded run was given up there. */
  constructor(recorded: Generator<string>, linesMax: number) {
    this.recorded = recorded;
    this.linesMax = linesMax;
  }

  get isOver(): boolean {
    return this.difference !== undefined || this.lines >= this.linesMax;
  }

  put(entry: object): void {
    if (this.isOver) return;
    this.lines += 1;
    const next = this.recorded.next();
    const was = next.done ? undefined : next.value;
    const is = JSON.stringify(entry);
    if (was !== is) this.difference = { line: this.lines, was, is };
  }

  end(): void {
    const next = this.recorded.next();
    if (!this.isOver && !next.done) {
      this.difference = { line: this.lines + 1, was: next.value, is: undefined };
    }
  }
}

/** Throws an InputError where the file is no trace. */
export function replayTrace(path: string): ReplayResult {
  const recorded = readRecordedRun(path);
  const { inputs, givenUp } = recorded;
  const linesMax = givenUp === undefined ? Number.POSITIVE_INFINITY : recorded.lines - 1;
  const comparison = new Comparison(readLines(path, traceLineBytesMax), linesMax);
  for (const entry of traceHead(inputs)) comparison.put(entry);
  try {
    if (!comparison.isOver) playRun(path, recorded, comparison);
    if (!comparison.isOver) comparison.end();
  } catch (error) {
    // The event that brought the last line may be the one in which the recorded run broke, and does so again.
    if (givenUp === undefined || comparison.lines < linesMax) throw error;
  }
  const { difference } = comparison;
  const reached = givenUp !== undefined && difference === undefined ? comparison.lines + 1 : comparison.lines;
  return { lines: reached, difference, title: inputs.scenario.title, givenUp };
}

function playRun(path: string, { inputs, tape }: RecordedRun, comparison: Comparison): void {
  const queue = new EventQueue();
  const player = new TapePlayer(tape, comparison);
  const observe = (event: object) => comparison.put(event);
  const recordings = tracedRecordings(path, comparison);
  const simulation = new Simulation(inputs, queue, playedTransports(inputs, queue, player), observe, recordings);
  simulation.begin();
  player.listen('run', () => simulation.release());
  const over = () => simulation.result !== undefined || comparison.isOver;
  for (const input of player.inputs) {
    while ((queue.nextNs() ?? Number.POSITIVE_INFINITY) <= input.t && !over()) queue.step();
    if (over()) break;
    queue.advanceTo(input.t);
    comparison.put(input);
    player.play(input);
  }
  while (!over() && queue.step());
}

function playedTransports(inputs: RunInputs, queue: EventQueue, player: Player): Transports {
  const { scenario, seed } = inputs;
  const buses = new Map(virtualBuses(inputs, queue));
  const interfaces = new Map<string, TapedBus>();
  for (const [name, onInterface] of inputs.interfaces) {
    const fd = scenario.vehicle.buses[name]?.kind === 'can-fd';
    const bus = playedBus(name, interfacePlace(inputs, name, onInterface), fd, queue, player);
    interfaces.set(name, bus);
    buses.set(name, vehicleBus(bus, queue, busRandom(seed, name)));
  }
  for (const name of attachedBuses(inputs)) {
    const bus = buses.get(name);
    if (bus !== undefined) playAttached(bus, player);
  }
  const links = new Map<string, LinkPair>();
  for (const ecu of inputs.links.keys()) {
    const end = (which: 'primary' | 'secondary') => playedLink(linkPort(ecu, which), linkMessageBytesMax, player);
    links.set(ecu, { primary: end('primary'), secondary: end('secondary') });
  }
  return { buses, ethernets: virtualEthernets(inputs, queue), links, interfaces };
}

/** Plays inputs back; notes refusals of `send` at the calls that were refused. */
class TapePlayer implements Player {
  /** Those that came from outside, in order. */
  readonly inputs: readonly TapeInput[];
  private readonly refusals = new Map<string, TapeInput & { readonly kind: 'refused' }>();
  private readonly listeners = new Map<string, (content: TapeContent) => void>();
  private readonly comparison: Comparison;

  constructor(tape: readonly TapeInput[], comparison: Comparison) {
    this.comparison = comparison;
    this.inputs = tape.filter(({ kind }) => kind !== 'refused');
    for (const input of tape) {
      if (input.kind === 'refused') this.refusals.set(`${input.port} ${input.call}`, input);
    }
  }

  listen(port: string, play: (content: TapeContent) => void): void {
    this.listeners.set(port, play);
  }

  refusal(port: string, call: number): EnvironmentFault | undefined {
    const input = this.refusals.get(`${port} ${call}`);
    if (input !== undefined) this.comparison.put(input);
    return input?.fault;
  }

  play(input: TapeInput): void {
    this.listeners.get(input.port)?.(input);
  }
}
