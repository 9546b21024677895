// Owns: an attacker that holds a supplier's key, and has the Image repository list an image of its own by that supplier's word. The
// repository is as careless as can be here: what stops it is the vehicle's search through the delegations. [key-compromise]
import type { Attack } from '../scenario/schema.ts';
import type { World } from '../world.ts';
import type { RunningAttack } from './attacker.ts';

type StolenKey = Extract<Attack, { kind: 'stolen-supplier-key' }>;

export function stolenSupplierKey(world: World, { supplier, ecu, image }: StolenKey): RunningAttack {
  const list = (bytes: Uint8Array) => {
    const hardwareIds = [world.scenario.vehicle.ecus[ecu]?.hardware ?? ''];
    const mustMatch = { hardwareIds, releaseCounter: image.releaseCounter };
    world.servers.imageRepository.add(image.filename, bytes, mustMatch, { role: supplier });
    world.operator.publish();
  };
  list(world.images.makeAttackers(image));
  return {
    text: `the key of ${supplier} is stolen, and signs ${image.filename}`,
    /** The supplier's own image of that name, where it has one, is listed again. */
    stop() {
      const genuine = world.images.genuine.get(image.filename);
      if (genuine !== undefined) list(genuine);
    },
  };
}
