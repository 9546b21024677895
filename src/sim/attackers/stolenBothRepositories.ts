// Owns: an attacker on the network that holds the keys of both repositories, all but those of their Roots: what it lists, the honest
// Primary and every Secondary, full or partial, believes. Nothing in the vehicle can tell. [key-compromise]
import { storedImageName } from '../../uptane/metadata.ts';
import type { Attack } from '../scenario/schema.ts';
import type { RemoteFilter } from '../servers/cellular.ts';
import type { World } from '../world.ts';
import { added, type RunningAttack } from './attacker.ts';
import { fullBundle } from './bundles.ts';
import { attackersPayload, forgeDirector, forgeImageRepository } from './forging.ts';

type StolenKeys = Extract<Attack, { kind: 'stolen-both-repositories' }>;

export function stolenBothRepositories(world: World, { ecus, image }: StolenKeys): RunningAttack {
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
}
