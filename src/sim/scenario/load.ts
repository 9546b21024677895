// Owns: scenario files: the scenario of one with its vehicle, or what is wrong and in which line of which file.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type * as z from 'zod';
import { InputError } from '../../core/faults.ts';
import { didYouMean } from '../../core/nearest.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { packageFolder } from '../../files/packageFolder.ts';
import { checkForm } from '../../vehicleFile/source/checkForm.ts';
import { type Finding, findingError } from '../../vehicleFile/source/finding.ts';
import { ranks } from '../../vehicleFile/source/told.ts';
import { readSource, type Source } from '../../vehicleFile/source/yamlSource.ts';
import { trafficFile, withTrafficRead } from '../../vehicleFile/traffic/traffic.ts';
import { type Vehicle, vehicleSchema } from '../../vehicleFile/vehicle.ts';
import { scenarioBytesMax } from '../limits.ts';
import { checkScenario } from './check.ts';
import { type Scenario, scenarioSchema } from './schema.ts';

/** Where scenarios by bare name are found. */
const scenariosFolder = join(packageFolder(), 'scenarios');

/** A path as given, or the scenario of that name that comes with ecunet. Throws an InputError for another name. */
export function scenarioPath(argument: string): string {
  if (!/^[\w-]+$/.test(argument)) return argument;
  const path = join(scenariosFolder, `${argument}.yaml`);
  if (existsSync(path)) return path;
  const names = readdirSync(scenariosFolder).flatMap((file) => /^(.+)\.yaml$/.exec(file)?.[1] ?? []);
  const others = didYouMean(argument, names) || `; those that come with ecunet are ${names.join(', ')}`;
  throw new InputError(`there is no scenario ${argument}${others}`);
}

export interface LoadObserver {
  /** Takes each file that is read: what it is, as in `the vehicle`, and its path. */
  readonly noted?: (what: string, path: string) => void;
  /** Takes what was left out of a file, and why, in a line. */
  readonly tell?: (line: string) => void;
}

export interface LoadedScenario {
  readonly scenario: Scenario;
  /** The line on which a member stands, by its path, or the nearest one around it that the file has. */
  readonly lineOf: (path: readonly PropertyKey[]) => number;
  /** By bus, the file of a recording that is too long to be held. */
  readonly recordings: ReadonlyMap<string, string>;
}

/** The scenario of a file, its vehicle read and every reference in it checked. Throws an InputError. */
export function loadScenario(path: string): Scenario {
  return loadScenarioFile(path).scenario;
}

/** The same, with where everything stands in the file. */
export function loadScenarioFile(path: string, observer?: LoadObserver): LoadedScenario {
  const read = readScenario(path, observer);
  if (read.ok) return read.value;
  const [first] = read.fault;
  throw first === undefined ? new InputError(`${path}: not a scenario`) : findingError(first);
}

/** The same with all that was found wrong, most telling first. Throws an InputError for a file that cannot be read as one. */
export function readScenario(path: string, observer: LoadObserver = {}): Result<LoadedScenario, readonly Finding[]> {
  observer.noted?.('the scenario', path);
  const source = readSource(path, scenarioBytesMax);
  if (!source.ok) return fail([source.fault]);
  const scenario = formed(source.value, scenarioSchema);
  if (!scenario.ok) return scenario;
  const { vehicle: named } = scenario.value;
  const file = vehicleSource(source.value, named, observer);
  if (!file.ok) return file;
  const vehicle = vehicleOf(file.value, named, observer);
  if (!vehicle.ok) return vehicle;
  const { recordings } = vehicle.value;
  const loaded: Scenario = { ...scenario.value, vehicle: vehicle.value.vehicle };
  const problem = checkScenario(loaded);
  const lineOf = (member: readonly PropertyKey[]) => source.value.finding({ path: member, text: '' }).line;
  if (problem === undefined) return ok({ scenario: loaded, lineOf, recordings });
  const { path: member, message: text } = problem;
  const isOfVehicle = member[0] === 'vehicle';
  return fail([
    isOfVehicle ? file.value.finding({ path: member.slice(1), text }) : source.value.finding({ path: member, text }),
  ]);
}

