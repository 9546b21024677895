// Owns: V, for the Targets role of either repository.
import type { RemoteFault } from '../../core/faults.ts';
import { directorTargetsBytesMax, imageTargetsBytesMax } from '../../core/limits.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { FileMeta, Root, Signed, Targets } from '../metadata.ts';
import { type CheckContext, faultAt } from './context.ts';
import { checkExpiry } from './expiry.ts';
import { checkForm } from './form.ts';
import { disagreeingHash } from './hashes.ts';
import { checkThreshold } from './threshold.ts';

/** Against what a Targets file is judged. */
export interface TargetsContext extends CheckContext {
  readonly root: Root;
  /** The Snapshot's entry; undefined in partial verification, which skips V2. Q2 */
  readonly listed: FileMeta | undefined;
  readonly trusted: Targets | undefined;
  /** Of the vehicle; Director Targets that name another are a replay. */
  readonly vin: string;
  /** Every ECU of the vehicle, on a Primary; undefined on a Secondary, which knows itself only. V8 */
  readonly vehicleEcus: ReadonlySet<string> | undefined;
}

export function targetsCap(repository: 'director' | 'image', listed: FileMeta | undefined): number {
  const cap = repository === 'director' ? directorTargetsBytesMax : imageTargetsBytesMax;
  return Math.min(listed?.length ?? cap, cap);
}

/** The Targets from its received bytes. */
export function checkTargets(
  context: TargetsContext,
  bytes: Uint8Array | undefined,
): Result<Signed<Targets>, RemoteFault> {
  const { root, listed, trusted } = context;
  // V1
  const file = checkForm(context, 'targets', 'V1', bytes, targetsCap(context.repository, listed));
  if (!file.ok) return file;
  const targets = file.value.body;
  // V2
  if (listed !== undefined && targets.version !== listed.version) {
    const message = `version ${targets.version}, the snapshot lists ${listed.version}`;
    return fail(faultAt(context, 'wrong-version', 'V2', message, 'mix-and-match'));
  }
  const wrong = disagreeingHash(file.value.bytes, listed?.hashes ?? {});
  if (wrong !== undefined) {
    return fail(faultAt(context, 'hash-mismatch', 'V2', `${wrong} is not the snapshot's`, 'mix-and-match'));
  }
  // V3
  const signed = checkThreshold(context, 'V3', file.value, root.roles.targets, root.keys);
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
  if (targets.vin !== context.vin) {
    const message = targets.vin === undefined ? 'it names no vehicle' : `it is for vehicle ${targets.vin}`;
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
