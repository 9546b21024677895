// Owns: Timestamp, Snapshot and Targets of one repository, in order: R3 to R5 for the Director, R7 to R9 for the Image repository.
import type { RemoteFault } from '../../core/faults.ts';
import { ok, type Result } from '../../core/result.ts';
import { type CheckContext, refuse } from '../checks/context.ts';
import { checkExpiry } from '../checks/expiry.ts';
import { signersOf } from '../checks/root.ts';
import { checkSnapshot, snapshotCap } from '../checks/snapshot.ts';
import { checkTargets, targetsCap } from '../checks/targets.ts';
import { checkTimestamp } from '../checks/timestamp.ts';
import { changedWithoutVersion } from '../checks/unchanged.ts';
import type {
  FileMeta,
  Metadata,
  RepositoryName,
  Signed,
  Signers,
  Snapshot,
  Targets,
  Timestamp,
} from '../model/metadata.ts';
import { checkContext, latest, type Procedure, type Verifying } from './procedure.ts';
import { ifListed, ifSigned, isWhole, latestTargets } from './storedFiles.ts';
import type { TrustedRepository, VerifiedRepository } from './trusted.ts';

/**
 * Policy 6: of two files of one version the trusted one, and a notice; it must be fresh all the same. `isKeepable`: whether what lists
 * the trusted one can be kept as well; where it cannot, the received one is taken.
 */
export function keepingTrusted<T extends Metadata>(
  context: CheckContext & Verifying,
  clauses: { readonly version: string; readonly expiry: string },
  trusted: Signed<T> | undefined,
  received: Signed<T>,
  isKeepable: () => boolean = () => true,
): Result<Signed<T>, RemoteFault> {
  const notice = changedWithoutVersion(context, clauses.version, trusted, received);
  if (notice === undefined || trusted === undefined) return ok(received);
  context.notices.push(notice);
  if (!isKeepable()) return ok(received);
  const fresh = checkExpiry(context, clauses.expiry, trusted.body);
  return fresh.ok ? ok(trusted) : fresh;
}

/** Follows the three online roles under `trusted`'s root, which has just been verified. */
export function* followOnlineRoles(
  ecu: Verifying,
  repository: RepositoryName,
  trusted: TrustedRepository,
): Procedure<Result<VerifiedRepository, RemoteFault>> {
  if (repository === 'director' && !ecu.profile.directorSnapshot) {
    const targets = yield* followTargets(ecu, repository, trusted, undefined);
    return targets.ok ? ok({ ...withoutSetAside(trusted), targets: targets.value }) : targets;
  }
  // R3 R7: the Timestamp
  const timestamp = yield* followTimestamp(ecu, repository, trusted);
  if (!timestamp.ok) return timestamp;
  // R4 R8: the Snapshot that it lists
  const snapshot = yield* followSnapshot(ecu, repository, trusted, timestamp.value.body);
  if (!snapshot.ok) return snapshot;
  // R5 R9: the Targets that the Snapshot lists
  const targets = yield* followTargets(ecu, repository, trusted, snapshot.value.body);
  if (!targets.ok) return targets;
  const followed = { timestamp: timestamp.value, snapshot: snapshot.value, targets: targets.value };
  return keepingListers(ecu, repository, trusted, { ...withoutSetAside(trusted), ...followed });
}

/** Once Targets take their place, those that were set aside have no more to say. P5 */
export function withoutSetAside(trusted: TrustedRepository): TrustedRepository {
  const { 'passed-over-targets': _, ...kept } = trusted;
  return kept;
}

/**
 * Policy 6: where a trusted file was kept, the file that lists what was to replace it is not taken either, but the trusted one: a
 * set whose files do not list each other would be refused by a Secondary that is sent it. It must be fresh all the same.
 */
