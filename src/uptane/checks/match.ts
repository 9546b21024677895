// Owns: R10.2 to R10.4, whether the Image repository calls genuine what the Director wants installed. R10.1, finding the
// image in the Image repository, is the search through its delegations.
import type { RemoteFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Target, Targets } from '../metadata.ts';
import type { Profile } from '../profile.ts';
import { faultAt } from './context.ts';
import { agreeingHashes, equalHashes } from './hashes.ts';

/** One image of the Director against the Image repository's entry and the Director's previous word. */
export function checkMatch(
  profile: Profile,
  wanted: Target,
  found: Target,
  previous: Targets | undefined,
): Result<void, RemoteFault> {
  const at = { repository: 'image', role: 'targets', file: wanted.filename } as const;
  // R10.2
  const agree = profile.sharedHashesSuffice ? agreeingHashes : equalHashes;
  if (found.length !== wanted.length || !agree(found.hashes, wanted.hashes)) {
    const message = 'length or hashes differ between Director and Image repository';
    return fail(faultAt(at, 'repositories-disagree', 'R10.2', message, 'arbitrary-installation'));
  }
  // R10.3
  if (!sameHardware(wanted, found)) {
    const message = 'hardware ids differ between Director and Image repository';
    return fail(faultAt(at, 'repositories-disagree', 'R10.3', message, 'wrong-software'));
  }
  if (found.mustMatch.releaseCounter !== wanted.mustMatch.releaseCounter) {
    const message = 'release counters differ between Director and Image repository';
    return fail(faultAt(at, 'repositories-disagree', 'R10.3', message, 'rollback'));
  }
  if (found.mustMatch.others !== wanted.mustMatch.others) {
    const message = 'metadata that must match differs between Director and Image repository';
    return fail(faultAt(at, 'repositories-disagree', 'R10.3', message, 'wrong-software'));
  }
  // R10.4
  return checkReleaseCounters(wanted, previous);
}

/** R10.4: for each ECU, no image of a lower release counter than the Director named before. */
export function checkReleaseCounters(wanted: Target, previous: Targets | undefined): Result<void, RemoteFault> {
  const at = { repository: 'director', role: 'targets', file: wanted.filename } as const;
  const counter = wanted.mustMatch.releaseCounter ?? 0;
  for (const ecu of wanted.ecus.keys()) {
    const before = previous === undefined ? undefined : targetOf(previous, ecu)?.mustMatch.releaseCounter;
    if (before !== undefined && counter < before) {
      const message = `release counter ${counter} for ${ecu} after ${before}`;
      return fail(faultAt(at, 'rollback', 'R10.4', message, 'rollback'));
    }
  }
  return ok();
}

/**
 * A Director whose form has no list of hardware ids names the hardware of each ECU: the genuine list, or where there is none the
 * hardware of the ECUs that the genuine entry names, must hold it.
 */
function sameHardware(wanted: Target, found: Target): boolean {
  const { hardwareIds } = wanted.mustMatch;
  const genuine = found.mustMatch.hardwareIds ?? hardwareOf(found);
  if (hardwareIds !== undefined) return sorted(hardwareIds) === sorted(genuine);
  return hardwareOf(wanted).every((hardwareId) => genuine.includes(hardwareId));
}

/** The hardware of every ECU that the Director names for an image. D9 */
export function hardwareOf(target: Target): readonly string[] {
  return [...target.ecus.values()].map(({ hardwareId }) => hardwareId);
}

function sorted(ids: readonly string[]): string {
  return ids.toSorted().join('\n');
}

/** The entry that names `ecu`, if there is one. P4 */
export function targetOf(targets: Targets, ecu: string): Target | undefined {
  return [...targets.targets.values()].find((target) => target.ecus.has(ecu));
}
