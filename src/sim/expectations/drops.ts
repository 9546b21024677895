// Owns: whether a gateway has dropped anything since the run began.
import * as z from 'zod';
import { name } from '../../vehicleFile/fields.ts';
import { expectationKind } from './expectation.ts';

export const drops = expectationKind({
  schema: z.strictObject({ gateway: name, drops: z.enum(['none', 'some']) }),
  documented: {
    form: '{gateway: ID, drops: none}',
    meaning: 'the gateway has dropped no frame and no message in this run; `some`: it has',
  },
  judge({ gateway: id, drops: wanted }, world) {
    const dropped = world.vehicle.gateways.get(id)?.counts().drops ?? [];
    const actual = dropped.map(
      ({ what, from, to, reason, count }) => `${count} ${what} from ${from} to ${to}: ${reason}`,
    );
    return {
      text: `${id} drops ${wanted === 'none' ? 'nothing' : 'something'}`,
      passed: dropped.length > 0 === (wanted === 'some'),
      actual: actual.join(', ') || 'nothing',
    };
  },
});
