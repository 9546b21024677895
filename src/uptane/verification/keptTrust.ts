// Owns: what of verified metadata an ECU keeps that is not to install by it. P5
import { rotatedOnlineKeys } from '../checks/root.ts';
import type { TrustedMetadata, TrustedRepository } from './trusted.ts';

/**
 * P5: the metadata is good and names no image for this ECU. The Director's previous Targets stay in place; all else is kept, and so are
 * the new Targets as what later ones are held against (V4): what was withdrawn cannot be replayed.
 */
export function setAside(previous: TrustedMetadata, verified: TrustedMetadata): TrustedMetadata {
  const { targets: latest, ...director } = verified.director;
  const { targets } = previous.director;
  return {
    ...previous,
    ...verified,
    director: {
      ...director,
      ...(targets !== undefined && { targets }),
      ...(latest !== undefined && { 'passed-over-targets': latest }),
    },
  };
}

/** Of metadata that is refused after all no more than its roots is kept. S5 */
export function rootsOnly(previous: TrustedMetadata, verified: TrustedMetadata): TrustedMetadata {
  const { image } = previous;
  return {
    ...previous,
    director: underRoot(previous.director, verified.director),
    ...(image !== undefined && { image: underRoot(image, verified.image ?? image) }),
  };
}

/** The files trusted before, under the root that was verified since: where what it vouches for is not to be kept. S5 S7 */
function underRoot(previous: TrustedRepository, { root }: TrustedRepository): TrustedRepository {
  const { timestamp: _timestamp, snapshot: _snapshot, ...kept } = previous;
  return { ...(rotatedOnlineKeys(previous.root.body, root.body) ? kept : previous), root };
}
