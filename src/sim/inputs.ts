// Owns: everything that decides how a run comes out, but for what real interfaces bring: what the head of a trace holds.
import { InputError } from '../core/faults.ts';
import type { GivenImage } from './images.ts';
import { checkReferences } from './scenario/references.ts';
import type { EcuDescription, Expectation, Scenario, Step } from './scenario/schema.ts';

export interface RunInputs {
  readonly scenario: Scenario;
  readonly seed: number;
  /** By ECU. */
  readonly givenImages: ReadonlyMap<string, GivenImage>;
  /** SocketCAN interfaces by bus; buses that are not named are virtual. */
  readonly interfaces: ReadonlyMap<string, string>;
  /** ECUs that are linked by TCP instead of their bus. */
  readonly tcpLinks: ReadonlySet<string>;
}

/** Whether the run is tied to the host's time. */
export function isRealTime({ interfaces, tcpLinks }: RunInputs): boolean {
  return interfaces.size > 0 || tcpLinks.size > 0;
}

/** Whether every bus and ECU that is named exists, and can be what it is to be. Throws an InputError. */
export function checkTransports({ scenario, interfaces, tcpLinks }: Omit<RunInputs, 'seed' | 'givenImages'>): void {
  const { buses } = scenario.vehicle;
  const taken = new Map<string, string>();
  for (const [bus, name] of interfaces) {
    if (!Object.hasOwn(buses, bus)) {
      throw new InputError(`--bus ${bus}: the vehicle has the buses ${Object.keys(buses).join(', ')}`);
    }
    const other = taken.get(name);
    if (other !== undefined) throw new InputError(`--bus ${bus}=${name}: the interface carries ${other} already`);
    taken.set(name, bus);
  }
  for (const ecu of tcpLinks) {
    if (describedEcu(scenario, '--link', ecu).role === 'primary') {
      throw new InputError(`--link ${ecu}: a Secondary is needed`);
    }
  }
}

function describedEcu({ vehicle }: Scenario, option: string, ecu: string): EcuDescription {
  const described = Object.hasOwn(vehicle.ecus, ecu) ? vehicle.ecus[ecu] : undefined;
  if (described !== undefined) return described;
  throw new InputError(`${option} ${ecu}: the vehicle has the ECUs ${Object.keys(vehicle.ecus).join(', ')}`);
}

/** Checks what the command line adds to a scenario, and puts given images into it. Throws an InputError. */
export function completeInputs(inputs: RunInputs): RunInputs {
  checkTransports(inputs);
  let { scenario } = inputs;
  for (const [ecu, given] of inputs.givenImages) scenario = withGivenImage(scenario, ecu, given);
  return { ...inputs, scenario };
}

/** A file name stands for one image in the whole scenario. */
function renamed(expected: Expectation, before: string | undefined, filename: string): Expectation {
  if ('runs' in expected && expected.runs === before) return { ...expected, runs: filename };
  if ('reads' in expected && expected.reads === before) return { ...expected, reads: filename };
  return 'cannotRead' in expected && expected.cannotRead === before ? { ...expected, cannotRead: filename } : expected;
}

/** The file takes the place of the first image that is published for the ECU, or is published with the first images at all. */
function withGivenImage(scenario: Scenario, ecu: string, { filename, bytes }: GivenImage): Scenario {
  const { flash, image } = describedEcu(scenario, '--image', ecu);
  if (bytes.length > flash.bank) {
    const held = `a flash bank of ${ecu} holds ${flash.bank}`;
    throw new InputError(`--image ${ecu}: ${filename} has ${bytes.length} bytes, ${held}`);
  }
  const published = scenario.steps.findIndex((step) => step.publish?.[ecu] !== undefined);
  const index = published < 0 ? scenario.steps.findIndex((step) => step.publish !== undefined) : published;
  if (index < 0) throw new InputError('--image: the scenario publishes no images');
  const replaced = scenario.steps[index]?.publish?.[ecu];
  const releaseCounter = replaced?.releaseCounter ?? image.releaseCounter + 1;
  const steps = scenario.steps.map((step, at): Step => {
    if (at === index)
      return { ...step, publish: { ...step.publish, [ecu]: { filename, size: bytes.length, releaseCounter } } };
    if (step.expect === undefined) return step;
    const { filename: before } = replaced ?? {};
    return { ...step, expect: step.expect.map((expected) => renamed(expected, before, filename)) };
  });
  const complete = { ...scenario, steps };
  const problem = checkReferences(complete);
  if (problem !== undefined) throw new InputError(`--image ${ecu}: ${problem.message}`);
  return complete;
}
