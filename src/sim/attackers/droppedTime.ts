// Owns: an attacker that lets no time attestation through: on the network, or as a Primary that withholds it. [time-drop,
// indefinite-freeze-inside]

import type { Attack } from '../scenario/schema.ts';
import type { RemoteFilter } from '../servers/cellular.ts';
import type { World } from '../world.ts';
import { added, type RunningAttack } from './attacker.ts';

export function droppedTime(world: World, attack: Extract<Attack, { kind: 'dropped-time' }>): RunningAttack {
  const { position, ecus } = attack;
  if (position === 'network') {
    const filter: RemoteFilter = (request, genuine) => (request.type === 'time' ? { status: 'not-found' } : genuine);
    return { text: 'the network lets no time attestation through', stop: added(world.network.filters, filter) };
  }
  const time = (serial: string, honest: Uint8Array) => (ecus?.includes(serial) === false ? honest : undefined);
  const whom = ecus?.join(', ') ?? 'every Secondary';
  return {
    text: `a compromised Primary withholds the time from ${whom}`,
    stop: added(world.compromises, { time }),
  };
}
