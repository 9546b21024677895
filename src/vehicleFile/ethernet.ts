// Owns: the form of an Ethernet network in a vehicle file. Whether it fits the vehicle is checked in ethernetReferences.ts.
import * as z from 'zod';
import { linkSpeeds } from '../bus/ethernet/wire.ts';
import { name, share } from './fields.ts';
import { ethernetLatencyUsMax, ethernetQueueBytes, ethernetQueueBytesMax, ethernetQueueBytesMin } from './limits.ts';
import { microsecondsUpTo, sizeBetween } from './quantities.ts';
import { withUnits } from './withUnits.ts';

const speed = z.enum(Object.keys(linkSpeeds) as (keyof typeof linkSpeeds)[]);
/** One way along a link: some metres of cable, and the two chips at its ends. */
const latency = microsecondsUpTo(ethernetLatencyUsMax);

export const ethernetSchema = withUnits(
  z.strictObject({
    kind: z.literal('ethernet'),
    speed,
    latency: latency.default(1),
    /** The share of frames lost on each link, each way. */
    loss: share.default(0),
    /** Bytes of frames that may wait at each output. */
    queue: sizeBetween(ethernetQueueBytesMin, ethernetQueueBytesMax).default(ethernetQueueBytes),
    /** Where an ECU's link differs. */
    links: z
      .record(
        name,
        withUnits(z.strictObject({ speed: speed.optional(), latency: latency.optional(), loss: share.optional() }), {
          latency: 'latencyUs',
        }),
      )
      .default({}),
  }),
  { latency: 'latencyUs', queue: 'queueBytes' },
);