function keepingListers(
  ecu: Verifying,
  repository: RepositoryName,
  trusted: TrustedRepository,
  followed: VerifiedRepository & { readonly timestamp: Signed<Timestamp>; readonly snapshot: Signed<Snapshot> },
): Result<VerifiedRepository, RemoteFault> {
  const { targets } = followed;
  const listsTargets = ({ body }: Signed<Snapshot>) =>
    ifListed(ecu.profile, targets, body.meta.get('targets.json')) !== undefined;
  const snapshot = listsTargets(followed.snapshot) ? followed.snapshot : (trusted.snapshot ?? followed.snapshot);
  const isListed = ifListed(ecu.profile, snapshot, followed.timestamp.body.snapshot) !== undefined;
  const timestamp = isListed ? followed.timestamp : (trusted.timestamp ?? followed.timestamp);
  const kept = { ...followed, snapshot, timestamp };
  for (const [file, clause] of [
    [timestamp, 'T4'],
    [snapshot, 'U7'],
  ] as const) {
    if (file === followed.timestamp || file === followed.snapshot) continue;
    const fresh = checkExpiry(checkContext(ecu, repository, latest(file.body.type)), clause, file.body);
    if (!fresh.ok) return fresh;
  }
  return ok(kept);
}

function* followTimestamp(
  ecu: Verifying,
  repository: RepositoryName,
  trusted: TrustedRepository,
): Procedure<Result<Signed<Timestamp>, RemoteFault>> {
  const file = latest('timestamp');
  const bytes = yield { repository, ...file, bytesMax: ecu.profile.bytesMax.timestamp };
  const context = checkContext(ecu, repository, file);
  const received = checkTimestamp(context, trusted.root.body, trusted.timestamp?.body, bytes);
  if (!received.ok) return received;
  const clauses = { version: 'T3', expiry: 'T4' };
  return keepingTrusted(context, clauses, trusted.timestamp, received.value, () => isWhole(ecu, trusted));
}

function* followSnapshot(
  ecu: Verifying,
  repository: RepositoryName,
  trusted: TrustedRepository,
  { snapshot: listed }: Timestamp,
): Procedure<Result<Signed<Snapshot>, RemoteFault>> {
  const context = checkContext(ecu, repository, latest('snapshot'));
  const stored = ifListed(ecu.profile, trusted.snapshot, listed);
  if (stored !== undefined) {
    const fresh = checkExpiry(context, 'U7', stored.body);
    return fresh.ok ? ok(stored) : fresh;
  }
  const bytesMax = snapshotCap(ecu.profile, listed);
  const bytes = yield { repository, role: 'snapshot', version: listed.version, bytesMax };
  const received = checkSnapshot(context, trusted.root.body, listed, trusted.snapshot?.body, bytes);
  if (!received.ok) return received;
  const clauses = { version: 'U4', expiry: 'U7' };
  return keepingTrusted(context, clauses, trusted.snapshot, received.value, () => isWhole(ecu, trusted));
}

/** `snapshot`: undefined where the repository serves none, and so V2 does not apply. */
export function* followTargets(
  ecu: Verifying,
  repository: RepositoryName,
  trusted: TrustedRepository,
  snapshot: Snapshot | undefined,
): Procedure<Result<Signed<Targets>, RemoteFault>> {
  const at = checkContext(ecu, repository, latest('targets'));
  const signers = signersOf(trusted.root.body, 'targets');
  const listed = snapshot?.meta.get(at.file);
  if (snapshot !== undefined && listed === undefined) {
    const message = 'the snapshot does not list it';
    return refuse(at, { clause: 'V2', code: 'missing-file', indicates: 'mix-and-match', message });
  }
  const latestTrusted = latestTargets(trusted);
  const bytes = yield* targetsBytes(ecu, repository, latestTrusted, listed, signers);
  const context = { ...at, signers, listed, trusted: latestTrusted?.body };
  const received = checkTargets(context, bytes);
  if (!received.ok) return received;
  const before = ifSigned(ecu, latestTrusted, signers);
  const isKeepable = () => snapshot === undefined || isWhole(ecu, trusted);
  return keepingTrusted(context, { version: 'V4', expiry: 'V5' }, before, received.value, isKeepable);
}

/** The stored bytes where they are the listed ones and today's keys signed them; else they are asked for. */
function* targetsBytes(
  ecu: Verifying,
  repository: RepositoryName,
  stored: Signed<Targets> | undefined,
  listed: FileMeta | undefined,
  signers: Signers,
): Procedure<Uint8Array | undefined> {
  const known = ifSigned(ecu, ifListed(ecu.profile, stored, listed), signers);
  if (known !== undefined) return known.bytes;
  const bytesMax = targetsCap(ecu.profile, repository, listed);
  return yield { repository, role: 'targets', version: listed?.version, bytesMax };
}
