// Owns: an attacker that holds the Director's online keys and the Primary: it signs what it likes in the Director's name and
// hands it on itself. A full Secondary asks the Image repository's metadata as well, whose keys the attacker lacks; a partial
// one cannot. [key-compromise]
import type { Attack } from '../scenario/schema.ts';
import type { World } from '../world.ts';
import { added, type RunningAttack } from './attacker.ts';
import { fullBundle, partialBundle, rootsOf } from './bundles.ts';
import { attackersPayload, forgeDirector, type Payload } from './forging.ts';

type StolenKeys = Extract<Attack, { kind: 'stolen-director-keys' }>;

/** The attacker's own image, or the genuine one of another ECU. */
function payloadOf(world: World, { image, ecus }: StolenKeys): Payload {
  if (!('imageOf' in image)) return attackersPayload(world, image, ecus);
  const listed = world.assigned.get(image.imageOf);
  const bytes = world.images.genuine.get(listed?.filename ?? '');
  if (listed === undefined || bytes === undefined) throw new Error(`${image.imageOf} has no image`);
  return { ...listed, bytes };
}

export function stolenDirectorKeys(world: World, attack: StolenKeys): RunningAttack {
  const payload = payloadOf(world, attack);
  const keys = world.keys.of('director');
  const metadata = (serial: string, honest: ReadonlyMap<string, Uint8Array>) => {
    if (!attack.ecus.includes(serial)) return honest;
    const forged = forgeDirector(world, keys, attack.ecus, payload);
    if (honest.has('director/targets.json')) return new Map([...rootsOf(honest), ...partialBundle(forged)]);
    const genuine = [...honest].filter(([file]) => file.startsWith('image/'));
    return new Map([...rootsOf(honest), ...fullBundle('director', forged), ...genuine]);
  };
  const image = (serial: string, filename: string, honest: Uint8Array | undefined) =>
    attack.ecus.includes(serial) && filename === payload.filename ? payload.bytes : honest;
  return {
    text: `the Director's online keys are stolen; a compromised Primary hands ${payload.filename} to ${attack.ecus.join(', ')}`,
    stop: added(world.compromises, { metadata, image }),
  };
}
