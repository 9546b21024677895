// Owns: replaying a trace: today's code is given the recorded inputs, and each line that comes out is held against the recorded
// one, to the end of the run or to where it was given up.
import * as z from 'zod';
import { vehicleBus } from '../bus/faults/vehicleBus.ts';
import { type EnvironmentFault, InputError } from '../core/faults.ts';
import { linkMessageBytesMax } from '../core/limits.ts';
import { EventQueue } from '../core/time/clock.ts';
import { readLines } from '../files/regularFile.ts';
import { checkForm } from '../vehicleFile/source/checkForm.ts';
import { pathText } from '../vehicleFile/source/finding.ts';
import type { Told } from '../vehicleFile/source/told.ts';
import { giveUpReasons } from './events/events.ts';
import { checkTransports, linkKinds, type RunInputs } from './inputs/inputs.ts';
import { traceLineBytesMax } from './limits.ts';
import { attachedBuses, playAttached } from './realTransports/attachPoints.ts';
import { linkPort } from './realTransports/realLinks.ts';
import { checkScenario } from './scenario/check.ts';
import { readRecordedScenario } from './scenario/recorded.ts';
import type { Scenario } from './scenario/schema.ts';
import type { GivenImage } from './servers/images.ts';
import { Simulation } from './simulation.ts';
import { type Player, type TapeContent, type TapeInput, tapeInputSchema } from './tape/tape.ts';
import { playedBus, playedLink, type TapedBus } from './tape/taped.ts';
import { type GivenUp, traceFormat, traceHead } from './trace.ts';
import { busRandom, type LinkPair, type Transports, virtualBuses, virtualEthernets } from './transports/transports.ts';

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

const head = z.object({
  type: z.literal('trace'),
  format: z.literal(traceFormat),
  seed: z.int().min(0),
  scenario: z.unknown(),
  interfaces: z.record(z.string(), z.string()),
  links: z.record(z.string(), z.enum(linkKinds)),
  slcan: z.record(z.string(), z.string()).optional(),
  cannelloni: z.record(z.string(), z.string()).optional(),
  hold: z.boolean().optional(),
});

function parseObject(path: string, line: number, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // said below
  }
  throw new InputError(`${path}:${line}: not a JSON object, so this is no trace`);
}

function parseInput(path: string, line: number, entry: object): TapeInput {
  const judged = checkForm(tapeInputSchema, entry);
  // as it stands, not as parsed: it is held against what comes out, members in their order
  if (judged.ok) return entry as TapeInput;
  const [told] = judged.fault;
  throw new InputError(`${path}:${line}: ${pathText(told?.path ?? []) || 'input'}: ${told?.text ?? 'not an input'}`);
}

/** The last line of a run that was given up. */
const givenUpSchema = z.strictObject({
  type: z.literal('run.givenUp'),
  t: z.int().min(0),
  reason: z.enum(giveUpReasons),
  error: z.string().optional(),
});

