// Owns: a node whose controller left its bus by ISO 11898-1's fault confinement, or never did.
import * as z from 'zod';
import { name } from '../../vehicleFile/fields.ts';
import { expectationKind } from './expectation.ts';

export const busOff = expectationKind({
  schema: z.strictObject({ bus: name, node: name, busOff: z.enum(['never', 'recovered']) }),
  documented: {
    form: '{bus, node: ECU, busOff: recovered}',
    meaning: "the node's controller went bus-off in this run, and is back; `never`: it did not",
  },
  judge({ bus, node, busOff: wanted }, world) {
    const load = world.transports.buses.get(bus)?.load();
    const found = load?.nodes.find((candidate) => candidate.node === node);
    const times = found?.busOffs ?? 0;
    return {
      text:
        wanted === 'never' ? `${node} never goes bus-off on ${bus}` : `${node} goes bus-off on ${bus} and comes back`,
      passed: wanted === 'never' ? times === 0 : times > 0 && found?.state !== 'bus-off',
      actual: `bus-off ${times} times, now ${found?.state ?? 'not there'}`,
    };
  },
});
