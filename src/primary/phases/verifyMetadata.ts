// Owns: full verification of both repositories' metadata on the Primary. M5 R
import type { Task } from '../../core/task.ts';
import { trustedVersions } from '../../uptane/trusted.ts';
import { type FullTrust, verifyFull } from '../../uptane/verification/full.ts';
import { type EcuContext, requestedFile } from '../../uptane/verification/procedure.ts';
import { keepRoots } from '../bundle.ts';
import type { PrimaryUnit } from '../unit.ts';

/** Sets the cycle's `director` on success; on failure the fault is noted and the cycle goes straight to the report. P2 */
export function* verifyMetadata(unit: PrimaryUnit): Task<void> {
  const { parts, ecu } = unit;
  const context: EcuContext = {
    signatures: parts.signatures,
    now: ecu.now(),
    vin: parts.identity.vin,
    vehicleEcus: unit.vehicleEcus,
  };
  const procedure = verifyFull(context, ecu.trusted as FullTrust, () => true);
  const roots = new Map<string, Uint8Array>();
  let step = procedure.next();
  while (!step.done) {
    const { repository, role, bytesMax } = step.value;
    const file = requestedFile(step.value);
    const response = yield* unit.request({ type: 'metadata', repository, file, bytesMax });
    const bytes = response?.status === 'ok' ? response.bytes : undefined;
    if (role === 'root' && bytes !== undefined) roots.set(`${repository}/${file}`, bytes);
    step = procedure.next(bytes);
  }
  const { trusted, result } = step.value;
  keepRoots(parts.storage, roots, trusted);
  ecu.trust(trusted);
  if (!result.ok) return unit.note(result.fault);
  if (unit.cycle.manifestAccepted) ecu.forgetReportedFaults();
  parts.observer.metadataVerified(trustedVersions(trusted));
  unit.cycle.director = result.value.director;
}
