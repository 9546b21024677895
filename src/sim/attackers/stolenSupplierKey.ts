// Owns: an attacker that holds a supplier's key, and has the Image repository list an image of its own by that supplier's word. The
// repository is as careless as can be here: what stops it is the vehicle's search through the delegations. [key-compromise]
import * as z from 'zod';
import { name } from '../../vehicleFile/fields.ts';
import { imageSchema } from '../../vehicleFile/image.ts';
import { memberOf } from '../setting/known.ts';
import { attackKind } from './attacker.ts';

export const stolenSupplierKey = attackKind({
  kind: 'stolen-supplier-key',
  schema: z.strictObject({
    kind: z.literal('stolen-supplier-key'),
    id: name,
    supplier: name,
    ecu: name,
    image: imageSchema,
  }),
  documented: {
    form: '`supplier`, `ecu`, `image`',
    meaning:
      "a supplier's key: the attacker's own `image: {filename, size, releaseCounter}`, made for the hardware of `ecu`, is listed by that supplier",
  },
  indicates: ['arbitrary-installation'],
  clauses: ['R10.1', 'R10.2'],
  *problems({ supplier }, at) {
    if (at.known.suppliers[supplier] !== undefined) return;
    yield { path: memberOf(at, 'supplier').path, message: `there is no supplier ${supplier}` };
  },
  start(world, { supplier, ecu, image }) {
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
  },
});
