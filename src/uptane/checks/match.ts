// Owns: R10, whether the Image repository calls genuine what the Director wants installed.
import type { RemoteFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Target, Targets } from '../metadata.ts';
import { faultAt } from './context.ts';
import { equalHashes } from './hashes.ts';

/** One image of the Director against the Image repository's entry and the Director's previous word. */
export function checkMatch(wanted: Target, genuine: Targets, previous: Targets | undefined): Result<void, RemoteFault> {
  const at = { repository: 'image', file: wanted.filename } as const;
  // R10.1
  const found = genuine.targets.get(wanted.filename);
  if (found === undefined) {
    const message = 'the Image repository does not list the image that the Director wants';
    return fail(faultAt(at, 'target-missing', 'R10.1', message, 'arbitrary-installation'));
  }
  // R10.2
  if (found.length !== wanted.length || !equalHashes(found.hashes, wanted.hashes)) {
    const message = 'length or hashes differ between Director and Image repository';
    return fail(faultAt(at, 'repositories-disagree', 'R10.2', message, 'arbitrary-installation'));
  }
  // R10.3
  const ids = (target: Target) => target.mustMatch.hardwareIds.toSorted().join('\n');
  if (ids(found) !== ids(wanted)) {
    const message = 'hardware ids differ between Director and Image repository';
    return fail(faultAt(at, 'repositories-disagree', 'R10.3', message, 'wrong-software'));
  }
  if (found.mustMatch.releaseCounter !== wanted.mustMatch.releaseCounter) {
    const message = 'release counters differ between Director and Image repository';
    return fail(faultAt(at, 'repositories-disagree', 'R10.3', message, 'rollback'));
  }
  // R10.4
  for (const ecu of wanted.ecus.keys()) {
    const before = previous === undefined ? undefined : targetOf(previous, ecu);
    if (before !== undefined && wanted.mustMatch.releaseCounter < before.mustMatch.releaseCounter) {
      const message = `release counter ${wanted.mustMatch.releaseCounter} for ${ecu} after ${before.mustMatch.releaseCounter}`;
      return fail(faultAt(at, 'rollback', 'R10.4', message, 'rollback'));
    }
  }
  return ok();
}

/** The entry that names `ecu`, if there is one. P4 */
export function targetOf(targets: Targets, ecu: string): Target | undefined {
  return [...targets.targets.values()].find((target) => target.ecus.has(ecu));
}
