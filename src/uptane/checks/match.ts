// Owns: R10.2 to R10.4, whether the Image repository calls genuine what the Director wants installed. R10.1, finding the
// image in the Image repository, is the search through its delegations.
import type { Attack, RemoteFault } from '../../core/faults.ts';
import { ok, type Result } from '../../core/result.ts';
import { valueWords } from '../model/faults.ts';
import type { Target, Targets } from '../model/metadata.ts';
import type { Profile } from '../model/profile.ts';
import { refuse } from './context.ts';
import { agreeingHashes, differingHash, equalHashes } from './hashes.ts';

/** What must be the same in two entries for one image. */
type Part = 'length' | 'hashes' | 'hardware' | 'counter' | 'others';

/** `words`: what differs; `shown`: one entry's value, where the other's is to stand beside it. */
interface Mismatch {
  readonly clause: string;
  readonly indicates: Attack;
  readonly words: string;
  shown(entry: Target, other: Target): string;
}

const mismatches: { readonly [part in Part]: Mismatch } = {
  length: {
    clause: 'R10.2',
    indicates: 'arbitrary-installation',
    words: 'lengths differ',
    shown: ({ length }) => `${length} bytes`,
  },
  hashes: {
    clause: 'R10.2',
    indicates: 'arbitrary-installation',
    words: 'hashes differ',
    shown: ({ hashes }, other) => {
      const name = differingHash(hashes, other.hashes) ?? 'sha256';
      return hashes[name] === undefined ? `no ${name}` : `${name}:${hashes[name]}`;
    },
  },
  hardware: {
    clause: 'R10.3',
    indicates: 'wrong-software',
    words: 'hardware ids differ',
    shown: (entry) => hardwareIdsOf(entry).join(', ') || 'none',
  },
  counter: {
    clause: 'R10.3',
    indicates: 'rollback',
    words: 'release counters differ',
    shown: ({ mustMatch }) => `${mustMatch.releaseCounter ?? 'none'}`,
  },
  others: {
    clause: 'R10.3',
    indicates: 'wrong-software',
    words: 'metadata that must match differs',
    shown: ({ mustMatch }) => mustMatch.others ?? 'none',
  },
};

/** The first part that differs between two entries for one image: of two repositories, or of two roles that are to agree. D6 X2 */
export function differingPart(profile: Profile, wanted: Target, found: Target): Part | undefined {
  const agree = profile.sharedHashesSuffice ? agreeingHashes : equalHashes;
  if (found.length !== wanted.length) return 'length';
  if (!agree(found.hashes, wanted.hashes)) return 'hashes';
  if (!sameHardware(wanted, found)) return 'hardware';
  if (found.mustMatch.releaseCounter !== wanted.mustMatch.releaseCounter) return 'counter';
  if (found.mustMatch.others !== wanted.mustMatch.others) return 'others';
  return undefined;
}

/** What the two entries are held against beside each other. */
export interface Known {
  /** The Director's previous word. R10.4 */
  readonly previous: Targets | undefined;
  /** The hardware of the ECUs that are known here, by serial: it tells whose hardware ids are odd. */
  readonly hardware?: ReadonlyMap<string, string> | undefined;
}

/** One image of the Director against the Image repository's entry and the Director's previous word. */
export function checkMatch(
  profile: Profile,
  wanted: Target,
  found: Target,
  { previous, hardware }: Known,
): Result<void, RemoteFault> {
  // R10.2 R10.3: both repositories say the same of the image: length, hashes, and all that must match
  const part = differingPart(profile, wanted, found);
  if (part !== undefined) {
    const { clause, indicates, words, shown } = mismatches[part];
    const [expected, actual] = [shown(wanted, found), shown(found, wanted)];
    const odd = part === 'hardware' ? oddHardware(wanted, found, hardware) : '';
    const values = `Director ${valueWords(expected)}, Image repository ${valueWords(actual)}`;
    const message = `${words}: ${values}${odd}`;
    const at = { repository: 'image', role: 'targets', file: wanted.filename } as const;
    return refuse(at, { clause, code: 'repositories-disagree', indicates, message, expected, actual });
  }
  // R10.4: no ECU is to go back to a lower release counter than the Director named for it before
  return checkReleaseCounters(wanted, previous);
}

/** Whose hardware ids do not hold what an ECU is that is to install the image; empty where no such ECU is known here. */
function oddHardware(wanted: Target, found: Target, hardware: Known['hardware']): string {
  const own = [...wanted.ecus.keys()].flatMap((ecu) => {
    const hardwareId = hardware?.get(ecu);
    return hardwareId === undefined ? [] : [{ ecu, hardwareId }];
  });
  const missedBy = (entry: Target) => own.find(({ hardwareId }) => !hardwareIdsOf(entry).includes(hardwareId));
  const [ofDirector, ofImages] = [missedBy(wanted), missedBy(found)];
  const example = ofDirector ?? ofImages ?? own[0];
  if (example === undefined) return '';
  const odd = [
    ...(ofDirector === undefined ? [] : ['the Director']),
    ...(ofImages === undefined ? [] : ['the Image repository']),
  ];
  return `; odd: ${odd.join(' and ') || 'neither'}, ${valueWords(example.ecu)} is ${valueWords(example.hardwareId)}`;
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
  const genuine = hardwareIdsOf(found);
  if (hardwareIds !== undefined) return sorted(hardwareIds) === sorted(genuine);
  return hardwareOf(wanted).every((hardwareId) => genuine.includes(hardwareId));
}

/** The list of an entry, or where it has none the hardware of the ECUs that it names. */
function hardwareIdsOf(target: Target): readonly string[] {
  return target.mustMatch.hardwareIds ?? hardwareOf(target);
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
