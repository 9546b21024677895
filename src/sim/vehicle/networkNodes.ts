// Owns: an ECU's nodes on the vehicle's network from one power-on to the next: what was in transit when the power was cut is
// lost with them. A link that is no bus stays connected: it belongs to the run.
import type { EthernetNode } from '../../bus/ethernet/ethernetNode.ts';
import { attachIsoTpNode, type IsoTpAddress, type IsoTpNode } from '../../bus/isotp/node.ts';
import type { Link } from '../../bus/link.ts';
import type { Clock } from '../../core/time/clock.ts';
import {
  answererAt,
  askerAt,
  type Hop,
  portAt,
  type Route,
  routeTo,
  segmentParams,
  segmentsOf,
} from '../../vehicleFile/routes.ts';
import { type AddressedSecondary, hasIds, type SecondaryDescription, type Vehicle } from '../../vehicleFile/vehicle.ts';
import type { Transports } from '../transports/transports.ts';
import { type EthernetPeer, joinEthernetAsSecondary, joinEthernetsAsPrimary } from './ethernetNodes.ts';

export interface NetworkOptions {
  readonly vehicle: Vehicle;
  readonly transports: Transports;
  readonly clock: Clock;
}

/** Joins the network anew, leaving the nodes of the time before. */
export type Join<Ends> = () => Ends;

export function secondariesOf(vehicle: Vehicle): readonly (readonly [string, SecondaryDescription])[] {
  return Object.entries(vehicle.ecus).flatMap(([id, ecu]) => (ecu.role === 'secondary' ? [[id, ecu] as const] : []));
}

/** Those that are known by ids. */
export function addressedSecondariesOf(vehicle: Vehicle): readonly (readonly [string, AddressedSecondary])[] {
  return secondariesOf(vehicle).flatMap(([id, ecu]) => (hasIds(ecu) ? [[id, ecu] as const] : []));
}

/** A checked scenario has one to every Secondary that is known by ids. */
export function knownRoute(vehicle: Vehicle, ecu: AddressedSecondary): Route {
  const route = routeTo(vehicle, ecu);
  if (typeof route === 'string') throw new Error(route);
  return route;
}

/** The ids at `hop` as the side has them that asks, or the one that answers. */
export function isoTpIds({ request, response }: Hop, side: 'asking' | 'answering') {
  const [transmit, receive] = side === 'asking' ? [request, response] : [response, request];
  const mode = request.extended ? 'Normal_29bits' : 'Normal_11bits';
  return { mode, transmitId: transmit.id, receiveId: receive.id } as const;
}

/** The Primary's end of every link, by Secondary: one node a bus, or network, serves all that are on it, or behind its gateways. */
export function joinAsPrimary(
  id: string,
  { vehicle, transports, clock }: NetworkOptions,
): Join<ReadonlyMap<string, Link>> {
  let nodes: (IsoTpNode | EthernetNode)[] = [];
  return () => {
    for (const node of nodes) node.detach();
    nodes = [];
    const links = new Map<string, Link>();
    const others = secondariesOf(vehicle).filter(([serial]) => !transports.links.has(serial));
    const peers = new Map(others.map(([serial, ecu]) => [serial, ethernetPeer(vehicle, serial, ecu)]));
    const ethernet = joinEthernetsAsPrimary(id, transports.ethernets, peers, clock);
    nodes.push(...ethernet.nodes);
    for (const [name, link] of ethernet.links) links.set(name, link);
    const routes = others.flatMap(([serial, ecu]) =>
      hasIds(ecu) ? [[serial, knownRoute(vehicle, ecu)] as const] : [],
    );
    for (const [busName, bus] of transports.buses) {
      const addresses = routes
        .filter(([, [first]]) => first.bus === busName)
        .map(([name, route]): IsoTpAddress => {
          const params = segmentParams(vehicle, segmentsOf(route)[0] ?? []);
          return { name, ...isoTpIds(route[0], 'asking'), params };
        });
      if (addresses.length === 0) continue;
      const node = attachIsoTpNode(bus, id, clock, addresses);
      nodes.push(node);
      for (const [name, link] of node.links) links.set(name, link);
    }
    for (const [name, { primary }] of transports.links) links.set(name, primary);
    return links;
  };
}

/** The first hop on the route to a Secondary, as if it were on Ethernet. */
function ethernetPeer(vehicle: Vehicle, serial: string, ecu: SecondaryDescription): EthernetPeer {
  if (!hasIds(ecu)) return { network: ecu.bus, node: serial };
  const [first] = knownRoute(vehicle, ecu);
  return { network: first.bus, node: answererAt(first, serial), port: portAt(first) };
}

/** Who asks a Secondary on Ethernet. */
function ethernetAsker(vehicle: Vehicle, ecu: SecondaryDescription): Pick<EthernetPeer, 'node' | 'port'> {
  if (!hasIds(ecu)) return { node: primaryOf(vehicle) };
  const route = knownRoute(vehicle, ecu);
  const last = route.at(-1) ?? route[0];
  return { node: askerAt(vehicle, route, last), port: portAt(last) };
}

export function joinAsSecondary(id: string, ecu: SecondaryDescription, options: NetworkOptions): Join<Link> {
  let node: IsoTpNode | EthernetNode | undefined;
  return () => {
    node?.detach();
    const { vehicle, transports, clock } = options;
    const own = transports.links.get(id);
    if (own !== undefined) return own.secondary;
    const network = transports.ethernets.get(ecu.bus);
    const joined =
      network === undefined
        ? joinCanAsSecondary(id, ecu, options)
        : joinEthernetAsSecondary(id, network, ethernetAsker(vehicle, ecu), clock);
    node = joined.node;
    return joined.link;
  };
}

function joinCanAsSecondary(
  id: string,
  ecu: SecondaryDescription,
  { vehicle, transports, clock }: NetworkOptions,
): { readonly node: IsoTpNode; readonly link: Link } {
  const bus = transports.buses.get(ecu.bus);
  if (bus === undefined || !hasIds(ecu)) throw new Error(`there is no bus ${ecu.bus}`);
  const { requestId, responseId, isotp: { blocksize, stmin } = {} } = ecu;
  const params = {
    ...segmentParams(vehicle, segmentsOf(knownRoute(vehicle, ecu)).at(-1) ?? []),
    ...(blocksize !== undefined && { blocksize }),
    ...(stmin !== undefined && { stmin }),
  };
  const address = { name: 'primary', transmitId: responseId, receiveId: requestId, params };
  const node = attachIsoTpNode(bus, id, clock, [address]);
  const link = node.links.get('primary');
  if (link === undefined) throw new Error(`${id} has no link to the Primary`);
  return { node, link };
}

function primaryOf(vehicle: Vehicle): string {
  const primary = Object.entries(vehicle.ecus).find(([, { role }]) => role === 'primary');
  if (primary === undefined) throw new Error('the vehicle has no Primary');
  return primary[0];
}
