// Owns: an attacker that holds the timeserver's key and attests a future time: what is valid today has then expired, and no honest
// time is later. Until the key rotates, nothing helps. [time-forgery]
import { fromUtf8 } from '../../core/bytes.ts';
import { makeTimeAttestation } from '../../uptane/statements/timeAttestation.ts';
import type { Attack } from '../scenario/schema.ts';
import type { RemoteFilter } from '../servers/cellular.ts';
import type { World } from '../world.ts';
import { added, type RunningAttack } from './attacker.ts';

export function stolenTimeKey(world: World, attack: Extract<Attack, { kind: 'stolen-time-key' }>): RunningAttack {
  const { position, aheadMs, ecus } = attack;
  const keys = world.keys.timeserver;
  const forge = (tokens: readonly string[]) =>
    makeTimeAttestation(world.calendar.now() + Math.round(aheadMs / 1000), tokens, keys);
  const days = `${Math.round(aheadMs / 86_400_000)} days ahead`;
  if (position === 'network') {
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
  const whom = ecus?.join(', ') ?? 'every Secondary';
  return {
    text: `the timeserver's key is stolen; a compromised Primary hands a time ${days} to ${whom}`,
    stop: added(world.compromises, { time }),
  };
}
