// Owns: full verification of both repositories' metadata on the Primary. M5 R
import type { Task } from '../../core/task.ts';
import { fileName, uptaneProfile } from '../../uptane/model/profile.ts';
import { type FullTrust, verifyFull } from '../../uptane/verification/full.ts';
import { refreshingOffline } from '../../uptane/verification/offline.ts';
import { trustedVersions } from '../../uptane/verification/trusted.ts';
import type { PrimaryBehaviour } from '../cycle/behaviour.ts';
import { keepRoots } from '../cycle/bundle.ts';

/**
 * Sets the cycle's `director` on success. What fails from one address of the repositories is tried from the next (G2); each fault is
 * noted, and after the last one the cycle goes straight to the report. P2
 */
export function* verifyMetadata(behaviour: PrimaryBehaviour): Task<void> {
  for (let mirror = 0; mirror < behaviour.mirrors && behaviour.cycle.director === undefined; mirror += 1) {
    yield* verifyMetadataFrom(behaviour, mirror);
  }
}

function* verifyMetadataFrom(behaviour: PrimaryBehaviour, mirror: number): Task<void> {
  const { ports, ecu } = behaviour;
  const context = behaviour.verificationContext;
  // OU5: a cycle with a network brings a new offline Snapshot
  const procedure = refreshingOffline(
    context,
    verifyFull(context, ecu.trusted as FullTrust, () => true),
  );
  const roots = new Map<string, Uint8Array>();
  let step = procedure.next();
  while (!step.done) {
    const { repository, role, bytesMax } = step.value;
    const file = fileName(uptaneProfile, step.value);
    const response = yield* behaviour.request({ type: 'metadata', repository, file, bytesMax, mirror });
    const bytes = response?.status === 'ok' ? response.bytes : undefined;
    if (role === 'root' && bytes !== undefined) roots.set(`${repository}/${file}`, bytes);
    step = procedure.next(bytes);
  }
  const { trusted, result, notices } = step.value;
  keepRoots(ports.storage, roots, trusted);
  ecu.trust(trusted);
  for (const notice of notices) behaviour.note(notice);
  if (!result.ok) return behaviour.note(result.fault);
  ports.observer.metadataVerified(trustedVersions(trusted));
  behaviour.cycle.director = result.value.director;
}
