// Owns: an attacker that answers with a time attestation of an earlier moment. [time-replay]
import * as z from 'zod';
import { name } from '../../vehicleFile/fields.ts';
import type { RemoteFilter } from '../servers/cellular.ts';
import { added, attackKind, position, positionProblems, recordingProblems, victims, victimsText } from './attacker.ts';

export const replayedTime = attackKind({
  kind: 'replayed-time',
  schema: z.strictObject({ kind: z.literal('replayed-time'), id: name, position, recording: name, ecus: victims }),
  documented: { form: '`position`, `recording`, `ecus`', meaning: 'the time attestation that was recorded' },
  indicates: ['time-replay'],
  clauses: ['Y2', 'Y3'],
  *problems(attack, at) {
    yield* recordingProblems(attack, at);
    yield* positionProblems(attack, at);
  },
  start(world, attack) {
    const { position: where, recording: name, ecus } = attack;
    const old = world.recordings.get(name)?.attestation;
    if (where === 'network') {
      const filter: RemoteFilter = (request, genuine) =>
        request.type === 'time' && old !== undefined ? { status: 'ok', bytes: old } : genuine;
      return {
        text: `the network answers with the time recorded as ${name}`,
        stop: added(world.network.filters, filter),
      };
    }
    const time = (serial: string, honest: Uint8Array) => (ecus?.includes(serial) === false ? honest : (old ?? honest));
    return {
      text: `a compromised Primary hands the time recorded as ${name} to ${victimsText(ecus)}`,
      stop: added(world.compromises, { time }),
    };
  },
});
