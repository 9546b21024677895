// Owns: opening what a real-time run is tied to: SocketCAN interfaces and TCP connections over loopback, each through the
// recorder. Buses that are not named stay virtual.
import type { Enter } from '../bus/enter.ts';
import { type PartitionableBus, partitionable } from '../bus/partition.ts';
import { openSocketCanBus } from '../bus/socketcan.ts';
import { connectTcpLink, listenTcpLink } from '../bus/tcpLink.ts';
import type { Clock } from '../core/clock.ts';
import { InputError } from '../core/faults.ts';
import type { RunInputs } from './inputs.ts';
import type { Recorder } from './tape.ts';
import { recordedBus, recordedLink } from './taped.ts';
import { type LinkPair, type Transports, virtualBuses } from './transports.ts';

export interface OpenTransports extends Transports {
  close(): void;
}

/** Throws an InputError that names the interface and what to do about it. */
export async function openTransports(
  inputs: RunInputs,
  clock: Clock,
  recorder: Recorder,
  enter: Enter,
): Promise<OpenTransports> {
  const buses = new Map(virtualBuses(inputs.scenario.vehicle, clock));
  const links = new Map<string, LinkPair>();
  const close = () => {
    for (const bus of buses.values()) bus.close();
    for (const { primary, secondary } of links.values()) {
      primary.close();
      secondary.close();
    }
  };
  try {
    for (const [name, onInterface] of inputs.interfaces) {
      buses.set(name, await openBus(inputs, name, onInterface, clock, recorder, enter));
    }
    for (const ecu of inputs.tcpLinks) links.set(ecu, await openLink(ecu, recorder, enter));
  } catch (error) {
    close();
    throw error;
  }
  return { buses, links, close };
}

async function openBus(
  { scenario }: RunInputs,
  name: string,
  onInterface: string,
  clock: Clock,
  recorder: Recorder,
  enter: Enter,
): Promise<PartitionableBus> {
  const fd = scenario.vehicle.buses[name]?.kind === 'can-fd';
  const bus = await openSocketCanBus({ name, interface: onInterface, fd, clock, enter });
  if (!bus.ok) throw new InputError(`--bus ${name}=${onInterface}: ${bus.fault.message}`);
  return partitionable(recordedBus(bus.value, clock, recorder));
}

async function openLink(ecu: string, recorder: Recorder, enter: Enter): Promise<LinkPair> {
  const failed = (message: string) => new InputError(`--link ${ecu}=tcp: ${message}`);
  const server = await listenTcpLink({ enter });
  if (!server.ok) throw failed(server.fault.message);
  const primary = await connectTcpLink({ host: '127.0.0.1', port: server.value.port, enter });
  if (!primary.ok) {
    server.value.close();
    throw failed(primary.fault.message);
  }
  const secondary = await server.value.accepted;
  if (!secondary.ok) throw failed(secondary.fault.message);
  return {
    primary: recordedLink(linkPort(ecu, 'primary'), primary.value, recorder),
    secondary: recordedLink(linkPort(ecu, 'secondary'), secondary.value, recorder),
  };
}

/** The name of a link's end on the tape. */
export function linkPort(ecu: string, end: 'primary' | 'secondary'): string {
  return `tcp/${ecu}/${end}`;
}
