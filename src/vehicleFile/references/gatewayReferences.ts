// Owns: whether the gateways of a vehicle make sense: their routes lead from one of their buses to another and never round, and every
// Secondary can be reached, by one route.
import {
  type FrameRoute,
  idText,
  leadsInto,
  routedId,
  routeProblem,
  routeText,
} from '../../bus/gateway/frameRoutes.ts';
import { findRouteLoop, type PlacedRoute } from '../../bus/gateway/routeLoops.ts';
import { didYouMean } from '../../core/nearest.ts';
import { frameTable, type GatewayDescription, type IsoTpRouting, isoTpTable } from '../gateways.ts';
import { gatewayRoutesMax } from '../limits.ts';
import { type Hop, type Route, routeTo, segmentsOf } from '../routes.ts';
import { hasIds, type Vehicle } from '../vehicle.ts';
import type { Problem } from './problem.ts';

const ecusPath = ['vehicle', 'ecus'] as const;

/** What is wrong with the gateways by themselves. */
export function* gatewayProblems(vehicle: Vehicle): Generator<Problem> {
  for (const [name, gateway] of Object.entries(vehicle.gateways)) {
    yield* singleProblems(vehicle, gateway, [...ecusPath, name]);
  }
  const rows = placedRoutes(vehicle);
  if (rows.length > gatewayRoutesMax) {
    yield {
      path: ecusPath,
      message: `at most ${gatewayRoutesMax} ids and ranges are allowed in the routes of all gateways, not ${rows.length}`,
    };
    return;
  }
  const loop = findRouteLoop(rows);
  const [first] = loop ?? [];
  if (loop !== undefined && first !== undefined) {
    const steps = loop.map(({ gateway, route }) => `${gateway} takes ${routeText(route)}`).join(', ');
    yield { path: [...ecusPath, first.gateway, 'routes'], message: `frames would go round for ever: ${steps}` };
  }
}

function placedRoutes(vehicle: Vehicle): readonly PlacedRoute[] {
  return Object.entries(vehicle.gateways).flatMap(([gateway, described]) =>
    frameTable(described).map((route) => ({ gateway, route })),
  );
}

function* singleProblems(
  vehicle: Vehicle,
  gateway: GatewayDescription,
  path: readonly PropertyKey[],
): Generator<Problem> {
  const { buses, routes } = gateway;
  if (new Set(buses).size !== buses.length) yield { path: [...path, 'buses'], message: 'a bus is named twice' };
  const names = [...Object.keys(vehicle.buses), ...Object.keys(vehicle.ethernets)];
  for (const [index, bus] of buses.entries()) {
    const message = `there is no bus ${bus}${didYouMean(bus, names)}`;
    if (!names.includes(bus)) yield { path: [...path, 'buses', index], message };
  }
  for (const [index, route] of routes.entries()) {
    const at = [...path, 'routes', index];
    const { from, to } = 'isotp' in route ? route.isotp : route;
    for (const bus of [from, to])
      if (!buses.includes(bus)) yield { path: at, message: `it is not on bus ${bus}${didYouMean(bus, buses)}` };
    const network = [from, to].find((bus) => vehicle.ethernets[bus] !== undefined);
    if (network !== undefined && !('isotp' in route))
      yield { path: at, message: `${network} carries no CAN frames: an isotp route is needed` };
    if (from === to) yield { path: at, message: 'it leads back to the bus that it comes from' };
    if (!('isotp' in route) && route.as !== undefined && route.as.length !== route.ids.length) {
      yield {
        path: [...at, 'as'],
        message: `one for each of the ${route.ids.length} ids is needed, not ${route.as.length}`,
      };
    }
  }
  const table = frameTable(gateway);
  const wrong = table.map(routeProblem).find((text) => text !== undefined);
  if (wrong !== undefined) yield { path: [...path, 'routes'], message: wrong };
  yield* takenTwice(gateway, table, path);
}

