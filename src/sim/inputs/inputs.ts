// Owns: everything that decides how a run comes out, but for what real interfaces bring: what the head of a trace holds.
import { parseCannelloniAddress, parseSlcanAddress } from '../../attach/addresses.ts';
import { InputError } from '../../core/faults.ts';
import type { EcuDescription } from '../../vehicleFile/vehicle.ts';
import { withImageNamed } from '../expectations/expectations.ts';
import { checkScenario } from '../scenario/check.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { GivenImage } from '../servers/images.ts';
import type { Step } from '../steps/steps.ts';

/** What carries a link that leaves the simulation. */
export const linkKinds = ['tcp', 'tcp+tls', 'udp'] as const;
export type LinkKind = (typeof linkKinds)[number];

export interface RunInputs {
  readonly scenario: Scenario;
  readonly seed: number;
  /** By ECU. */
  readonly givenImages: ReadonlyMap<string, GivenImage>;
  /** SocketCAN interfaces by bus; buses that are not named are virtual. */
  readonly interfaces: ReadonlyMap<string, string>;
  /** By ECU, what carries the link of its own, over loopback, that it has instead of its bus. */
  readonly links: ReadonlyMap<string, LinkKind>;
  /** By bus, the file of a recording that is too long to be held; a replay has its frames from the trace. */
  readonly recordings?: ReadonlyMap<string, string>;
  /** Where clients of slcan, and a cannelloni peer, reach a bus, by bus. */
  readonly slcan?: ReadonlyMap<string, string>;
  readonly cannelloni?: ReadonlyMap<string, string>;
  /** After its last step the run goes on until the user ends it. */
  readonly hold?: boolean;
}

/** Whether the run is tied to the host's time. */
export function isRealTime({
  interfaces,
  links,
  slcan,
  cannelloni,
}: Pick<RunInputs, 'interfaces' | 'links' | 'slcan' | 'cannelloni'>): boolean {
  return [interfaces, links, slcan, cannelloni].some((named) => named !== undefined && named.size > 0);
}

/** Whether every bus and ECU that is named exists, and can be what it is to be. Throws an InputError. */
export function checkTransports(inputs: Omit<RunInputs, 'seed' | 'givenImages'>): void {
  const { scenario, interfaces, links } = inputs;
  const { buses } = scenario.vehicle;
  const taken = new Map<string, string>();
  for (const [bus, name] of interfaces) {
    if (!Object.hasOwn(buses, bus)) {
      throw new InputError(`--bus ${bus}: the vehicle has the buses ${Object.keys(buses).join(', ')}`);
    }
    const other = taken.get(name);
    if (other !== undefined) throw new InputError(`--bus ${bus}=${name}: the interface carries ${other} already`);
    taken.set(name, bus);
    if (hasBitErrors(scenario, bus)) {
      throw new InputError(
        `--bus ${bus}=${name}: the scenario wants bit errors on it, which only a simulated bus can have`,
      );
    }
  }
  for (const ecu of links.keys()) {
    if (describedEcu(scenario, '--link', ecu).role === 'primary') {
      throw new InputError(`--link ${ecu}: a Secondary is needed`);
    }
  }
  checkAttachPoints(inputs);
  if (inputs.hold && !isRealTime(inputs)) {
    throw new InputError('--hold: only a run in real time can be held, as with --slcan, --cannelloni, --bus or --link');
  }
}

function checkAttachPoints({ scenario, interfaces, slcan, cannelloni }: Parameters<typeof checkTransports>[0]): void {
  const { buses } = scenario.vehicle;
  const check = (option: string, bus: string, text: string, isAddress: boolean, form: string) => {
    if (!Object.hasOwn(buses, bus)) {
      throw new InputError(`--${option} ${bus}: the vehicle has the buses ${Object.keys(buses).join(', ')}`);
    }
    const onInterface = interfaces.get(bus);
    if (onInterface !== undefined) {
      throw new InputError(`--${option} ${bus}: the bus is on ${onInterface}, where others can join it as they are`);
    }
    if (!isAddress) throw new InputError(`--${option} ${bus}=${text}: ${form} is needed`);
  };
  for (const [bus, text] of slcan ?? []) {
    check('slcan', bus, text, parseSlcanAddress(text) !== undefined, 'PORT or HOST:PORT');
  }
  for (const [bus, text] of cannelloni ?? []) {
    check('cannelloni', bus, text, parseCannelloniAddress(text) !== undefined, 'LOCALPORT:REMOTEHOST:REMOTEPORT');
  }
}

function hasBitErrors({ steps }: Scenario, bus: string): boolean {
  const faults = steps.flatMap((step) => [step, ...(step.cycle?.during ?? [])]);
  return faults.some(({ disturb }) => disturb?.bus === bus && disturb.bitErrors !== undefined);
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

/** The file takes the place of the first image that is published for the ECU, or is published with the first images at all. */
function withGivenImage(scenario: Scenario, ecu: string, { filename, bytes }: GivenImage): Scenario {
  const { flash, image } = describedEcu(scenario, '--image', ecu);
  if (bytes.length > flash.bankBytes) {
    const held = `a flash bank of ${ecu} holds ${flash.bankBytes}`;
    throw new InputError(`--image ${ecu}: ${filename} has ${bytes.length} bytes, ${held}`);
  }
  const published = scenario.steps.findIndex((step) => step.publish?.[ecu] !== undefined);
  const index = published < 0 ? scenario.steps.findIndex((step) => step.publish !== undefined) : published;
  if (index < 0) throw new InputError('--image: the scenario publishes no images');
  const replaced = scenario.steps[index]?.publish?.[ecu];
  const releaseCounter = replaced?.releaseCounter ?? image.releaseCounter + 1;
  const steps = scenario.steps.map((step, at): Step => {
    if (at === index)
      return { ...step, publish: { ...step.publish, [ecu]: { filename, sizeBytes: bytes.length, releaseCounter } } };
    if (step.expect === undefined || replaced === undefined) return step;
    // a file name stands for one image in the whole scenario
    return { ...step, expect: step.expect.map((expected) => withImageNamed(expected, replaced.filename, filename)) };
  });
  const complete = { ...scenario, steps };
  const problem = checkScenario(complete);
  if (problem !== undefined) throw new InputError(`--image ${ecu}: ${problem.message}`);
  return complete;
}
