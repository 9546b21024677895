// Owns: full verification of both repositories' metadata on the Primary. M5 R
import type { Task } from '../../core/task.ts';
import { fileName, uptaneProfile } from '../../uptane/profile.ts';
import { trustedVersions } from '../../uptane/trusted.ts';
import { type FullTrust, verifyFull } from '../../uptane/verification/full.ts';
import { keepRoots } from '../bundle.ts';
import type { PrimaryUnit } from '../unit.ts';

/** Sets the cycle's `director` on success; on failure the fault is noted and the cycle goes straight to the report. P2 */
export function* verifyMetadata(unit: PrimaryUnit): Task<void> {
  const { parts, ecu } = unit;
  const procedure = verifyFull(unit.verificationContext, ecu.trusted as FullTrust, () => true);
  const roots = new Map<string, Uint8Array>();
  let step = procedure.next();
  while (!step.done) {
    const { repository, role, bytesMax } = step.value;
    const file = fileName(uptaneProfile, step.value);
    const response = yield* unit.request({ type: 'metadata', repository, file, bytesMax });
    const bytes = response?.status === 'ok' ? response.bytes : undefined;
    if (role === 'root' && bytes !== undefined) roots.set(`${repository}/${file}`, bytes);
    step = procedure.next(bytes);
  }
  const { trusted, result, notices } = step.value;
  keepRoots(parts.storage, roots, trusted);
  ecu.trust(trusted);
  for (const notice of notices) unit.note(notice);
  if (!result.ok) return unit.note(result.fault);
  parts.observer.metadataVerified(trustedVersions(trusted));
  unit.cycle.director = result.value.director;
}
