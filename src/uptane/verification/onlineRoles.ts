// Owns: Timestamp, Snapshot and Targets of one repository, in order: R3 to R5 for the Director, R7 to R9 for the Image repository.
import type { RemoteFault } from '../../core/faults.ts';
import { timestampBytesMax } from '../../core/limits.ts';
import { ok, type Result } from '../../core/result.ts';
import { checkExpiry } from '../checks/expiry.ts';
import { disagreeingHash } from '../checks/hashes.ts';
import { checkSnapshot, snapshotCap } from '../checks/snapshot.ts';
import { checkTargets, targetsCap } from '../checks/targets.ts';
import { checkTimestamp } from '../checks/timestamp.ts';
import type { FileMeta, Metadata, RepositoryName, RoleName, Signed, Snapshot, Targets } from '../metadata.ts';
import type { TrustedRepository } from '../trusted.ts';
import type { EcuContext, Procedure } from './procedure.ts';

/** A repository of which every role is verified. */
export interface VerifiedRepository extends TrustedRepository {
  readonly targets: Signed<Targets>;
}

/** R4 R8: the stored file if it is the listed one, and so need not be downloaded again; it is judged all the same (policy 9). */
function ifListed<T extends Metadata>(stored: Signed<T> | undefined, listed: FileMeta): Signed<T> | undefined {
  if (stored === undefined || stored.body.version !== listed.version) return undefined;
  return disagreeingHash(stored.bytes, listed.hashes) === undefined ? stored : undefined;
}

/** Follows the three online roles under `trusted`'s root, which has just been verified. */
export function* followOnlineRoles(
  ecu: EcuContext,
  repository: RepositoryName,
  trusted: TrustedRepository,
): Procedure<Result<VerifiedRepository, RemoteFault>> {
  const root = trusted.root.body;
  const at = (role: RoleName) => ({ ...ecu, repository, file: `${role}.json` });

  // R3 R7
  const timestampBytes = yield { repository, role: 'timestamp', version: undefined, bytesMax: timestampBytesMax };
  const timestamp = checkTimestamp(at('timestamp'), root, trusted.timestamp?.body, timestampBytes);
  if (!timestamp.ok) return timestamp;

  // R4 R8
  const listed = timestamp.value.body.snapshot;
  const storedSnapshot = ifListed(trusted.snapshot, listed);
  let snapshot: Result<Signed<Snapshot>, RemoteFault>;
  if (storedSnapshot !== undefined) {
    const fresh = checkExpiry(at('snapshot'), 'U7', storedSnapshot.body);
    snapshot = fresh.ok ? ok(storedSnapshot) : fresh;
  } else {
    const bytes = yield { repository, role: 'snapshot', version: listed.version, bytesMax: snapshotCap(listed) };
    snapshot = checkSnapshot(at('snapshot'), root, listed, trusted.snapshot?.body, bytes);
  }
  if (!snapshot.ok) return snapshot;

  // R5 R9
  const listedTargets = snapshot.value.body.meta.get('targets.json');
  const targetsContext = { ...at('targets'), root, listed: listedTargets, trusted: trusted.targets?.body };
  let bytes = listedTargets && ifListed(trusted.targets, listedTargets)?.bytes;
  if (bytes === undefined && listedTargets !== undefined) {
    const bytesMax = targetsCap(repository, listedTargets);
    bytes = yield { repository, role: 'targets', version: listedTargets.version, bytesMax };
  }
  const targets = checkTargets(targetsContext, bytes);
  if (!targets.ok) return targets;
  return ok({ root: trusted.root, timestamp: timestamp.value, snapshot: snapshot.value, targets: targets.value });
}
