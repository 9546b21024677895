// Owns: R10.2 to R10.4, whether the Image repository calls genuine what the Director wants installed. R10.1, finding the
// image in the Image repository, is the search through its delegations.
import type { Attack, RemoteFault } from '../../core/faults.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Target, Targets } from '../metadata.ts';
import type { Profile } from '../profile.ts';
import { refuse } from './context.ts';
import { agreeingHashes, equalHashes } from './hashes.ts';

/** What must be the same in two entries for one image. */
type Part = 'bytes' | 'hardware' | 'counter' | 'others';

const mismatches: {
  readonly [part in Part]: { readonly clause: string; readonly words: string; readonly attack: Attack };
} = {
  bytes: { clause: 'R10.2', words: 'length or hashes differ', attack: 'arbitrary-installation' },
  hardware: { clause: 'R10.3', words: 'hardware ids differ', attack: 'wrong-software' },
  counter: { clause: 'R10.3', words: 'release counters differ', attack: 'rollback' },
  others: { clause: 'R10.3', words: 'metadata that must match differs', attack: 'wrong-software' },
};

/** The first part that differs between two entries for one image: of two repositories, or of two roles that are to agree. D6 X2 */
export function differingPart(profile: Profile, wanted: Target, found: Target): Part | undefined {
  const agree = profile.sharedHashesSuffice ? agreeingHashes : equalHashes;
  if (found.length !== wanted.length || !agree(found.hashes, wanted.hashes)) return 'bytes';
  if (!sameHardware(wanted, found)) return 'hardware';
  if (found.mustMatch.releaseCounter !== wanted.mustMatch.releaseCounter) return 'counter';
  if (found.mustMatch.others !== wanted.mustMatch.others) return 'others';
  return undefined;
}

/** One image of the Director against the Image repository's entry and the Director's previous word. */
export function checkMatch(
  profile: Profile,
  wanted: Target,
  found: Target,
  previous: Targets | undefined,
): Result<void, RemoteFault> {
  // R10.2 R10.3: both repositories say the same of the image: length, hashes, and all that must match
  const part = differingPart(profile, wanted, found);
  if (part !== undefined) {
    const { clause, words, attack } = mismatches[part];
    const at = { repository: 'image', role: 'targets', file: wanted.filename } as const;
    const message = `${words} between Director and Image repository`;
    return refuse(at, { clause, code: 'repositories-disagree', indicates: attack, message });
  }
  // R10.4: no ECU is to go back to a lower release counter than the Director named for it before
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
      return refuse(at, { clause: 'R10.4', code: 'rollback', indicates: 'rollback', message });
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
