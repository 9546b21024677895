// Owns: who kept the others off a bus for a second.
import * as z from 'zod';
import { name } from '../../vehicleFile/fields.ts';
import { babblingNodes } from '../reports/busReport.ts';
import { memberOf, nodeProblems } from '../setting/known.ts';
import { expectationKind } from './expectation.ts';

export const babbling = expectationKind({
  schema: z.strictObject({ bus: name, babbling: z.union([name, z.literal('nobody')]) }),
  documented: {
    form: '{bus, babbling: ECU}',
    meaning: 'this node, and no other, kept the rest off the bus for a second; `nobody`: none did',
  },
  *problems({ babbling: node }, at) {
    if (node !== 'nobody') yield* nodeProblems(memberOf(at, 'babbling'), node);
  },
  judge({ bus, babbling: wanted }, world) {
    const load = world.transports.buses.get(bus)?.load();
    const bitrate = world.scenario.vehicle.buses[bus]?.bitrate;
    const found = load === undefined || bitrate === undefined ? [] : babblingNodes(load, bitrate);
    return {
      text: `${wanted} babbles on bus ${bus}`,
      passed: wanted === 'nobody' ? found.length === 0 : found.length === 1 && found[0] === wanted,
      actual: found.join(', ') || 'nobody',
    };
  },
});
