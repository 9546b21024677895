// Owns: opening what a real-time run is tied to: SocketCAN interfaces and links over loopback, each through the
// recorder. Buses that are not named stay virtual.
import type { AttachPoint, Tell } from '../../attach/attachableBus.ts';
import type { Enter } from '../../bus/enter.ts';
import { vehicleBus } from '../../bus/faults/vehicleBus.ts';
import { openSocketCanBus } from '../../bus/socketcan/openSocketCanBus.ts';
import { InputError } from '../../core/faults.ts';
import type { SimulatedClock } from '../../core/time/clock.ts';
import type { RunInputs } from '../inputs/inputs.ts';
import type { Recorder } from '../tape/tape.ts';
import { type InterfacePlace, recordedBus, type TapedBus } from '../tape/taped.ts';
import {
  busRandom,
  interfacePlace,
  type LinkPair,
  type Transports,
  virtualBuses,
  virtualEthernets,
} from '../transports/transports.ts';
import { openAttachPoints } from './attachPoints.ts';
import { openLink } from './realLinks.ts';

export interface OpenTransports extends Transports {
  close(): void;
}

/** Throws an InputError that names the interface and what to do about it. */
export async function openTransports(
  inputs: RunInputs,
  clock: SimulatedClock,
  recorder: Recorder,
  enter: Enter,
  tell: Tell,
): Promise<OpenTransports> {
  const buses = new Map(virtualBuses(inputs, clock));
  const ethernets = virtualEthernets(inputs, clock);
  const links = new Map<string, LinkPair>();
  const interfaces = new Map<string, TapedBus>();
  let points: readonly AttachPoint[] = [];
  const close = () => {
    for (const point of points) point.close();
    for (const bus of [...buses.values(), ...ethernets.values()]) bus.close();
    for (const { primary, secondary } of links.values()) {
      primary.close();
      secondary.close();
    }
  };
  try {
    for (const [name, onInterface] of inputs.interfaces) {
      const place = interfacePlace(inputs, name, onInterface);
      const fd = inputs.scenario.vehicle.buses[name]?.kind === 'can-fd';
      const bus = await openBus({ name, place, fd, clock, recorder, enter });
      interfaces.set(name, bus);
      buses.set(name, vehicleBus(bus, clock, busRandom(inputs.seed, name)));
    }
    for (const [ecu, kind] of inputs.links) {
      links.set(ecu, await openLink(ecu, kind, recorder, enter));
    }
    points = await openAttachPoints(inputs, buses, clock, recorder, tell);
  } catch (error) {
    close();
    throw error;
  }
  return { buses, ethernets, links, interfaces, close };
}

interface OpenedBus {
  readonly name: string;
  readonly place: InterfacePlace;
  readonly fd: boolean;
  readonly clock: SimulatedClock;
  readonly recorder: Recorder;
  readonly enter: Enter;
}

async function openBus({ name, place, fd, clock, recorder, enter }: OpenedBus): Promise<TapedBus> {
  const { interfaceName } = place;
  const bus = await openSocketCanBus({ name, interface: interfaceName, fd, clock, enter });
  if (!bus.ok) throw new InputError(`--bus ${name}=${interfaceName}: ${bus.fault.message}`);
  return recordedBus(bus.value, place, clock, recorder);
}
