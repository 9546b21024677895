// Owns: what carries the vehicle's network in one run, and the contract by which the vehicle gets it: buses and Ethernet networks by
// name, and for some ECUs a link of their own instead of a node on one of them.
import { createEthernet, type EthernetNetwork } from '../../bus/ethernet/ethernetNetwork.ts';
import { type VehicleBus, vehicleBus } from '../../bus/faults/vehicleBus.ts';
import type { Link } from '../../bus/link.ts';
import { createTrivialCan } from '../../bus/virtualCan/trivialCan.ts';
import { createVirtualCan } from '../../bus/virtualCan/virtualCan.ts';
import { createRandom, type Random } from '../../core/random.ts';
import type { SimulatedClock } from '../../core/time/clock.ts';
import { NS_PER_US } from '../../core/units.ts';
import { ethernetLinks } from '../../vehicleFile/references/ethernetReferences.ts';
import type { Vehicle } from '../../vehicleFile/vehicle.ts';
import type { InterfacePlace } from '../tape/taped.ts';

/** What the lookup in a switch takes, as chips for vehicles have it. */
const forwardingNs = 2 * NS_PER_US;

/** The two ends of a link that is no bus. */
export interface LinkPair {
  readonly primary: Link;
  readonly secondary: Link;
}

export interface Transports {
  readonly buses: ReadonlyMap<string, VehicleBus>;
  readonly ethernets: ReadonlyMap<string, EthernetNetwork>;
  /** By ECU. */
  readonly links: ReadonlyMap<string, LinkPair>;
  /** The buses over real interfaces, which tell of changes, in words. */
  readonly interfaces?: ReadonlyMap<string, { watch(changed: (text: string) => void): void }>;
}

/** What decides how the network behaves, of a run's inputs. */
export interface NetworkInputs {
  readonly scenario: { readonly vehicle: Vehicle };
  readonly seed: number;
}

/** Everything that carries the vehicle's network, virtual. */
export function virtualTransports(inputs: NetworkInputs, clock: SimulatedClock): Transports {
  return { buses: virtualBuses(inputs, clock), ethernets: virtualEthernets(inputs, clock), links: new Map() };
}

/** Every Ethernet network of the vehicle. */
export function virtualEthernets(
  { scenario: { vehicle }, seed }: NetworkInputs,
  clock: SimulatedClock,
): ReadonlyMap<string, EthernetNetwork> {
  return new Map(
    Object.entries(vehicle.ethernets).map(([name, { queueBytes }], subnet) => {
      const nodes = ethernetLinks(vehicle, name);
      const common = { name, clock, random: busRandom(seed, name), forwardingNs, subnet };
      return [name, createEthernet({ ...common, nodes, queueBytes })];
    }),
  );
}

/** Every bus of the vehicle, virtual. */
export function virtualBuses(
  { scenario, seed }: NetworkInputs,
  clock: SimulatedClock,
): ReadonlyMap<string, VehicleBus> {
  return new Map(
    Object.entries(scenario.vehicle.buses).map(([name, described]) => [
      name,
      virtualBus(name, described, clock, busRandom(seed, name)),
    ]),
  );
}

/** The interface that carries a bus, and the bit rates that the vehicle file says of it. */
export function interfacePlace({ scenario }: NetworkInputs, bus: string, interfaceName: string): InterfacePlace {
  const { bitrate = 1_000_000, dataBitrate = bitrate } = scenario.vehicle.buses[bus] ?? {};
  return { interfaceName, rates: { bitrate, dataBitrate } };
}

/** What chance does to a bus: nothing else of the run draws from it. */
export function busRandom(seed: number, bus: string): Random {
  return createRandom(String(seed)).fork(`bus/${bus}`);
}

function virtualBus(
  name: string,
  described: Vehicle['buses'][string],
  clock: SimulatedClock,
  random: Random,
): VehicleBus {
  const { kind, bitrate, dataBitrate, behaviour } = described;
  const fd = kind === 'can-fd';
  if (behaviour === 'trivial') return vehicleBus(createTrivialCan({ name, clock, fd }), clock, random);
  const rates = { bitrate, ...(dataBitrate !== undefined && { dataBitrate }) };
  const wire = createVirtualCan({ name, clock, fd, ...rates });
  return vehicleBus(wire, clock, random, wire);
}
