// Owns: what a key thief wants an ECU to run, and all that it tries to bring it there.
import { createRandom } from '../../../src/core/random.ts';
import { imageName, type Serial } from './fixtures.ts';
import { genuineBytes, type KeyThief, onlineRoles, release, repositories, supplied } from './keyThief.ts';

/** What an ECU runs, by its bytes: a release of its own images, or what was made for another, or for none. */
export type Runs = number | 'foreign' | 'evil';
/** Two Secondaries, of which the first one's images are left to the supplier. */
export const victims = [supplied, 'partial-2'] as const;
export const otherThan = (serial: Serial): Serial => (serial === supplied ? 'partial-2' : supplied);

/** As long as the image that is on offer. */
const evilBytes = createRandom('evil').bytes(1000 + release.offered);

/** One attempt on an ECU, with the next bundle on offer. */
export type Attempt = (thief: KeyThief, victim: Serial) => void;
export interface Aim {
  readonly attempts: readonly Attempt[];
  /** By what the victim runs, and the other Secondary. */
  readonly isReached: (runs: Runs, other: () => Runs) => boolean;
}

type By<T> = (victim: Serial) => T;
const ordered =
  (name: By<string>, bytes: By<Uint8Array>, counter: number): Attempt =>
  (thief, victim) =>
    thief.order(victim, name(victim), bytes(victim), counter);
const image =
  (of: number): By<string> =>
  (victim) =>
    imageName(victim, of);
const bytes =
  (of: number): By<Uint8Array> =>
  (victim) =>
    genuineBytes(victim, of);
const evil = () => evilBytes;
/** The same by one who signs with a key of its own where it holds none. */
const bluffed =
  (attempt: Attempt): Attempt =>
  (thief, victim) => {
    thief.bluffs = onlineRoles;
    attempt(thief, victim);
  };

export const aims: Readonly<Record<string, Aim>> = {
  D: {
    attempts: [
      ({ world }) => {
        for (const file of ['timestamp', 'targets']) world.withhold(`director/${file}.json`);
      },
    ],
    isReached: (runs) => runs === release.installed,
  },
  P: {
    attempts: [(thief, victim) => thief.withholdImage(imageName(victim, release.offered))],
    isReached: (runs, other) => runs === release.installed && other() === release.offered,
  },
  M: {
    attempts: [
      ordered(image(release.unassigned), bytes(release.unassigned), release.unassigned),
      bluffed(ordered(image(release.unassigned), bytes(release.unassigned), release.unassigned)),
      ordered(
        (victim) => imageName(otherThan(victim), release.offered),
        (victim) => genuineBytes(otherThan(victim), release.offered),
        release.offered,
      ),
    ],
    isReached: (runs) => runs === release.unassigned || runs === 'foreign',
  },
  R: {
    attempts: [
      (thief) => {
        for (const repository of repositories) thief.forge(repository, { edition: release.before });
      },
      ordered(image(release.before), bytes(release.before), release.before),
      ordered(image(release.before), bytes(release.before), 9),
      ordered((victim) => `${victim}/renamed.bin`, bytes(release.before), 9),
    ],
    isReached: (runs) => runs === release.before,
  },
  A: {
    attempts: [
      (thief, victim) => thief.serveImage(imageName(victim, release.offered), evilBytes),
      ordered(image(release.offered), evil, release.offered),
      bluffed(ordered(image(release.offered), evil, release.offered)),
      ordered((victim) => `${victim}/evil.bin`, evil, 9),
      ordered(() => `${supplied}/evil.bin`, evil, 9),
    ],
    isReached: (runs) => runs === 'evil',
  },
};
