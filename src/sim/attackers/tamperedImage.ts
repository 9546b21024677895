// Owns: an attacker that flips one bit of an image on its way. [arbitrary-installation]
import * as z from 'zod';
import { storedImageName } from '../../uptane/model/metadata.ts';
import { name } from '../../vehicleFile/fields.ts';
import type { RemoteFilter } from '../servers/cellular.ts';
import { added, attackKind, position, throughPrimaryProblems } from './attacker.ts';

/** The lowest bit of the byte in the middle of the whole image, where it is in `bytes`, which begin at `offset`. */
function withFlippedBit(bytes: Uint8Array, offset: number, imageLength: number): Uint8Array {
  const index = Math.floor(imageLength / 2) - offset;
  const changed = bytes.slice();
  if (index >= 0 && index < changed.length) changed[index] = (changed[index] ?? 0) ^ 1;
  return changed;
}

export const tamperedImage = attackKind({
  kind: 'tampered-image',
  schema: z.strictObject({ kind: z.literal('tampered-image'), id: name, position, ecu: name }),
  documented: { form: '`position`, `ecu`', meaning: 'one bit of the image is flipped' },
  indicates: ['arbitrary-installation'],
  clauses: ['P7'],
  *problems({ position: where, ecu }, at) {
    if (where === 'primary') yield* throughPrimaryProblems([ecu], at);
  },
  start(world, attack) {
    const { ecu, position: where } = attack;
    const text = `one bit of the image for ${ecu} is flipped ${where === 'network' ? 'on the network' : 'by a compromised Primary'}`;
    if (where === 'primary') {
      const image = (serial: string, _filename: string, honest: Uint8Array | undefined) =>
        serial === ecu && honest !== undefined ? withFlippedBit(honest, 0, honest.length) : honest;
      return { text, stop: added(world.compromises, { image }) };
    }
    const filter: RemoteFilter = (request, genuine) => {
      const target = world.assigned.get(ecu);
      if (request.type !== 'image' || genuine.status !== 'ok' || target === undefined) return genuine;
      const stored = Object.values(target.hashes).map((hash) => storedImageName(target.filename, hash));
      if (!stored.includes(request.file)) return genuine;
      return { status: 'ok', bytes: withFlippedBit(genuine.bytes, request.offset, target.length) };
    };
    return { text, stop: added(world.network.filters, filter) };
  },
});