/** Ids that end at this gateway must not be forwarded by it as frames, nor end at it twice. */
function* takenTwice(
  gateway: GatewayDescription,
  table: readonly FrameRoute[],
  path: readonly PropertyKey[],
): Generator<Problem> {
  const ends = new Set<string>();
  for (const { from, to, requestId, responseId, as } of isoTpTable(gateway)) {
    for (const [bus, id] of [
      [from, requestId],
      [to, as?.responseId ?? responseId],
    ] as const) {
      const row: FrameRoute = { from: '', to: bus, first: id, last: id, extended: false };
      const key = `${bus} ${id}`;
      if (ends.has(key) || table.some((other) => leadsInto(row, other))) {
        yield { path: [...path, 'routes'], message: `two routes take ${idText(id)} from bus ${bus}` };
      }
      ends.add(key);
    }
  }
}

/** The route to every Secondary that is known by ids, and who has which id on each bus of it. */
export function* routeProblems(vehicle: Vehicle): Generator<Problem> {
  const owners = new Map<string, string>();
  const used = new Set<IsoTpRouting>();
  const rows = placedRoutes(vehicle);
  for (const [name, ecu] of Object.entries(vehicle.ecus)) {
    if (ecu.role === 'primary' || !hasIds(ecu)) continue;
    const path = [...ecusPath, name];
    const route = routeTo(vehicle, ecu);
    if (typeof route === 'string') {
      yield { path, message: route };
      continue;
    }
    for (const hop of route) {
      if (hop.next?.isoTp !== undefined) used.add(hop.next.isoTp);
      for (const field of ['request', 'response'] as const) {
        const key = `${hop.bus} ${hop[field].extended} ${hop[field].id}`;
        const other = owners.get(key);
        const on = hop === route.at(-1) ? 'this bus' : `bus ${hop.bus}`;
        if (other !== undefined)
          yield { path: [...path, `${field}Id`], message: `the id is ${other}'s on ${on} already` };
        owners.set(key, name);
      }
    }
    const twice = comesTwice(rows, route);
    if (twice !== undefined) yield { path, message: twice };
  }
  for (const [name, { routes }] of Object.entries(vehicle.gateways)) {
    for (const [index, route] of routes.entries()) {
      if (!('isotp' in route) || used.has(route.isotp)) continue;
      const network = [route.isotp.from, route.isotp.to].find((bus) => vehicle.ethernets[bus] !== undefined);
      const message = `no Secondary is reached over it, so that its peer on ${network} is not known`;
      if (network !== undefined) yield { path: [...ecusPath, name, 'routes', index], message };
    }
  }
}

/** A frame that two gateways bring to one bus would break the transfer that it belongs to. */
function comesTwice(rows: readonly PlacedRoute[], route: Route): string | undefined {
  for (const segment of segmentsOf(route)) {
    const first = segment[0];
    const last = segment.at(-1);
    if (first === undefined || last === undefined) continue;
    const found = flood(rows, first.bus, first.request) ?? flood(rows, last.bus, last.response);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Follows frames of `id` from `bus` on. Tables without a loop only. */
function flood(rows: readonly PlacedRoute[], bus: string, { id, extended }: Hop['request']): string | undefined {
  const came = new Map<string, string>([[`${bus} ${extended} ${id}`, 'its sender']]);
  const left = [{ bus, id, extended, by: '' }];
  for (let frame = left.pop(); frame !== undefined; frame = left.pop()) {
    for (const { gateway, route } of rows) {
      const takes = route.extended === frame.extended && route.first <= frame.id && frame.id <= route.last;
      if (!takes || route.from !== frame.bus || gateway === frame.by) continue;
      const next = { bus: route.to, ...routedId(route, frame.id) };
      const key = `${next.bus} ${next.extended} ${next.id}`;
      const other = came.get(key);
      if (other !== undefined) return `${idText(next.id)} comes to bus ${next.bus} twice: by ${other} and ${gateway}`;
      came.set(key, gateway);
      left.push({ ...next, by: gateway });
    }
  }
  return undefined;
}
