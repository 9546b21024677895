// Owns: an attacker on the network that holds the keys of both repositories, all but those of their Roots: what it lists, the honest
// Primary and every Secondary, full or partial, believes. Nothing in the vehicle can tell. [key-compromise]
import * as z from 'zod';
import { storedImageName } from '../../uptane/model/metadata.ts';
import { name } from '../../vehicleFile/fields.ts';
import { imageSchema } from '../../vehicleFile/image.ts';
import type { RemoteFilter } from '../servers/cellular.ts';
import { added, attackersImageProblems, attackKind } from './attacker.ts';
import { fullBundle } from './support/bundles.ts';
import { attackersPayload, forgeDirector, forgeImageRepository } from './support/forging.ts';

export const stolenBothRepositories = attackKind({
  kind: 'stolen-both-repositories',
  schema: z.strictObject({
    kind: z.literal('stolen-both-repositories'),
    id: name,
    ecus: z.array(name).min(1),
    image: imageSchema,
  }),
  documented: {
    form: '`ecus`, `image`',
    meaning:
      "on the network, with the keys of both repositories but their Roots: the attacker's own `image: {filename, size, releaseCounter}` for these ECUs, the Primary too",
  },
  indicates: ['arbitrary-installation'],
  clauses: [],
  problems: ({ image }, at) => attackersImageProblems(image, at),
  start(world, { ecus, image }) {
    const payload = attackersPayload(world, image, ecus);
    const forged = new Map([
      ...fullBundle('director', forgeDirector(world, world.keys.of('director'), ecus, payload)),
      ...fullBundle('image', forgeImageRepository(world, world.keys.of('image'), payload)),
    ]);
    const stored = Object.values(payload.hashes).map((hash) => storedImageName(payload.filename, hash));
    const filter: RemoteFilter = (request, genuine) => {
      if (request.type === 'metadata') {
        const bytes = forged.get(`${request.repository}/${request.file}`);
        return bytes === undefined ? genuine : { status: 'ok', bytes };
      }
      if (request.type !== 'image' || !stored.includes(request.file)) return genuine;
      return { status: 'ok', bytes: payload.bytes.subarray(request.offset, request.offset + request.length) };
    };
    return {
      text: `the keys of both repositories but their Roots are stolen; the network brings ${payload.filename} for ${ecus.join(', ')}`,
      stop: added(world.network.filters, filter),
    };
  },
});
