// Owns: an attacker that answers with a time attestation of an earlier moment. [time-replay]

import type { Attack } from '../scenario/schema.ts';
import type { RemoteFilter } from '../servers/cellular.ts';
import type { World } from '../world.ts';
import { added, type RunningAttack } from './attacker.ts';

export function replayedTime(world: World, attack: Extract<Attack, { kind: 'replayed-time' }>): RunningAttack {
  const { position, recording: name, ecus } = attack;
  const old = world.recordings.get(name)?.attestation;
  if (position === 'network') {
    const filter: RemoteFilter = (request, genuine) =>
      request.type === 'time' && old !== undefined ? { status: 'ok', bytes: old } : genuine;
    return {
      text: `the network answers with the time recorded as ${name}`,
      stop: added(world.network.filters, filter),
    };
  }
  const time = (serial: string, honest: Uint8Array) => (ecus?.includes(serial) === false ? honest : (old ?? honest));
  const whom = ecus?.join(', ') ?? 'every Secondary';
  return {
    text: `a compromised Primary hands the time recorded as ${name} to ${whom}`,
    stop: added(world.compromises, { time }),
  };
}
