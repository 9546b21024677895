// Owns: the check of Targets (V), for the Targets role of either repository and for delegated roles.
import type { RemoteFault } from '../../core/faults.ts';
import { ok, type Result } from '../../core/result.ts';
import type { FileMeta, RepositoryName, Signed, Signers, Targets } from '../model/metadata.ts';
import { type Profile, targetsBytesMax, tolerates } from '../model/profile.ts';
import { type CheckContext, refuse } from './context.ts';
import { checkExpiry } from './expiry.ts';
import { checkForm } from './form.ts';
import { disagreeingFileHash, hashesDiffer } from './hashes.ts';
import { checkThreshold } from './threshold.ts';

/** Against what a Targets file is judged. */
export interface TargetsContext extends CheckContext {
  /** The root's keys for the role, or the delegator's. */
  readonly signers: Signers;
  /** The Snapshot's entry; undefined in partial verification, which skips V2. Q2 */
  readonly listed: FileMeta | undefined;
  readonly trusted: Targets | undefined;
  /** Of the vehicle, where it is known; Director Targets that name another are a replay. */
  readonly vin: string | undefined;
  /** Every ECU of the vehicle, on a Primary; undefined on a Secondary, which knows itself only. V8 */
  readonly vehicleEcus: ReadonlySet<string> | undefined;
}

/** V1: the cap that the Snapshot sets. */
export function targetsCap(profile: Profile, repository: RepositoryName, listed: FileMeta | undefined): number {
  const cap = targetsBytesMax(profile, repository);
  return tolerates(profile, 'longer-targets') ? cap : Math.min(listed?.length ?? cap, cap);
}

/** The Targets from its received bytes. */
export function checkTargets(
  context: TargetsContext,
  bytes: Uint8Array | undefined,
): Result<Signed<Targets>, RemoteFault> {
  const { signers, listed, trusted } = context;
  // V1: no longer than the Snapshot allows, and in its form
  const file = checkForm(context, 'targets', 'V1', bytes, targetsCap(context.profile, context.repository, listed));
  if (!file.ok) return file;
  const targets = file.value.body;
  // V2: it has the version, and every hash, that the Snapshot lists
  if (listed !== undefined && targets.version !== listed.version) {
    const message = `version ${targets.version}, the snapshot lists ${listed.version}`;
    return refuse(context, { clause: 'V2', code: 'wrong-version', indicates: 'mix-and-match', message });
  }
  const wrong = listed === undefined ? undefined : disagreeingFileHash(context.profile, file.value, listed);
  if (wrong !== undefined) {
    const words = hashesDiffer(wrong, "is not the snapshot's");
    return refuse(context, { clause: 'V2', code: 'hash-mismatch', indicates: 'mix-and-match', ...words });
  }
  // V3: a threshold of the keys signed it that the root, or the delegator, names
  const signed = checkThreshold(context, 'V3', file.value, signers);
  if (!signed.ok) return signed;
  // V4: its version is not lower than the trusted one's
  const isOlder = trusted !== undefined && targets.version < trusted.version;
  if (isOlder && !mayBeOlder(context)) {
    const message = `version ${targets.version} after ${trusted.version}`;
    return refuse(context, { clause: 'V4', code: 'rollback', indicates: 'rollback', message });
  }
  // V5: it has not expired by the attested time
  const fresh = checkExpiry(context, 'V5', targets);
  if (!fresh.ok) return fresh;
  // D3 V6 V7 V8: the Director's are for this vehicle, delegate nothing, and name each of its ECUs once and no other
  const director = context.repository === 'director' ? checkDirectorTargets(context, targets) : ok();
  return director.ok ? file : director;
}

/** Of an Image repository's own Targets alone, of which it is known that a client takes older ones. */
function mayBeOlder({ profile, repository, role }: TargetsContext): boolean {
  return repository === 'image' && role === 'targets' && tolerates(profile, 'older-image-targets');
}

/** D3 first, so that a replay across vehicles is called that and not an unknown ECU; then V6 V7 V8. */
function checkDirectorTargets(context: TargetsContext, targets: Targets): Result<void, RemoteFault> {
  // D3: made for this vehicle; without an image they must say so
  const { vin } = targets;
  // Offline Targets are not made for one vehicle: replaying empty ones withholds nothing from another.
  const needsVehicle = context.profile.emptyTargetsNameVehicle && context.offline !== true;
  const nameless = needsVehicle && vin === undefined && targets.targets.size === 0;
  const others = vin !== undefined && context.vin !== undefined && vin !== context.vin;
  if (nameless || others) {
    const message = nameless ? 'it names neither an image nor a vehicle' : `it is for vehicle ${vin}`;
    return refuse(context, { clause: 'D3', code: 'wrong-vehicle', indicates: 'cross-vehicle-replay', message });
  }
  // V6: the Director delegates nothing
  if (targets.delegates) {
    const message = 'it delegates';
    return refuse(context, { clause: 'V6', code: 'director-delegates', indicates: 'director-delegation', message });
  }
  // V7 V8: no ECU twice, and on a Primary none that the vehicle does not have
  const seen = new Set<string>();
  for (const ecu of [...targets.targets.values()].flatMap((target) => [...target.ecus.keys()])) {
    if (seen.has(ecu)) {
      const message = `ECU ${ecu} appears twice`;
      return refuse(context, { clause: 'V7', code: 'duplicate-ecu', indicates: 'duplicate-ecu', message });
    }
    seen.add(ecu);
    if (context.vehicleEcus?.has(ecu) === false) {
      const message = `ECU ${ecu} is not in this vehicle`;
      return refuse(context, { clause: 'V8', code: 'unknown-ecu', indicates: 'unknown-ecu', message });
    }
  }
  return ok();
}
