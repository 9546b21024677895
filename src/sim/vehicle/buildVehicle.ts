// Owns: assembling a vehicle from its description: each ECU with its keys, its first image, its node on the network.
import type { Link } from '../../bus/link.ts';
import type { Random } from '../../core/random.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import { memoryImageStore } from '../../primary/cycle/imageStore.ts';
import type { Distribution, KnownSecondary, Remote } from '../../primary/cycle/ports.ts';
import { type RunningPrimary, startPrimary } from '../../primary/primary.ts';
import { startSecondary } from '../../secondary/secondary.ts';
import { type EcuDescription, hasIds, type SecondaryDescription, type Vehicle } from '../../vehicleFile/vehicle.ts';
import type { Emit } from '../events/events.ts';
import { ecuDecryptionKey, ecuRandom, ecuSigningKey } from '../setting/ecuKeys.ts';
import type { Transports } from '../transports/transports.ts';
import { buildGateways, type SimulatedGateway } from './buildGateways.ts';
import { joinAsPrimary, joinAsSecondary, knownRoute, secondariesOf } from './networkNodes.ts';
import { SimulatedEcu, type SimulatedEcuOptions } from './simulatedEcu.ts';

export interface SimulatedVehicle {
  readonly primary: SimulatedEcu<RunningPrimary>;
  /** All ECUs, the Primary too, in the order of the description. */
  readonly ecus: ReadonlyMap<string, SimulatedEcu>;
  readonly gateways: ReadonlyMap<string, SimulatedGateway>;
}

export interface VehicleOptions {
  readonly vehicle: Vehicle;
  readonly transports: Transports;
  readonly clock: Clock;
  readonly random: Random;
  readonly signatures: Signatures;
  readonly emit: Emit;
  readonly remote: Remote;
  /** Seconds since 1970, for ECUs with a clock of their own. */
  readonly calendarNow: () => number;
  readonly distribution: () => Distribution;
  readonly cycleCompleted: () => void;
  readonly makerOf: SimulatedEcuOptions['makerOf'];
}

/** An update cycle never takes longer than this, by any of its phases. */
const phaseMs = 6 * 3_600_000;
const activateMs = 100;
const answerMs = 5000;
/** A Secondary waits for its image while the others of a large vehicle get their metadata: for a phase at the most. */
const silenceMs = phaseMs;

/** Builds the vehicle; the ECUs are still to be provisioned and booted. */
export function buildVehicle(options: VehicleOptions): SimulatedVehicle {
  const ecus = new Map<string, SimulatedEcu>();
  let primary: SimulatedEcu<RunningPrimary> | undefined;
  for (const [id, ecu] of Object.entries(options.vehicle.ecus)) {
    if (ecu.role === 'primary') primary = buildPrimary(options, id, ecu);
    ecus.set(id, ecu.role === 'secondary' ? buildSecondary(options, id, ecu) : (primary as SimulatedEcu));
  }
  if (primary === undefined) throw new Error('the vehicle has no Primary');
  return { primary, ecus, gateways: buildGateways(options) };
}

function ecuOptions(
  { vehicle, clock, calendarNow, random, signatures, emit, makerOf }: VehicleOptions,
  id: string,
  ecu: EcuDescription,
) {
  return {
    id,
    vin: vehicle.vin,
    hardwareId: ecu.hardware,
    verification: ecu.role === 'primary' ? 'full' : ecu.verification,
    key: ecuSigningKey(signatures, random, id),
    decryptionKey: ecu.encrypted ? ecuDecryptionKey(random, id) : undefined,
    filenames: ecu.images,
    bankBytes: ecu.flash.bankBytes,
    clock,
    ownClock: ecu.role === 'secondary' && ecu.clock === 'own' ? calendarNow : undefined,
    random: ecuRandom(random, id),
    signatures,
    emit,
    makerOf,
  } satisfies SimulatedEcuOptions;
}

function knownSecondaries(
  { vehicle, transports }: VehicleOptions,
  links: ReadonlyMap<string, Link>,
): readonly KnownSecondary[] {
  return secondariesOf(vehicle).flatMap(([serial, ecu]): KnownSecondary[] => {
    const { hardware, verification } = ecu;
    const link = links.get(serial);
    // On Ethernet, as over a link of its own, no ECU waits for another: there, the first CAN bus is what is shared.
    const route = hasIds(ecu) && !transports.links.has(serial) ? knownRoute(vehicle, ecu) : [];
    const channel = route.find(({ bus }) => vehicle.buses[bus] !== undefined)?.bus ?? `tcp/${serial}`;
    return link === undefined ? [] : [{ serial, hardwareId: hardware, verification, link, channel }];
  });
}

function buildPrimary(options: VehicleOptions, id: string, ecu: EcuDescription): SimulatedEcu<RunningPrimary> {
  const { remote, distribution, cycleCompleted } = options;
  const imageStore = memoryImageStore();
  const join = joinAsPrimary(id, options);
  const timing = { bootMs: ecu.bootMs, phaseMs, answerMs, activateMs };
  const simulated: SimulatedEcu<RunningPrimary> = new SimulatedEcu(ecuOptions(options, id, ecu), (ports) =>
    startPrimary({
      ...ports,
      remote,
      secondaries: knownSecondaries(options, join()),
      distribution,
      imageStore,
      timing,
      flashBytesPerSecond: ecu.flash.bytesPerSecond,
      rebooted: () => simulated.boot(),
      cycleCompleted,
    }),
  );
  return simulated;
}

function buildSecondary(options: VehicleOptions, id: string, ecu: SecondaryDescription): SimulatedEcu {
  const join = joinAsSecondary(id, ecu, options);
  const timing = { bootMs: ecu.bootMs, verifyMs: ecu.verifyMs, activateMs, silenceMs };
  const simulated: SimulatedEcu = new SimulatedEcu(ecuOptions(options, id, ecu), (ports) =>
    startSecondary({
      ...ports,
      config: { blockBytesMax: ecu.blockBytes },
      timing,
      flashBytesPerSecond: ecu.flash.bytesPerSecond,
      link: join(),
      rebooted: () => simulated.boot(),
    }),
  );
  return simulated;
}
