// Owns: finding loops in the routing tables of all gateways together. A CAN frame has no room for a count of hops, so that one
// which comes round would go round for ever: such tables are refused before anything runs.
import { type FrameRoute, leadsInto } from './frameRoutes.ts';

export interface PlacedRoute {
  readonly gateway: string;
  readonly route: FrameRoute;
}

/**
 * Rows by which a frame can come back to the first of them, in the order in which it takes them; undefined where there are none. A
 * gateway does not hear what it sent itself, so that a row never leads into another one of the same gateway. Of rows of several
 * ids it is enough that each leads into the next with some of them.
 */
export function findRouteLoop(rows: readonly PlacedRoute[]): readonly PlacedRoute[] | undefined {
  const byBus = new Map<string, PlacedRoute[]>();
  for (const row of rows) byBus.set(row.route.from, [...(byBus.get(row.route.from) ?? []), row]);
  const next = (row: PlacedRoute) =>
    (byBus.get(row.route.to) ?? []).filter(
      ({ gateway, route }) => gateway !== row.gateway && leadsInto(row.route, route),
    );
  const done = new Set<PlacedRoute>();
  for (const start of rows) {
    if (done.has(start)) continue;
    // Depth first: the rows on the way, each with those that it leads into and that are still to be tried.
    const way: { readonly row: PlacedRoute; readonly left: PlacedRoute[] }[] = [{ row: start, left: next(start) }];
    for (let last = way.at(-1); last !== undefined; last = way.at(-1)) {
      const row = last.left.pop();
      if (row === undefined) {
        done.add(last.row);
        way.pop();
        continue;
      }
      const at = way.findIndex((before) => before.row === row);
      if (at >= 0) return way.slice(at).map((step) => step.row);
      if (!done.has(row)) way.push({ row, left: next(row) });
    }
  }
  return undefined;
}
