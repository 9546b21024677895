// Owns: an ECU's places on the vehicle's network from one power-on to the next: what was on its way when the power was cut is
// lost with them. A link that is no bus stays connected: it belongs to the run.
import { attachIsoTpNode, type IsoTpAddress, type IsoTpNode } from '../bus/isoTpLink.ts';
import type { Link } from '../bus/link.ts';
import type { Clock } from '../core/clock.ts';
import type { SecondaryDescription, Vehicle } from './scenario/schema.ts';
import type { Transports } from './transports.ts';

export interface NetworkOptions {
  readonly vehicle: Vehicle;
  readonly transports: Transports;
  readonly clock: Clock;
}

/** Joins the network anew, leaving the places of the time before. */
export type Join<Places> = () => Places;

export function secondariesOf(vehicle: Vehicle): readonly (readonly [string, SecondaryDescription])[] {
  return Object.entries(vehicle.ecus).flatMap(([id, ecu]) => (ecu.role === 'secondary' ? [[id, ecu] as const] : []));
}

/** The Primary's end of every link, by Secondary: one node a bus serves all that are on it. */
export function joinAsPrimary(
  id: string,
  { vehicle, transports, clock }: NetworkOptions,
): Join<ReadonlyMap<string, Link>> {
  let nodes: IsoTpNode[] = [];
  return () => {
    for (const node of nodes) node.detach();
    nodes = [];
    const links = new Map<string, Link>();
    for (const [busName, bus] of transports.buses) {
      const addresses: IsoTpAddress[] = secondariesOf(vehicle)
        .filter(([serial, { bus: on }]) => on === busName && !transports.links.has(serial))
        .map(([name, { requestId, responseId }]) => ({ name, transmitId: requestId, receiveId: responseId }));
      if (addresses.length === 0) continue;
      const node = attachIsoTpNode(bus, id, clock, addresses);
      nodes.push(node);
      for (const [name, link] of node.links) links.set(name, link);
    }
    for (const [name, { primary }] of transports.links) links.set(name, primary);
    return links;
  };
}

export function joinAsSecondary(
  id: string,
  ecu: SecondaryDescription,
  { transports, clock }: NetworkOptions,
): Join<Link> {
  let node: IsoTpNode | undefined;
  return () => {
    node?.detach();
    const own = transports.links.get(id);
    if (own !== undefined) return own.secondary;
    const bus = transports.buses.get(ecu.bus);
    const address = { name: 'primary', transmitId: ecu.responseId, receiveId: ecu.requestId };
    node = bus && attachIsoTpNode(bus, id, clock, [address]);
    const link = node?.links.get('primary');
    if (link === undefined) throw new Error(`there is no bus ${ecu.bus}`);
    return link;
  };
}
