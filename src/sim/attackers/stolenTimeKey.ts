// Owns: an attacker that holds the timeserver's key and attests a future time: what is valid today has then expired, and no honest
// time is later. Until the key rotates, nothing helps. [time-forgery]
import * as z from 'zod';
import { fromUtf8 } from '../../core/bytes.ts';
import { makeTimeAttestation } from '../../uptane/statements/timeAttestation.ts';
import { age, name } from '../../vehicleFile/fields.ts';
import { withUnits } from '../../vehicleFile/withUnits.ts';
import type { RemoteFilter } from '../servers/cellular.ts';
import { added, attackKind, position, positionProblems, victims, victimsText } from './attacker.ts';

export const stolenTimeKey = attackKind({
  kind: 'stolen-time-key',
  schema: withUnits(
    z.strictObject({
      kind: z.literal('stolen-time-key'),
      id: name,
      position,
      /** How far the attested time lies in the future. */
      ahead: age,
      ecus: victims,
    }),
    { ahead: 'aheadMs' },
  ),
  documented: {
    form: '`position`, `ahead`, `ecus`',
    meaning: "the timeserver's key: a time that lies `ahead`, such as `500d` (0 to 3650d)",
  },
  indicates: ['time-forgery'],
  clauses: ['S6', 'V5'],
  problems: positionProblems,
  start(world, attack) {
    const { position: where, aheadMs, ecus } = attack;
    const keys = world.keys.timeserver;
    const forge = (tokens: readonly string[]) =>
      makeTimeAttestation(world.calendar.now() + Math.round(aheadMs / 1000), tokens, keys);
    const days = `${Math.round(aheadMs / 86_400_000)} days ahead`;
    if (where === 'network') {
      const filter: RemoteFilter = (request, genuine) =>
        request.type === 'time' ? { status: 'ok', bytes: forge(request.tokens) } : genuine;
      return {
        text: `the timeserver's key is stolen; the network answers with a time ${days}`,
        stop: added(world.network.filters, filter),
      };
    }
    /** The tokens are those of the honest attestation, whose own code wrote it. */
    const time = (serial: string, honest: Uint8Array) =>
      ecus?.includes(serial) === false ? honest : forge(JSON.parse(fromUtf8(honest) ?? '').signed.nonces);
    return {
      text: `the timeserver's key is stolen; a compromised Primary hands a time ${days} to ${victimsText(ecus)}`,
      stop: added(world.compromises, { time }),
    };
  },
});
