// Owns: a babbling controller, which sends frames of one id without a pause.
import * as z from 'zod';
import { classicFrame } from '../../bus/bus.ts';
import { canId, name } from '../../vehicleFile/fields.ts';
import { busFaultKind } from './busFault.ts';

/** A babbling controller's frame: 8 dominant bytes, the longest there is on a classic bus. */
const babbledBytes = 8;

export const babble = busFaultKind({
  schema: z.strictObject({ bus: name, node: name, id: canId.default(0) }),
  documented: [
    {
      form: 'babble: {bus, node: ECU, id: 0x000}',
      meaning: "the ECU's controller sends this id (0 to 0x7ff; 0 unless given) without a pause",
    },
  ],
  text: ({ bus, node }) => `${node} babbles on bus ${bus}`,
  nodesOf: ({ node }) => [node],
  needsTiming: () => true,
  apply: (bus, { node, id }) => bus.babble(node, classicFrame(id, new Uint8Array(babbledBytes))),
});
