// Owns: reading a trace's file: what decided the run that it records, every part judged before it is used. Must not know how a run is
// carried out.
import { z } from 'zod';
import { InputError } from '../core/faults.ts';
import { readLines } from '../files/regularFile.ts';
import { checkForm } from '../vehicleFile/source/checkForm.ts';
import { pathText } from '../vehicleFile/source/finding.ts';
import type { Told } from '../vehicleFile/source/told.ts';
import { giveUpReasons } from './events/events.ts';
import { checkTransports, linkKinds, type RunInputs } from './inputs/inputs.ts';
import { traceLineBytesMax } from './limits.ts';
import { checkScenario } from './scenario/check.ts';
import { readRecordedScenario } from './scenario/recorded.ts';
import type { Scenario } from './scenario/schema.ts';
import type { GivenImage } from './servers/images.ts';
import { type TapeInput, tapeInputSchema } from './tape/tape.ts';
import { type GivenUp, traceFormat } from './trace.ts';

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

/** What a trace's file holds of its run, but for what came out. */
export interface RecordedRun {
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

/** Reads what decided the run. Throws an InputError where the file is no trace. */
export function readRecordedRun(path: string): RecordedRun {
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
