// Owns: an attested time for the whole vehicle. M4 Y2
import type { Task } from '../../core/task.ts';
import type { PrimaryBehaviour } from '../cycle/behaviour.ts';

/** Without a good attestation the cycle goes on with the time that the Primary has, and its report says so. Y2 */
export function* attestTime(behaviour: PrimaryBehaviour): Task<void> {
  const tokens = [behaviour.ecu.timeToken, ...behaviour.cycle.tokens.values()];
  const response = yield* behaviour.request({ type: 'time', tokens });
  if (response?.status !== 'ok') return behaviour.ecu.noteStaleTime('Y2');
  const accepted = behaviour.ecu.acceptTime(response.bytes, 'Y2', tokens);
  if (accepted.ok) behaviour.cycle.attestation = response.bytes;
}
