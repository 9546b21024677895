// Owns: how far a campaign has come.

import * as z from 'zod';
import { didYouMean } from '../../core/nearest.ts';
import { name } from '../../vehicleFile/fields.ts';
import { expectationKind } from './expectation.ts';

export const campaign = expectationKind({
  schema: z.strictObject({
    campaign: name,
    is: z.enum(['waiting', 'running', 'completed', 'refused', 'cancelled']),
  }),
  documented: {
    form: '{campaign: ID, is: running}',
    meaning:
      'it is `waiting` (for the vehicle to report, or to confirm an earlier bundle), `running`, `completed`, `refused` (there is no set of images that fits) or `cancelled`',
  },
  *problems({ campaign: id }, { known, path }) {
    if (!known.campaigns.has(id))
      yield { path: [...path, 'campaign'], message: `there is no campaign ${id}${didYouMean(id, known.campaigns)}` };
  },
  judge({ campaign: id, is: wanted }, world) {
    const { state, outstanding = [], reason } = world.operator.progress(id) ?? {};
    const waitsFor = outstanding.length === 0 ? '' : `, not confirmed by ${outstanding.join(', ')}`;
    const why = reason === undefined ? '' : `: ${reason}`;
    return { text: `campaign ${id} is ${wanted}`, passed: state === wanted, actual: `${state}${waitsFor}${why}` };
  },
});