/** The file in which the vehicle stands, or the part of the scenario's: paths in it begin at the vehicle. */
function vehicleSource(
  scenario: Source,
  named: string | Vehicle,
  observer: LoadObserver,
): Result<Source, readonly Finding[]> {
  if (typeof named !== 'string') {
    const finding: Source['finding'] = ({ path, text }) => scenario.finding({ path: ['vehicle', ...path], text });
    return ok({ ...scenario, finding });
  }
  const path = isAbsolute(named) ? named : join(dirname(scenario.path), named);
  observer.noted?.('the vehicle', path);
  const read = unlessUnreadable(path, () => readSource(path, scenarioBytesMax));
  if (!read.ok) return fail([scenario.finding({ path: ['vehicle'], text: read.fault })]);
  return read.value.ok ? read.value : fail([read.value.fault]);
}

interface VehicleRead {
  readonly vehicle: Vehicle;
  readonly recordings: ReadonlyMap<string, string>;
}

function vehicleOf(
  file: Source,
  named: string | Vehicle,
  observer: LoadObserver,
): Result<VehicleRead, readonly Finding[]> {
  if (typeof named !== 'string') return withAllTraffic(file, named, observer);
  const vehicle = formed(file, vehicleSchema);
  return vehicle.ok ? withAllTraffic(file, vehicle.value, observer) : vehicle;
}

/** Unknown fields first, as they explain what is missing; each kind from the top of the file. */
function formed<T>(source: Source, schema: z.ZodType<T>): Result<T, readonly Finding[]> {
  const judged = checkForm(schema, source.value);
  if (judged.ok) return judged;
  const found = judged.fault.map((told) => ({ rank: ranks.indexOf(told.rank), finding: source.finding(told) }));
  const inOrder = found.toSorted(
    (a, b) => a.rank - b.rank || a.finding.line - b.finding.line || a.finding.column - b.finding.column,
  );
  return fail(inOrder.map(({ finding }) => finding));
}

/** What is wrong with a file as a file is told of the line that names it. */
function unlessUnreadable<T>(path: string, read: () => T): Result<T, string> {
  try {
    return ok(read());
  } catch (error) {
    if (!(error instanceof InputError) || !error.message.startsWith(`${path}: `)) throw error;
    return fail(error.message);
  }
}

function withAllTraffic(
  file: Source,
  vehicle: Vehicle,
  observer: LoadObserver,
): Result<VehicleRead, readonly Finding[]> {
  const findings: Finding[] = [];
  const recordings = new Map<string, string>();
  const buses = Object.entries(vehicle.buses).map(([name, bus]) => {
    const { traffic } = bus;
    if (traffic === undefined) return [name, bus];
    const { path = '', member = '' } = trafficFile(traffic, file.path) ?? {};
    if (path !== '') observer.noted?.(`the traffic of ${name}`, path);
    const at = ['buses', name, 'traffic'];
    const read = unlessUnreadable(path, () => withTrafficRead(traffic, file.path, bus.kind === 'can-fd'));
    if (!read.ok) findings.push(file.finding({ path: [...at, member], text: read.fault }));
    else if (!read.value.ok)
      findings.push(file.finding({ ...read.value.fault, path: [...at, ...read.value.fault.path] }));
    else {
      const { traffic: found, notes } = read.value.value;
      for (const note of notes) observer.tell?.(note);
      if (found !== undefined && 'log' in found) recordings.set(name, path);
      const { traffic: _, ...quiet } = bus;
      return [name, found === undefined ? quiet : { ...bus, traffic: found }];
    }
    return [name, bus];
  });
  return findings.length > 0
    ? fail(findings)
    : ok({ vehicle: { ...vehicle, buses: Object.fromEntries(buses) }, recordings });
}
