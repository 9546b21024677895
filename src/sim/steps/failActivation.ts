// Owns: an image that does not come up.
import * as z from 'zod';
import { name } from '../../vehicleFile/fields.ts';
import { ecuProblems, memberOf } from '../setting/known.ts';
import { stepKind } from './step.ts';

export const failActivation = stepKind({
  schema: z.strictObject({ ecu: name }),
  documented: [{ form: 'failActivation: {ecu}', meaning: 'the next image that this ECU boots does not come up' }],
  text: ({ ecu }) => `the next image of ${ecu} will not come up`,
  problems: ({ ecu }, at) => ecuProblems(memberOf(at, 'ecu'), ecu),
  run({ world }, { ecu }) {
    const simulated = world.vehicle.ecus.get(ecu);
    if (simulated !== undefined) simulated.failNextActivation = true;
  },
});
