// Owns: an attacker that lets no time attestation through: on the network, or as a Primary that withholds it. [time-drop,
// indefinite-freeze-inside]
import * as z from 'zod';
import { name } from '../../vehicleFile/fields.ts';
import type { RemoteFilter } from '../servers/cellular.ts';
import { added, attackKind, position, positionProblems, victims, victimsText } from './attacker.ts';

export const droppedTime = attackKind({
  kind: 'dropped-time',
  schema: z.strictObject({ kind: z.literal('dropped-time'), id: name, position, ecus: victims }),
  documented: { form: '`position`, `ecus`', meaning: 'no time attestation comes through; a Primary withholds it' },
  indicates: ['time-drop', 'indefinite-freeze'],
  clauses: ['Y2', 'Y6', 'T4', 'V5'],
  problems: positionProblems,
  start(world, attack) {
    const { position: where, ecus } = attack;
    if (where === 'network') {
      const filter: RemoteFilter = (request, genuine) => (request.type === 'time' ? { status: 'not-found' } : genuine);
      return { text: 'the network lets no time attestation through', stop: added(world.network.filters, filter) };
    }
    const time = (serial: string, honest: Uint8Array) => (ecus?.includes(serial) === false ? honest : undefined);
    return {
      text: `a compromised Primary withholds the time from ${victimsText(ecus)}`,
      stop: added(world.compromises, { time }),
    };
  },
});
