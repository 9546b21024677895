// Owns: everything that decides how a run comes out, but for what real interfaces bring: what the head of a trace holds.
import { InputError } from '../core/faults.ts';
import type { GivenImage } from './images.ts';
import type { Scenario } from './scenario/schema.ts';

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

/** Checks what the command line adds to a scenario, and puts given images into its first publication. Throws an InputError. */
export function completeInputs(inputs: RunInputs): RunInputs {
  const { scenario, givenImages, interfaces, tcpLinks } = inputs;
  for (const bus of interfaces.keys()) {
    if (scenario.vehicle.buses[bus] === undefined) {
      throw new InputError(`--bus ${bus}: the vehicle has the buses ${Object.keys(scenario.vehicle.buses).join(', ')}`);
    }
  }
  for (const ecu of [...tcpLinks, ...givenImages.keys()]) {
    const option = tcpLinks.has(ecu) ? '--link' : '--image';
    const described = scenario.vehicle.ecus[ecu];
    if (described === undefined) {
      throw new InputError(
        `${option} ${ecu}: the vehicle has the ECUs ${Object.keys(scenario.vehicle.ecus).join(', ')}`,
      );
    }
    if (tcpLinks.has(ecu) && described.role === 'primary') throw new InputError(`--link ${ecu}: a Secondary is needed`);
  }
  return { ...inputs, scenario: withGivenImages(scenario, givenImages) };
}

function withGivenImages(scenario: Scenario, given: ReadonlyMap<string, GivenImage>): Scenario {
  if (given.size === 0) return scenario;
  const first = scenario.steps.findIndex((step) => step.publish !== undefined);
  if (first < 0) throw new InputError('--image: the scenario publishes no images');
  const taken = new Map(Object.entries(scenario.vehicle.ecus).map(([ecu, { image }]) => [image.filename, ecu]));
  for (const [ecu, { filename, bytes }] of given) {
    const bank = scenario.vehicle.ecus[ecu]?.flash.bank ?? 0;
    if (bytes.length > bank) {
      throw new InputError(
        `--image ${ecu}: ${filename} has ${bytes.length} bytes, a flash bank of ${ecu} holds ${bank}`,
      );
    }
    const owner = taken.get(filename);
    if (owner !== undefined)
      throw new InputError(`--image ${ecu}: the name ${filename} is taken by an image of ${owner}`);
    taken.set(filename, ecu);
  }
  const steps = scenario.steps.map((step, index) => {
    if (step.publish === undefined) return step;
    const added = index === first ? [...given.keys()].filter((ecu) => step.publish?.[ecu] === undefined) : [];
    const images = added.flatMap((ecu) => {
      const installed = scenario.vehicle.ecus[ecu]?.image;
      return installed === undefined
        ? []
        : [[ecu, { ...installed, releaseCounter: installed.releaseCounter + 1 }] as const];
    });
    return { ...step, publish: { ...step.publish, ...Object.fromEntries(images) } };
  });
  return { ...scenario, steps };
}
