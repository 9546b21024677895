// Owns: V, for the Targets role of either repository and for delegated roles.
import type { RemoteFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { FileMeta, RepositoryName, Signed, Signers, Targets } from '../metadata.ts';
import { type Profile, targetsBytesMax } from '../profile.ts';
import { type CheckContext, faultAt } from './context.ts';
import { checkExpiry } from './expiry.ts';
import { checkForm } from './form.ts';
import { disagreeingFileHash } from './hashes.ts';
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
  return Math.min(listed?.length ?? cap, cap);
}

/** The Targets from its received bytes. */
export function checkTargets(
  context: TargetsContext,
  bytes: Uint8Array | undefined,
): Result<Signed<Targets>, RemoteFault> {
  const { signers, listed, trusted } = context;
  // V1
  const file = checkForm(context, 'targets', 'V1', bytes, targetsCap(context.profile, context.repository, listed));
  if (!file.ok) return file;
  const targets = file.value.body;
  // V2
  if (listed !== undefined && targets.version !== listed.version) {
    const message = `version ${targets.version}, the snapshot lists ${listed.version}`;
    return fail(faultAt(context, 'wrong-version', 'V2', message, 'mix-and-match'));
  }
  const wrong = listed === undefined ? undefined : disagreeingFileHash(context.profile, file.value, listed);
  if (wrong !== undefined) {
    return fail(faultAt(context, 'hash-mismatch', 'V2', `${wrong} is not the snapshot's`, 'mix-and-match'));
  }
  // V3
  const signed = checkThreshold(context, 'V3', file.value, signers);
  if (!signed.ok) return signed;
  // V4
  if (trusted !== undefined && targets.version < trusted.version) {
    const message = `version ${targets.version} after ${trusted.version}`;
    return fail(faultAt(context, 'rollback', 'V4', message, 'rollback'));
  }
  // V5
  const fresh = checkExpiry(context, 'V5', targets);
  if (!fresh.ok) return fresh;
  // D3 V6 V7 V8
  const director = context.repository === 'director' ? checkDirectorTargets(context, targets) : ok();
  return director.ok ? file : director;
}

/** D3 first, so that a replay across vehicles is called that and not an unknown ECU; then V6 V7 V8. */
function checkDirectorTargets(context: TargetsContext, targets: Targets): Result<void, RemoteFault> {
  const { vin } = targets;
  // Offline Targets are not made for one vehicle: replaying empty ones withholds nothing from another.
  const needsVehicle = context.profile.emptyTargetsNameVehicle && context.offline !== true;
  const nameless = needsVehicle && vin === undefined && targets.targets.size === 0;
  const others = vin !== undefined && context.vin !== undefined && vin !== context.vin;
  if (nameless || others) {
    const message = nameless ? 'it names neither an image nor a vehicle' : `it is for vehicle ${vin}`;
    return fail(faultAt(context, 'wrong-vehicle', 'D3', message, 'cross-vehicle-replay'));
  }
  if (targets.delegates) {
    return fail(faultAt(context, 'director-delegates', 'V6', 'it delegates', 'director-delegation'));
  }
  const seen = new Set<string>();
  for (const ecu of [...targets.targets.values()].flatMap((target) => [...target.ecus.keys()])) {
    if (seen.has(ecu))
      return fail(faultAt(context, 'duplicate-ecu', 'V7', `ECU ${ecu} appears twice`, 'duplicate-ecu'));
    seen.add(ecu);
    if (context.vehicleEcus?.has(ecu) === false) {
      return fail(faultAt(context, 'unknown-ecu', 'V8', `ECU ${ecu} is not in this vehicle`, 'unknown-ecu'));
    }
  }
  return ok();
}
