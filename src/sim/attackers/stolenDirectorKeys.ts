// Owns: an attacker that holds the Director's online keys and the Primary: it signs what it likes in the Director's name and
// hands it on itself. A full Secondary asks the Image repository's metadata as well, whose keys the attacker lacks; a partial
// one cannot. [key-compromise]
import * as z from 'zod';
import { name } from '../../vehicleFile/fields.ts';
import { imageSchema, type MadeImage } from '../../vehicleFile/image.ts';
import { ecuProblems, memberOf } from '../setting/known.ts';
import type { World } from '../world/world.ts';
import { added, attackersImageProblems, attackKind, throughPrimaryProblems } from './attacker.ts';
import { fullBundle, partialBundle, rootsOf } from './support/bundles.ts';
import { attackersPayload, forgeDirector, type Payload } from './support/forging.ts';

/** The attacker's own image, or the genuine one of another ECU. */
function payloadOf(
  world: World,
  { image, ecus }: { readonly image: MadeImage | { readonly imageOf: string }; readonly ecus: readonly string[] },
): Payload {
  if (!('imageOf' in image)) return attackersPayload(world, image, ecus);
  const listed = world.assigned.get(image.imageOf);
  const bytes = world.images.genuine.get(listed?.filename ?? '');
  if (listed === undefined || bytes === undefined) throw new Error(`${image.imageOf} has no image`);
  return { ...listed, bytes };
}

export const stolenDirectorKeys = attackKind({
  kind: 'stolen-director-keys',
  schema: z.strictObject({
    kind: z.literal('stolen-director-keys'),
    id: name,
    ecus: z.array(name).min(1),
    /** The attacker's own image, or, to send ECUs what was made for another, `imageOf` that other one. */
    image: z.union([imageSchema, z.strictObject({ imageOf: name })]),
  }),
  documented: {
    form: '`ecus`, `image`',
    meaning:
      "the Director's online keys and the Primary: `image: {filename, size, releaseCounter}` is the attacker's own, `image: {imageOf: ECU}` a genuine one made for another ECU",
  },
  indicates: ['arbitrary-installation'],
  clauses: ['R10.1'],
  *problems({ ecus, image }, at) {
    if ('imageOf' in image) yield* ecuProblems(memberOf(at, 'image', 'imageOf'), image.imageOf);
    yield* throughPrimaryProblems(ecus, at);
    if ('filename' in image) yield* attackersImageProblems(image, at);
  },
  start(world, attack) {
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
  },
});
