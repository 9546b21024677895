// Owns: an attacker that lets images through at a trickle, so that no download ever ends. [slow-retrieval]
import * as z from 'zod';
import { name } from '../../vehicleFile/fields.ts';
import type { RemoteFilter } from '../servers/cellular.ts';
import { added, attackKind } from './attacker.ts';

const bytesAnswered = 16;

export const slowRetrieval = attackKind({
  kind: 'slow-retrieval',
  schema: z.strictObject({ kind: z.literal('slow-retrieval'), id: name }),
  documented: { form: '', meaning: 'on the network: images come 16 bytes at a time' },
  indicates: ['slow-retrieval'],
  clauses: ['K3'],
  start(world) {
    const filter: RemoteFilter = (request, genuine) =>
      request.type === 'image' && genuine.status === 'ok'
        ? { status: 'ok', bytes: genuine.bytes.subarray(0, bytesAnswered) }
        : genuine;
    return {
      text: `the network gives ${bytesAnswered} bytes of an image at a time`,
      stop: added(world.network.filters, filter),
    };
  },
});
