// Owns: the route from the Primary to a Secondary: over a bus that both are on, or through gateways. Must not know what travels.

import { ecunetPort } from '../bus/ethernet/ethernetNode.ts';
import { type FrameRoute, idText, routedId } from '../bus/gateway/frameRoutes.ts';
import type { IsoTpParams } from '../bus/isotp/params.ts';
import { frameTable, type IsoTpRouting, isoTpTable } from './gateways.ts';
import type { AddressedSecondary, Vehicle } from './vehicle.ts';

interface Id {
  readonly id: number;
  readonly extended: boolean;
}

/** A bus on the route, and the ids there. */
export interface Hop {
  readonly bus: string;
  readonly request: Id;
  readonly response: Id;
  /** What brings requests on from here: the gateway, and its ISO-TP route; a frame goes on as it is where that is undefined. */
  readonly next?: { readonly gateway: string; readonly isoTp: IsoTpRouting | undefined };
}

/** From the Primary's bus to the Secondary's. */
export type Route = readonly [Hop, ...Hop[]];

function sameId(a: Id, b: Id): boolean {
  return a.id === b.id && a.extended === b.extended;
}

/** The id that `route` turns into `wanted`. */
function idBefore(route: FrameRoute, wanted: Id): Id | undefined {
  const { first, last, extended, as = { first, extended } } = route;
  const id = wanted.id - as.first + first;
  return as.extended === wanted.extended && first <= id && id <= last ? { id, extended } : undefined;
}

/** What `route` makes of `given`. */
function idAfter(route: FrameRoute, given: Id): Id | undefined {
  const isTaken = route.extended === given.extended && route.first <= given.id && given.id <= route.last;
  return isTaken ? routedId(route, given.id) : undefined;
}

const base = (id: number): Id => ({ id, extended: false });

/** The hops one gateway nearer to the Primary from which requests come to `hop` and to which its answers go back. */
function* hopsBefore(vehicle: Vehicle, hop: Hop): Generator<Hop> {
  for (const [gateway, described] of Object.entries(vehicle.gateways)) {
    for (const isoTp of isoTpTable(described)) {
      const { from, to, requestId, responseId, as = { requestId, responseId } } = isoTp;
      const leadsHere = to === hop.bus && sameId(base(as.requestId), hop.request);
      if (leadsHere && sameId(base(as.responseId), hop.response)) {
        yield { bus: from, request: base(requestId), response: base(responseId), next: { gateway, isoTp } };
      }
    }
    const rows = frameTable(described);
    for (const row of rows) {
      const request = row.to === hop.bus ? idBefore(row, hop.request) : undefined;
      if (request === undefined) continue;
      for (const back of rows) {
        const response = back.from === hop.bus && back.to === row.from ? idAfter(back, hop.response) : undefined;
        if (response !== undefined) yield { bus: row.from, request, response, next: { gateway, isoTp: undefined } };
      }
    }
  }
}

function primaryBusesOf({ ecus }: Vehicle): readonly string[] {
  return Object.values(ecus).flatMap((ecu) => (ecu.role === 'primary' ? ecu.buses : []));
}

/** The shortest route, or what is missing, in a line. */
export function routeTo(vehicle: Vehicle, secondary: AddressedSecondary): Route | string {
  const primaryBuses = primaryBusesOf(vehicle);
  const last: Hop = { bus: secondary.bus, request: base(secondary.requestId), response: base(secondary.responseId) };
  let routes: Route[] = [[last]];
  const seen = new Set<string>();
  let furthest = routes[0] as Route;
  while (routes.length > 0) {
    const [shortest] = routes;
    if (shortest !== undefined) furthest = shortest;
    const found = routes.find(([{ bus, request, response }]) => {
      return primaryBuses.includes(bus) && request.extended === response.extended;
    });
    if (found !== undefined) return found;
    routes = routes.flatMap((route) =>
      [...hopsBefore(vehicle, route[0])].flatMap((hop): Route[] => {
        const key = JSON.stringify([hop.bus, hop.request, hop.response]);
        if (seen.has(key)) return [];
        seen.add(key);
        return [[hop, ...route]];
      }),
    );
  }
  return missing(vehicle, furthest[0]);
}

/** What keeps requests from coming to `hop`, or answers from leaving it. */
function missing(vehicle: Vehicle, { bus, request, response }: Hop): string {
  const gateways = Object.entries(vehicle.gateways).filter(([, { buses }]) => buses.includes(bus));
  if (gateways.length === 0) return `the Primary is not on bus ${bus}, nor is a gateway`;
  for (const [gateway, described] of gateways) {
    const rows = frameTable(described);
    const row = rows.find((candidate) => candidate.to === bus && idBefore(candidate, request) !== undefined);
    if (row !== undefined) {
      return `${gateway} brings ${idText(request.id)} to bus ${bus}, but no route of it takes ${idText(response.id)} back to bus ${row.from}`;
    }
  }
  const names = gateways.map(([gateway]) => gateway).join(' or ');
  return `no route of ${names} brings ${idText(request.id)} to bus ${bus} and takes ${idText(response.id)} back`;
}

/** Who asks at a hop of the route: the Primary, or the gateway before it. */
export function askerAt(vehicle: Vehicle, route: Route, hop: Hop): string {
  const before = route[route.indexOf(hop) - 1];
  if (before?.next !== undefined) return before.next.gateway;
  return Object.keys(vehicle.ecus).find((id) => vehicle.ecus[id]?.role === 'primary') ?? '';
}

/** Who answers there: a gateway, or the Secondary. */
export function answererAt({ next }: Hop, secondary: string): string {
  return next?.gateway ?? secondary;
}

/** On Ethernet, where there are no ids, conversations that gateways have a part in are told apart by their TCP ports. */
export function portAt(hop: Hop): number {
  return ecunetPort + 1 + hop.request.id;
}

/** The hops between which frames pass as they are: from one end of ISO-TP to the other. */
export function segmentsOf(route: Route): readonly (readonly Hop[])[] {
  const segments: Hop[][] = [[]];
  for (const hop of route) {
    segments.at(-1)?.push(hop);
    if (hop.next?.isoTp !== undefined) segments.push([]);
  }
  return segments;
}

/**
 * What the ends of ISO-TP do on a segment: send frames that each bus of it carries, and ask for blocks of which two find room in each
 * gateway that forwards their frames, as it cannot ask anybody to wait itself.
 */
export function segmentParams(vehicle: Vehicle, segment: readonly Hop[]): Partial<IsoTpParams> {
  const kinds = new Set(segment.map(({ bus }) => vehicle.buses[bus]?.kind));
  const queues = segment.flatMap(({ next }) =>
    next === undefined || next.isoTp !== undefined ? [] : [vehicle.gateways[next.gateway]?.queueFrames ?? 1],
  );
  return {
    ...(kinds.size > 1 && { can_fd: false, bitrate_switch: false, tx_data_length: 8 }),
    ...(queues.length > 0 && { blocksize: Math.max(1, Math.min(255, Math.floor(Math.min(...queues) / 2))) }),
  };
}
