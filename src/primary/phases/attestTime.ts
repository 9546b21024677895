// Owns: an attested time for the whole vehicle. M4 Y2
import type { Task } from '../../core/task.ts';
import type { PrimaryUnit } from '../unit.ts';

/** Without a good attestation the cycle goes on with the time that the Primary has, and its report says so. Y2 */
export function* attestTime(unit: PrimaryUnit): Task<void> {
  const tokens = [unit.ecu.timeToken, ...unit.cycle.tokens.values()];
  const response = yield* unit.request({ type: 'time', tokens });
  if (response?.status !== 'ok') return unit.ecu.noteStaleTime('Y2');
  const accepted = unit.ecu.acceptTime(response.bytes, 'Y2', tokens);
  if (accepted.ok) unit.cycle.attestation = response.bytes;
}
