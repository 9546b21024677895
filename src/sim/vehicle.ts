// Owns: assembling a vehicle from its description: each ECU with its keys, its first image, its place on the network.
import { attachIsoTpNode, type IsoTpAddress } from '../bus/isoTpLink.ts';
import type { Link } from '../bus/link.ts';
import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import type { Signatures } from '../crypto/signatures.ts';
import { memoryImageStore } from '../primary/imageStore.ts';
import type { Distribution, KnownSecondary, Remote } from '../primary/ports.ts';
import { type RunningPrimary, startPrimary } from '../primary/primary.ts';
import { startSecondary } from '../secondary/secondary.ts';
import type { Emit } from './emit.ts';
import type { EcuDescription, SecondaryDescription, Vehicle } from './scenario/schema.ts';
import { SimulatedEcu, type SimulatedEcuOptions } from './simulatedEcu.ts';
import type { Transports } from './transports.ts';

export interface SimulatedVehicle {
  readonly primary: SimulatedEcu<RunningPrimary>;
  /** All ECUs, the Primary too, in the order of the description. */
  readonly ecus: ReadonlyMap<string, SimulatedEcu>;
}

export interface VehicleOptions {
  readonly vehicle: Vehicle;
  readonly transports: Transports;
  readonly clock: Clock;
  readonly random: Random;
  readonly signatures: Signatures;
  readonly emit: Emit;
  readonly remote: Remote;
  readonly distribution: () => Distribution;
  readonly cycleCompleted: () => void;
  readonly makerOf: SimulatedEcuOptions['makerOf'];
}

/** An update cycle never takes longer than this, by any of its phases. */
const phaseMs = 6 * 3_600_000;
const activateMs = 100;
const answerMs = 5000;
const silenceMs = 60_000;

function secondariesOf(vehicle: Vehicle): readonly (readonly [string, SecondaryDescription])[] {
  return Object.entries(vehicle.ecus).flatMap(([id, ecu]) => (ecu.role === 'secondary' ? [[id, ecu] as const] : []));
}

function primaryOf(vehicle: Vehicle): string {
  return Object.entries(vehicle.ecus).find(([, ecu]) => ecu.role === 'primary')?.[0] ?? '';
}

/** The Primary's end of every link, by Secondary: one node a bus serves all that are on it. */
function primaryLinks({ vehicle, transports, clock }: VehicleOptions): ReadonlyMap<string, Link> {
  const links = new Map<string, Link>();
  for (const [busName, bus] of transports.buses) {
    const addresses: IsoTpAddress[] = secondariesOf(vehicle)
      .filter(([id, { bus: on }]) => on === busName && !transports.links.has(id))
      .map(([name, { requestId, responseId }]) => ({ name, transmitId: requestId, receiveId: responseId }));
    if (addresses.length === 0) continue;
    const node = attachIsoTpNode(bus, primaryOf(vehicle), clock, addresses);
    for (const [name, link] of node.links) links.set(name, link);
  }
  for (const [name, { primary }] of transports.links) links.set(name, primary);
  return links;
}

function secondaryLink({ transports, clock }: VehicleOptions, id: string, ecu: SecondaryDescription): Link {
  const own = transports.links.get(id);
  if (own !== undefined) return own.secondary;
  const bus = transports.buses.get(ecu.bus);
  const address = { name: 'primary', transmitId: ecu.responseId, receiveId: ecu.requestId };
  const link = bus && attachIsoTpNode(bus, id, clock, [address]).links.get('primary');
  if (link === undefined) throw new Error(`there is no bus ${ecu.bus}`);
  return link;
}

/** Builds the vehicle; the ECUs are still to be provisioned and booted. */
export function buildVehicle(options: VehicleOptions): SimulatedVehicle {
  const { vehicle } = options;
  const links = primaryLinks(options);
  const secondaries = secondariesOf(vehicle).flatMap(([serial, { hardware, verification }]): KnownSecondary[] => {
    const link = links.get(serial);
    return link === undefined ? [] : [{ serial, hardwareId: hardware, verification, link }];
  });
  const ecus = new Map<string, SimulatedEcu>();
  let primary: SimulatedEcu<RunningPrimary> | undefined;
  for (const [id, ecu] of Object.entries(vehicle.ecus)) {
    if (ecu.role === 'primary') primary = buildPrimary(options, id, ecu, secondaries);
    ecus.set(id, ecu.role === 'secondary' ? buildSecondary(options, id, ecu) : (primary as SimulatedEcu));
  }
  if (primary === undefined) throw new Error('the vehicle has no Primary');
  return { primary, ecus };
}

function ecuOptions(
  { vehicle, clock, random, signatures, emit, makerOf }: VehicleOptions,
  id: string,
  ecu: EcuDescription,
) {
  return {
    id,
    vin: vehicle.vin,
    hardwareId: ecu.hardware,
    bankBytes: ecu.flash.bank,
    clock,
    random: random.fork(`ecu/${id}`),
    signatures,
    emit,
    makerOf,
  } satisfies SimulatedEcuOptions;
}

function buildPrimary(
  options: VehicleOptions,
  id: string,
  ecu: EcuDescription,
  secondaries: readonly KnownSecondary[],
): SimulatedEcu<RunningPrimary> {
  const { remote, distribution, cycleCompleted } = options;
  const imageStore = memoryImageStore();
  const timing = { bootMs: ecu.bootTime, phaseMs, answerMs, activateMs };
  const simulated: SimulatedEcu<RunningPrimary> = new SimulatedEcu(ecuOptions(options, id, ecu), (parts) =>
    startPrimary({
      ...parts,
      remote,
      secondaries,
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
  const link = secondaryLink(options, id, ecu);
  const timing = { bootMs: ecu.bootTime, verifyMs: ecu.verifyTime, activateMs, silenceMs };
  const simulated: SimulatedEcu = new SimulatedEcu(ecuOptions(options, id, ecu), (parts) =>
    startSecondary({
      ...parts,
      config: { verification: ecu.verification, blockBytesMax: ecu.block },
      timing,
      flashBytesPerSecond: ecu.flash.bytesPerSecond,
      link,
      rebooted: () => simulated.boot(),
    }),
  );
  return simulated;
}
