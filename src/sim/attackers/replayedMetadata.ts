// Owns: an attacker that serves metadata of an earlier moment: a rollback where the ECU knows newer, a freeze where it
// does not, and then blocked once the old metadata has expired. [rollback, indefinite-freeze]

import type { Attack } from '../scenario/schema.ts';
import type { RemoteFilter } from '../servers/cellular.ts';
import type { World } from '../world.ts';
import { added, type RunningAttack } from './attacker.ts';
import { fullBundle, partialBundle, rootsOf } from './bundles.ts';

export function replayedMetadata(world: World, attack: Extract<Attack, { kind: 'replayed-metadata' }>): RunningAttack {
  const { position, recording: name, ecus } = attack;
  const recording = world.recordings.get(name);
  if (position === 'network') {
    const filter: RemoteFilter = (request, genuine) => {
      const bytes =
        request.type === 'metadata' && request.file === 'timestamp.json'
          ? recording?.[request.repository]?.timestamp
          : undefined;
      return bytes === undefined ? genuine : { status: 'ok', bytes };
    };
    return { text: `the network serves metadata recorded as ${name}`, stop: added(world.network.filters, filter) };
  }
  const metadata = (serial: string, honest: ReadonlyMap<string, Uint8Array>) => {
    if (ecus?.includes(serial) === false) return honest;
    if (honest.has('director/targets.json'))
      return new Map([...rootsOf(honest), ...partialBundle(recording?.director)]);
    return new Map([
      ...rootsOf(honest),
      ...fullBundle('director', recording?.director),
      ...fullBundle('image', recording?.image),
    ]);
  };
  const whom = ecus?.join(', ') ?? 'every Secondary';
  return {
    text: `a compromised Primary hands metadata recorded as ${name} to ${whom}`,
    stop: added(world.compromises, { metadata }),
  };
}
