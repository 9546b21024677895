// Owns: where the two sides of a gateway's ISO-TP route end, and what each link there needs to know of the route that it is on.
import { isoTpBlocks } from '../../bus/gateway/bridgeLinks.ts';
import type { IsoTpAddress } from '../../bus/isotp/node.ts';
import type { IsoTpRouting } from '../../vehicleFile/gateways.ts';
import { answererAt, askerAt, type Hop, segmentParams, segmentsOf } from '../../vehicleFile/routes.ts';
import type { Vehicle } from '../../vehicleFile/vehicle.ts';
import { addressedSecondariesOf, isoTpIds, knownRoute } from './networkNodes.ts';

export interface GatewayEnd {
  readonly hop: Hop;
  readonly side: 'asking' | 'answering';
  /** The hops over which its frames go. */
  readonly segment: readonly Hop[];
  /** The node at the other end, where the routing is on the route to a Secondary. */
  readonly peer: string | undefined;
}

/** Where requests come in, and where they go out. */
export interface GatewayEnds {
  readonly asked: GatewayEnd;
  readonly asking: GatewayEnd;
}

export function gatewayEnds(vehicle: Vehicle, routing: IsoTpRouting): GatewayEnds {
  for (const [serial, ecu] of addressedSecondariesOf(vehicle)) {
    const route = knownRoute(vehicle, ecu);
    const at = route.findIndex(({ next }) => next?.isoTp === routing);
    const [here, there] = [route[at], route[at + 1]];
    if (here === undefined || there === undefined) continue;
    const segmentOf = (hop: Hop) => segmentsOf(route).find((segment) => segment.includes(hop)) ?? [hop];
    return {
      asked: { hop: here, side: 'answering', segment: segmentOf(here), peer: askerAt(vehicle, route, here) },
      asking: { hop: there, side: 'asking', segment: segmentOf(there), peer: answererAt(there, serial) },
    };
  }
  // No Secondary is reached over it: it is for other people's tools.
  const { from, to, requestId, responseId, as = { requestId, responseId } } = routing;
  const here = hopOf(from, requestId, responseId);
  const there = hopOf(to, as.requestId, as.responseId);
  return {
    asked: { hop: here, side: 'answering', segment: [here], peer: undefined },
    asking: { hop: there, side: 'asking', segment: [there], peer: undefined },
  };
}

function hopOf(bus: string, requestId: number, responseId: number): Hop {
  return { bus, request: { id: requestId, extended: false }, response: { id: responseId, extended: false } };
}

/** A CAN end's address, under `name`, and the bytes of the blocks that it asks for, so that they fit into `bufferBytesMax`. */
export function isoTpEnd(
  vehicle: Vehicle,
  { hop, side, segment }: GatewayEnd,
  name: string,
  bufferBytesMax: number,
): { readonly address: IsoTpAddress & { readonly receiveId: number }; readonly blockBytesMax: number } {
  const params = segmentParams(vehicle, segment);
  const fd = vehicle.buses[hop.bus]?.kind === 'can-fd' && params.can_fd !== false;
  const blocks = isoTpBlocks(bufferBytesMax, fd, params.blocksize);
  const address = { name, ...isoTpIds(hop, side), params: { ...params, ...blocks.params } };
  return { address, blockBytesMax: blocks.blockBytesMax };
}
