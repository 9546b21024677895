// Owns: the form of a gateway in a vehicle file, and the rows of its routing table as the bus room has them. Whether they fit the
// vehicle is checked in gatewayReferences.ts.
import * as z from 'zod';
import { extendedIdMax } from '../bus/frame/checkFrame.ts';
import type { FrameRoute } from '../bus/gateway/frameRoutes.ts';
import { gatewayBufferBytes, gatewayDelayNs, gatewayQueueFrames } from '../core/limits.ts';
import { NS_PER_US } from '../core/units.ts';
import { canId, name } from './fields.ts';
import { gatewayBufferBytesMax, gatewayBufferBytesMin, gatewayQueueFramesMax, gatewayRoutesMax } from './limits.ts';
import { microsecondsUpTo, sizeBetween } from './quantities.ts';
import { withUnits } from './withUnits.ts';

const anyCanId = z.int().min(0).max(extendedIdMax).meta({ hex: true });
const second = 1_000_000;

const frameRoute = z.strictObject({
  from: name,
  to: name,
  ids: z
    .array(z.union([anyCanId, z.strictObject({ first: anyCanId, last: anyCanId })]))
    .min(1)
    .max(gatewayRoutesMax),
  /** What each of `ids` becomes; of a range its first. */
  as: z.array(anyCanId).optional(),
  /** Ids of 29 bits, here and there. */
  extended: z.boolean().default(false),
  format: z.enum(['classic', 'fd']).optional(),
});

const addressPair = { requestId: canId, responseId: canId };

const isoTpRoute = z.strictObject({
  isotp: z.strictObject({
    /** Requests go from this bus to that one, answers back. */
    from: name,
    to: name,
    ...addressPair,
    /** The ids on `to`; the same when omitted. */
    as: z.strictObject(addressPair).optional(),
  }),
});

/** It is no target of updates itself. */
export const gatewaySchema = withUnits(
  z.strictObject({
    role: z.literal('gateway'),
    buses: z.array(name).min(2).max(16),
    delay: microsecondsUpTo(second).default(gatewayDelayNs / NS_PER_US),
    /** Frames that may wait for one bus. */
    queue: z.int().min(1).max(gatewayQueueFramesMax).default(gatewayQueueFrames),
    /** Bytes of messages that may wait in one direction of an ISO-TP route. */
    buffer: sizeBetween(gatewayBufferBytesMin, gatewayBufferBytesMax).default(gatewayBufferBytes),
    routes: z
      .array(z.union([frameRoute, isoTpRoute]))
      .min(1)
      .max(gatewayRoutesMax),
  }),
  { delay: 'delayUs', queue: 'queueFrames', buffer: 'bufferBytes' },
);

export type GatewayDescription = z.output<typeof gatewaySchema>;
export type FrameRouting = z.output<typeof frameRoute>;
export type IsoTpRouting = z.output<typeof isoTpRoute>['isotp'];

/** The rows of one entry, an id or a range each. */
function frameRoutesOf({ from, to, ids, as, extended, format }: FrameRouting): readonly FrameRoute[] {
  return ids.map((entry, index): FrameRoute => {
    const { first, last } = typeof entry === 'number' ? { first: entry, last: entry } : entry;
    const moved = as?.[index];
    return {
      from,
      to,
      first,
      last,
      extended,
      ...(moved !== undefined && { as: { first: moved, extended } }),
      ...(format !== undefined && { format }),
    };
  });
}

export function frameTable({ routes }: GatewayDescription): readonly FrameRoute[] {
  return routes.flatMap((route) => ('isotp' in route ? [] : frameRoutesOf(route)));
}

export function isoTpTable({ routes }: GatewayDescription): readonly IsoTpRouting[] {
  return routes.flatMap((route) => ('isotp' in route ? [route.isotp] : []));
}
