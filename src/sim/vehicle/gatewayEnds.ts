// Owns: where the two sides of a gateway's ISO-TP route end, and what each link there needs to know of the way that it is on.
import { isoTpBlocks } from '../../bus/gateway/bridgeLinks.ts';
import type { IsoTpAddress } from '../../bus/isotp/node.ts';
import type { IsoTpRouting } from '../../vehicleFile/gateways.ts';
import { answererAt, askerAt, type Place, segmentParams, segmentsOf } from '../../vehicleFile/routes.ts';
import type { Vehicle } from '../../vehicleFile/vehicle.ts';
import { addressedSecondariesOf, isoTpIds, knownWay } from './networkNodes.ts';

export interface GatewayEnd {
  readonly place: Place;
  readonly side: 'asking' | 'answering';
  /** The places over which its frames go. */
  readonly segment: readonly Place[];
  /** The node at the other end, where the route is on the way to a Secondary. */
  readonly peer: string | undefined;
}

/** Where requests come in, and where they go out. */
export interface GatewayEnds {
  readonly asked: GatewayEnd;
  readonly asking: GatewayEnd;
}

export function gatewayEnds(vehicle: Vehicle, route: IsoTpRouting): GatewayEnds {
  for (const [serial, ecu] of addressedSecondariesOf(vehicle)) {
    const way = knownWay(vehicle, ecu);
    const at = way.findIndex(({ next }) => next?.isoTp === route);
    const [here, there] = [way[at], way[at + 1]];
    if (here === undefined || there === undefined) continue;
    const segmentOf = (place: Place) => segmentsOf(way).find((segment) => segment.includes(place)) ?? [place];
    return {
      asked: { place: here, side: 'answering', segment: segmentOf(here), peer: askerAt(vehicle, way, here) },
      asking: { place: there, side: 'asking', segment: segmentOf(there), peer: answererAt(there, serial) },
    };
  }
  // On nobody's way: for other people's tools.
  const { from, to, requestId, responseId, as = { requestId, responseId } } = route;
  const here = placeOf(from, requestId, responseId);
  const there = placeOf(to, as.requestId, as.responseId);
  return {
    asked: { place: here, side: 'answering', segment: [here], peer: undefined },
    asking: { place: there, side: 'asking', segment: [there], peer: undefined },
  };
}

function placeOf(bus: string, requestId: number, responseId: number): Place {
  return { bus, request: { id: requestId, extended: false }, response: { id: responseId, extended: false } };
}

/** A CAN end's address, under `name`, and the bytes of the blocks that it asks for, so that they fit into `bufferBytesMax`. */
export function isoTpEnd(
  vehicle: Vehicle,
  { place, side, segment }: GatewayEnd,
  name: string,
  bufferBytesMax: number,
): { readonly address: IsoTpAddress & { readonly receiveId: number }; readonly blockBytesMax: number } {
  const params = segmentParams(vehicle, segment);
  const fd = vehicle.buses[place.bus]?.kind === 'can-fd' && params.can_fd !== false;
  const blocks = isoTpBlocks(bufferBytesMax, fd, params.blocksize);
  const address = { name, ...isoTpIds(place, side), params: { ...params, ...blocks.params } };
  return { address, blockBytesMax: blocks.blockBytesMax };
}
