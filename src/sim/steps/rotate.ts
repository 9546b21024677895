// Owns: new keys for roles of the servers.
import * as z from 'zod';
import { stepKind } from './step.ts';

const roles = z.array(z.enum(['root', 'timestamp', 'snapshot', 'targets'])).min(1);

export const rotate = stepKind({
  schema: z
    .strictObject({ director: roles.optional(), image: roles.optional(), timeserver: z.literal(true).optional() })
    .refine((given) => Object.keys(given).length > 0, 'director, image or timeserver is needed'),
  documented: [
    {
      form: 'rotate: {director: [ROLE], image: [ROLE], timeserver: true}',
      meaning:
        'roles of the Director or the Image repository (`root`, `timestamp`, `snapshot`, `targets`), or the timeserver, get new keys. The timeserver signs with the old one too, for ECUs that do not know the new one yet',
    },
  ],
  text({ director, image, timeserver }) {
    const whose = [
      ...(director === undefined ? [] : [`${director.join(', ')} of the Director`]),
      ...(image === undefined ? [] : [`${image.join(', ')} of the Image repository`]),
      ...(timeserver === undefined ? [] : ['the timeserver']),
    ];
    return `new keys for ${whose.join('; ')}`;
  },
  run({ world, ledger }, rotation) {
    world.operator.rotate(rotation);
    ledger.manifest = undefined;
  },
});