function parseGivenUp(path: string, line: number, text: string): GivenUp {
  const parsed = givenUpSchema.safeParse(parseObject(path, line, text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InputError(
      `${path}:${line}: ${issue?.path.join('.') || 'run.givenUp'}: ${issue?.message ?? 'not a line'}`,
    );
  }
  const { t, reason, error } = parsed.data;
  return { t, reason, ...(error !== undefined && { error }) };
}

interface Recorded {
  readonly inputs: RunInputs;
  readonly tape: readonly TapeInput[];
  readonly lines: number;
  readonly givenUp: GivenUp | undefined;
}

/** An image of the trace while its bytes come in. */
interface ReceivedImage extends GivenImage {
  received: number;
}

function otherFormat(format: number): string {
  const known = `this ecunet reads format ${traceFormat}`;
  if (format > traceFormat) return `a trace of format ${format}; ${known}: replay it with the ecunet that wrote it`;
  return `a trace of format ${format}; ${known}: run the scenario again with --trace, or replay it with the ecunet that wrote it`;
}

function badHead(path: string, at: readonly PropertyKey[], [told]: readonly Told[]): InputError {
  const member = pathText([...at, ...(told?.path ?? [])]);
  return new InputError(`${path}:1: ${member || 'head'}: ${told?.text ?? 'not a trace'}`);
}

function parseHead(path: string, text: string): Omit<RunInputs, 'givenImages'> {
  const entry = parseObject(path, 1, text);
  const { format } = entry;
  if (typeof format === 'number' && format !== traceFormat) throw new InputError(`${path}:1: ${otherFormat(format)}`);
  const result = checkForm(head, entry);
  if (!result.ok) throw badHead(path, [], result.fault);
  const { seed, interfaces, links, slcan, cannelloni, hold } = result.value;
  const read = readRecordedScenario(result.value.scenario);
  if (!read.ok) throw badHead(path, ['scenario'], read.fault);
  const scenario = read.value;
  const problem = checkScenario(scenario);
  if (problem !== undefined) {
    throw new InputError(`${path}:1: scenario.${pathText(problem.path)}: ${problem.message}`);
  }
  const inputs = {
    seed,
    scenario,
    interfaces: new Map(Object.entries(interfaces)),
    links: new Map(Object.entries(links)),
    ...(slcan && { slcan: new Map(Object.entries(slcan)) }),
    ...(cannelloni && { cannelloni: new Map(Object.entries(cannelloni)) }),
    ...(hold && { hold }),
  };
  try {
    checkTransports(inputs);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${path}:1: ${error.message}`) : error;
  }
  return inputs;
}

/** First reading: what decides the run. */
function readInputs(path: string): Recorded {
  let parsed: Omit<RunInputs, 'givenImages'> | undefined;
  const images = new Map<string, ReceivedImage>();
  const tape: TapeInput[] = [];
  let givenUp: GivenUp | undefined;
  let number = 0;
  for (const text of readLines(path, traceLineBytesMax)) {
    number += 1;
    givenUp = undefined; // more came after it
    if (parsed === undefined) {
      parsed = parseHead(path, text);
    } else if (/^\{"type":"(image|imageBytes|input)"/.test(text)) {
      const entry = parseObject(path, number, text);
      if (entry.type === 'input') tape.push(parseInput(path, number, entry));
      else if (!takeImage(parsed.scenario, images, entry)) {
        throw new InputError(`${path}:${number}: not an image of this trace`);
      }
    } else if (text.startsWith('{"type":"run.givenUp"')) {
      givenUp = parseGivenUp(path, number, text);
    }
  }
  if (parsed === undefined) throw new InputError(`${path}: an empty file is no trace`);
  for (const [ecu, { bytes, received }] of images) {
    if (received < bytes.length) throw new InputError(`${path}: the image of ${ecu} is not complete`);
  }
  return { inputs: { ...parsed, givenImages: images }, tape, lines: number, givenUp };
}

/** False for what is no image, or no part of one, of an ECU of the scenario. */
function takeImage(
  { vehicle }: Scenario,
  images: Map<string, ReceivedImage>,
  { type, ecu, filename, length, base64 }: Record<string, unknown>,
): boolean {
  if (typeof ecu !== 'string' || !Object.hasOwn(vehicle.ecus, ecu)) return false;
  if (type === 'image') {
    const bank = vehicle.ecus[ecu]?.flash.bankBytes ?? 0;
    if (typeof filename !== 'string' || typeof length !== 'number' || images.has(ecu)) return false;
    if (!Number.isSafeInteger(length) || length < 0 || length > bank) return false;
    images.set(ecu, { filename, bytes: new Uint8Array(length), received: 0 });
    return true;
  }
  const image = images.get(ecu);
  const bytes = typeof base64 === 'string' ? Buffer.from(base64, 'base64') : undefined;
  if (image === undefined || bytes === undefined || image.received + bytes.length > image.bytes.length) return false;
  image.bytes.set(bytes, image.received);
  image.received += bytes.length;
  return true;
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
  const recorded = readInputs(path);
  const { inputs, givenUp } = recorded;
  const linesMax = givenUp === undefined ? Number.POSITIVE_INFINITY : recorded.lines - 1;
  const comparison = new Comparison(readLines(path, traceLineBytesMax), linesMax);
  for (const entry of traceHead(inputs)) comparison.put(entry);
  try {
    if (!comparison.isOver) playRun(recorded, comparison);
    if (!comparison.isOver) comparison.end();
  } catch (error) {
    // The event that brought the last line may be the one in which the recorded run broke, and does so again.
    if (givenUp === undefined || comparison.lines < linesMax) throw error;
  }
  const { difference } = comparison;
  const reached = givenUp !== undefined && difference === undefined ? comparison.lines + 1 : comparison.lines;
  return { lines: reached, difference, title: inputs.scenario.title, givenUp };
}

function playRun({ inputs, tape }: Recorded, comparison: Comparison): void {
  const queue = new EventQueue();
  const player = new TapePlayer(tape, comparison);
  const simulation = new Simulation(inputs, queue, playedTransports(inputs, queue, player), (event) =>
    comparison.put(event),
  );
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
    const bus = playedBus(name, onInterface, fd, queue, player);
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
