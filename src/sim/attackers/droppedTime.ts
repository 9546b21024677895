// Owns: an attacker that lets no time attestation through. [time-drop]
import type { RemoteFilter } from '../network.ts';
import type { World } from '../world.ts';
import { added, type RunningAttack } from './attacker.ts';

export function droppedTime(world: World): RunningAttack {
  const filter: RemoteFilter = (request, genuine) => (request.type === 'time' ? { status: 'not-found' } : genuine);
  return { text: 'the network lets no time attestation through', stop: added(world.network.filters, filter) };
}
