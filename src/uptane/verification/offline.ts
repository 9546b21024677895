// Owns: updates without a network (PURE-2): full verification of what is on the media, and keeping the offline Snapshot fresh while
// there is a network, so that older media cannot roll the vehicle back. The same checks as online, with the Director's offline roles in
// the place of Timestamp, Snapshot and Targets. Media may be older than what the vehicle knows: of each Snapshot the newer one counts.
import type { RemoteFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { refuse } from '../checks/context.ts';
import { checkExpiry } from '../checks/expiry.ts';
import { checkForm } from '../checks/form.ts';
import { checkReleaseCounters } from '../checks/match.ts';
import { signersOf } from '../checks/root.ts';
import { checkFollows } from '../checks/snapshot.ts';
import { checkTargets, targetsCap } from '../checks/targets.ts';
import { checkThreshold } from '../checks/threshold.ts';
import type { RepositoryName, Signed, Snapshot, Target, Targets } from '../model/metadata.ts';
import type { FileName } from '../model/profile.ts';
import { type FullTrust, matchAll, type VerifiedTargets } from './full.ts';
import { assignToVehicle, type EcuHardware } from './offlineAssignment.ts';
import { followTargets, keepingTrusted } from './onlineRoles.ts';
import { checkContext, type EcuContext, type Outcome, type Procedure, type Verifying } from './procedure.ts';
import { followRoots } from './rootChain.ts';
import { ifSigned } from './storedFiles.ts';
import type { TrustedMetadata, TrustedRepository } from './trusted.ts';

const offlineSnapshot: FileName = { role: 'snapshot', offline: true, version: undefined };
const offlineTargets: FileName = { role: 'targets', offline: true, version: undefined };

/**
 * OU4, on a Primary and on a full Secondary alike. `ecus`: all of the vehicle on a Primary, itself on a Secondary; `concerns` as in
 * `verifyFull`. The Targets that result name, of each image, those of these ECUs that it is for.
 */
export function* verifyOffline(
  context: EcuContext,
  start: FullTrust,
  ecus: EcuHardware,
  concerns: (target: Target) => boolean,
): Procedure<Outcome<VerifiedTargets>> {
  // V8 is for Targets of one vehicle; these are a fleet's.
  const ecu: Verifying = { ...context, vehicleEcus: undefined, hardware: ecus, notices: [] };
  let trusted: FullTrust = start;
  const refused = (fault: RemoteFault): Outcome<never> => ({ trusted, result: fail(fault), notices: ecu.notices });

  // S, of the Director
  const directorRoots = yield* followRoots(ecu, 'director', trusted.director);
  trusted = { ...trusted, director: directorRoots.trusted };
  if (!directorRoots.result.ok) return refused(directorRoots.result.fault);
  // U, of the offline Snapshot
  const listing = yield* followOfflineSnapshot(ecu, trusted.director, 'media');
  if (!listing.ok) return refused(listing.fault);
  // V, of the offline Targets
  const before = ifSigned(
    ecu,
    trusted.director['offline-targets'],
    signersOf(trusted.director.root.body, 'offline-targets'),
  );
  const offline = yield* followOfflineTargets(ecu, trusted.director, listing.value.body, before);
  if (!offline.ok) return refused(offline.fault);
  const at = checkContext(ecu, 'director', offlineTargets);
  const wanted = assignToVehicle(at, offline.value.body, ecus);
  if (!wanted.ok) return refused(wanted.fault);
  // S: follow the Image repository's Root to the latest
  const imageRoots = yield* followRoots(ecu, 'image', trusted.image);
  trusted = { ...trusted, image: imageRoots.trusted };
  if (!imageRoots.result.ok) return refused(imageRoots.result.fault);
  // U V: its Snapshot, which may have expired (no U7), and its Targets
  const snapshot = yield* followSnapshot(ecu, 'image', trusted.image, 'media');
  if (!snapshot.ok) return refused(snapshot.fault);
  const targets = yield* followTargets(ecu, 'image', trusted.image, snapshot.value.body);
  if (!targets.ok) return refused(targets.fault);
  // R10: the Image repository says the same of every image that concerns this ECU
  const image = { ...trusted.image, snapshot: snapshot.value, targets: targets.value };
  const matched = yield* matchAll(ecu, trusted, image, wanted.value, concerns);
  if (!matched.ok) return refused(matched.fault);
  // R10.4, after the last update of this kind as well
  const previous = before && assignToVehicle(at, before.body, ecus);
  for (const target of wanted.value.targets.values()) {
    const counted = checkReleaseCounters(target, previous?.ok ? previous.value : undefined);
    if (!counted.ok) return refused(counted.fault);
  }
  const director = { ...trusted.director, 'offline-snapshot': listing.value, 'offline-targets': offline.value };
  return {
    trusted: { ...trusted, director, image: matched.value },
    result: ok({ director: wanted.value }),
    notices: ecu.notices,
  };
}

/**
 * OU5: an online verification, and after its success the offline Snapshot, where the Director has offline roles at all. One that is
 * not acceptable is left aside with a notice: the one that is stored goes on standing against old media.
 */
export function* refreshingOffline<T>(context: EcuContext, online: Procedure<Outcome<T>>): Procedure<Outcome<T>> {
  const outcome = yield* online;
  const { director } = outcome.trusted;
  if (!outcome.result.ok || director.root.body.roles['offline-snapshot'] === undefined) return outcome;
  const ecu: Verifying = { ...context, notices: [...outcome.notices] };
  const listing = yield* followOfflineSnapshot(ecu, director, 'network');
  if (!listing.ok) return { ...outcome, notices: [...ecu.notices, listing.fault] };
  const trusted: TrustedMetadata = {
    ...outcome.trusted,
    director: { ...director, 'offline-snapshot': listing.value },
  };
  return { ...outcome, trusted, notices: ecu.notices };
}

type Source = 'media' | 'network';

/** U, of the offline Snapshot: of the one that counts the expiry is checked, whichever it is. */
function* followOfflineSnapshot(
  ecu: Verifying,
  director: TrustedRepository,
  source: Source,
): Procedure<Result<Signed<Snapshot>, RemoteFault>> {
  const snapshot = yield* followSnapshot(ecu, 'director', director, source);
  if (!snapshot.ok) return snapshot;
  const fresh = checkExpiry(checkContext(ecu, 'director', offlineSnapshot), 'U7', snapshot.value.body);
  return fresh.ok ? snapshot : fresh;
}

/** U1 to U6 of a Snapshot for which no Timestamp speaks, so that there is no U2: the Director's offline one, or the Image repository's. */
function* followSnapshot(
  ecu: Verifying,
  repository: RepositoryName,
  trusted: TrustedRepository,
  source: Source,
): Procedure<Result<Signed<Snapshot>, RemoteFault>> {
  const role = repository === 'director' ? 'offline-snapshot' : 'snapshot';
  const file: FileName = { ...offlineSnapshot, offline: repository === 'director' };
  const context = checkContext(ecu, repository, file);
  const { bytesMax } = ecu.profile;
  const cap = repository === 'director' ? bytesMax.snapshot : bytesMax.statedSnapshot;
  const bytes = yield { repository, ...file, bytesMax: cap };
  // U1: no longer than a Snapshot may be, and in its form
  const received = checkForm(context, 'snapshot', 'U1', bytes, cap);
  if (!received.ok) return received;
  const { version, meta } = received.value.body;
  const signers = signersOf(trusted.root.body, role);
  // What only replaced keys signed is forgotten, as by S7.
  const stored = ifSigned(ecu, trusted[role], signers);
  if (source === 'media' && stored !== undefined && version <= stored.body.version) return ok(stored);
  // U3: a threshold of the keys that the root names signed it
  const signed = checkThreshold(context, 'U3', received.value, signers);
  if (!signed.ok) return signed;
  // U4 U5 U6, but for an offline Snapshot: it revokes an update by no longer listing it (PURE-2)
  const listed = repository === 'image' ? stored?.body : stored && onlyListed(stored.body, meta);
  const follows = checkFollows(context, listed, received.value.body);
  if (!follows.ok) return follows;
  return keepingTrusted(context, { version: 'U4', expiry: 'U7' }, stored, received.value);
}

function onlyListed(before: Snapshot, now: Snapshot['meta']): Snapshot {
  return { ...before, meta: new Map([...before.meta].filter(([file]) => now.has(file))) };
}

/** V, of the offline Targets, against the offline Snapshot's entry. `before`: those trusted so far. */
function* followOfflineTargets(
  ecu: Verifying,
  { root }: TrustedRepository,
  { meta }: Snapshot,
  before: Signed<Targets> | undefined,
): Procedure<Result<Signed<Targets>, RemoteFault>> {
  const at = checkContext(ecu, 'director', offlineTargets);
  const listed = meta.get(at.file);
  if (listed === undefined) {
    const message = 'the offline snapshot does not list it';
    return refuse(at, { clause: 'V2', code: 'missing-file', indicates: 'rollback', message });
  }
  const bytesMax = targetsCap(ecu.profile, 'director', listed);
  const bytes = yield { repository: 'director', ...offlineTargets, bytesMax };
  const context = { ...at, signers: signersOf(root.body, 'offline-targets'), listed, trusted: before?.body };
  const received = checkTargets(context, bytes);
  if (!received.ok) return received;
  return keepingTrusted(context, { version: 'V4', expiry: 'V5' }, before, received.value);
}
