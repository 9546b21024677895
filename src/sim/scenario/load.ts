// Owns: scenario files: reading them, and saying what is wrong with one in a line that names file, line and field.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { isMap, isPair, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { fromUtf8 } from '../../core/bytes.ts';
import { InputError } from '../../core/faults.ts';
import { scenarioBytesMax } from '../../core/limits.ts';
import { readBoundedFile } from '../../files/regularFile.ts';
import { withTrafficRead } from '../../vehicleFile/traffic.ts';
import { type Vehicle, vehicleSchema } from '../../vehicleFile/vehicle.ts';
import { checkScenario } from './check.ts';
import { type Scenario, scenarioSchema } from './schema.ts';

const aliasesMax = 100;

interface Source {
  readonly path: string;
  readonly document: ReturnType<typeof parseDocument>;
  readonly lines: LineCounter;
}

function parse(path: string): Source {
  const text = fromUtf8(readBoundedFile(path, scenarioBytesMax));
  if (text === undefined) throw new InputError(`${path}: not well-formed UTF-8`);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: 'error',
  });
  const [error] = document.errors;
  if (error !== undefined)
    throw new InputError(`${path}:${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`);
  return { path, document, lines };
}

/** The line on which a member stands, or the nearest one around it that exists. */
function lineOf(source: Source, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const keys = path.slice(0, length).map((key) => (typeof key === 'symbol' ? String(key) : key));
    const parent = source.document.getIn(keys.slice(0, -1), true);
    const pair = isMap(parent)
      ? parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === keys.at(-1))
      : undefined;
    const node = (pair?.key ?? source.document.getIn(keys, true)) as Node | undefined;
    if (node?.range) return source.lines.linePos(node.range[0]).line;
  }
  return 1;
}

function fieldText(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`))
    .join('');
}

/** The issue that says most: in a union, that of the branch that went furthest. */
function deepest(issue: z.core.$ZodIssue): { readonly path: readonly PropertyKey[]; readonly message: string } {
  if (issue.code === 'unrecognized_keys') {
    return { path: [...issue.path, issue.keys[0] ?? ''], message: 'there is no such field' };
  }
  if (issue.code !== 'invalid_union') return { path: issue.path, message: issue.message };
  const inner = issue.errors
    .flatMap((branch) => branch.slice(0, 1).map(deepest))
    .toSorted((a, b) => b.path.length - a.path.length)[0];
  return inner === undefined || inner.path.length === 0
    ? { path: issue.path, message: 'none of the forms that are allowed here' }
    : { path: [...issue.path, ...inner.path], message: inner.message };
}

function validate<T>(source: Source, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = source.document.toJS({ maxAliasCount: aliasesMax });
  } catch (error) {
    throw new InputError(`${source.path}:1: file: ${error instanceof Error ? error.message : String(error)}`); // aliases that multiply
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const { path, message } = issue === undefined ? { path: [], message: 'not a scenario' } : deepest(issue);
  throw new InputError(`${source.path}:${lineOf(source, path)}: ${fieldText(path) || 'file'}: ${message}`);
}

/** Where scenarios by bare name are found. */
const scenariosFolder = resolve(import.meta.dirname, '../../../scenarios');

/** A path as given, or the scenario of that name that comes with ecunet. Throws an InputError for another name. */
export function scenarioPath(argument: string): string {
  if (!/^[\w-]+$/.test(argument)) return argument;
  const path = join(scenariosFolder, `${argument}.yaml`);
  if (existsSync(path)) return path;
  const names = readdirSync(scenariosFolder).flatMap((file) => /^(.+)\.yaml$/.exec(file)?.[1] ?? []);
  throw new InputError(`there is no scenario ${argument}; those that come with ecunet are ${names.join(', ')}`);
}

/** Takes each file that is read: what it is, as in `the vehicle`, and its path. */
export type FileNoted = (what: string, path: string) => void;

/** The scenario of a file, its vehicle read and every reference in it checked. Throws an InputError. */
export function loadScenario(path: string, noted: FileNoted = () => {}): Scenario {
  noted('the scenario', path);
  const source = parse(path);
  const scenario = validate(source, scenarioSchema);
  const vehicle =
    typeof scenario.vehicle === 'string'
      ? loadVehicle(source, scenario.vehicle, noted)
      : withAllTraffic(scenario.vehicle, source.path, noted);
  const loaded: Scenario = { ...scenario, vehicle };
  const problem = checkScenario(loaded);
  if (problem !== undefined) {
    throw new InputError(`${path}:${lineOf(source, problem.path)}: ${fieldText(problem.path)}: ${problem.message}`);
  }
  return loaded;
}

function loadVehicle(scenario: Source, file: string, noted: FileNoted): Vehicle {
  const path = isAbsolute(file) ? file : join(dirname(scenario.path), file);
  noted('the vehicle', path);
  return withAllTraffic(validate(parseVehicle(scenario, path), vehicleSchema), path, noted);
}

/** What is wrong with the file as a file is told of the line that names it. */
function parseVehicle(scenario: Source, path: string): Source {
  try {
    return parse(path);
  } catch (error) {
    if (!(error instanceof InputError) || !error.message.startsWith(`${path}: `)) throw error;
    throw new InputError(`${scenario.path}:${lineOf(scenario, ['vehicle'])}: vehicle: ${error.message}`);
  }
}

function withAllTraffic(vehicle: Vehicle, path: string, noted: FileNoted): Vehicle {
  const buses = Object.entries(vehicle.buses).map(([name, bus]) => [
    name,
    bus.traffic === undefined
      ? bus
      : { ...bus, traffic: withTrafficRead(bus.traffic, path, (file) => noted(`the traffic of ${name}`, file)) },
  ]);
  return { ...vehicle, buses: Object.fromEntries(buses) };
}
