// Owns: an attacker that flips one bit of an image on its way. [arbitrary-installation]
import { storedImageName } from '../../uptane/metadata.ts';
import type { Attack } from '../scenario/schema.ts';
import type { RemoteFilter } from '../servers/cellular.ts';
import type { World } from '../world.ts';
import { added, type RunningAttack } from './attacker.ts';

/** The lowest bit of the byte in the middle of the whole image, where it is in `bytes`, which begin at `offset`. */
function withFlippedBit(bytes: Uint8Array, offset: number, imageLength: number): Uint8Array {
  const index = Math.floor(imageLength / 2) - offset;
  const changed = bytes.slice();
  if (index >= 0 && index < changed.length) changed[index] = (changed[index] ?? 0) ^ 1;
  return changed;
}

export function tamperedImage(world: World, attack: Extract<Attack, { kind: 'tampered-image' }>): RunningAttack {
  const { ecu, position } = attack;
  const text = `one bit of the image for ${ecu} is flipped ${position === 'network' ? 'on the network' : 'by a compromised Primary'}`;
  if (position === 'primary') {
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
}
