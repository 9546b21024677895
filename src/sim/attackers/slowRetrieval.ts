// Owns: an attacker that lets images through at a trickle, so that no download ever ends. [slow-retrieval]
import type { RemoteFilter } from '../servers/cellular.ts';
import type { World } from '../world.ts';
import { added, type RunningAttack } from './attacker.ts';

const bytesAnswered = 16;

export function slowRetrieval(world: World): RunningAttack {
  const filter: RemoteFilter = (request, genuine) =>
    request.type === 'image' && genuine.status === 'ok'
      ? { status: 'ok', bytes: genuine.bytes.subarray(0, bytesAnswered) }
      : genuine;
  return {
    text: `the network gives ${bytesAnswered} bytes of an image at a time`,
    stop: added(world.network.filters, filter),
  };
}
