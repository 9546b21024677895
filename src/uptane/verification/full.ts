// Owns: full verification, R, on a Primary and on a full Secondary alike. Its rules:
// - Of each repository in this order: Root, Timestamp, Snapshot, Targets. Each file is judged by those before it, and is not used before.
// - A Root is trusted by the Root before it, version by version, however old; only the last one must be fresh (S).
// - Every file: bounded before it is read, in its form, signed by a threshold, not older than what was trusted, not expired (T U V).
// - A file is what the one before it lists: the Snapshot what the Timestamp lists, the Targets what the Snapshot lists (U2 V2).
// - The Director says what is to be installed, the Image repository whether it is genuine: both must say the same of it (R10).
// - Time is the ECU's attested time; without one nothing is fresh.
// - All or nothing: new Roots are kept whatever follows, all else only when everything verified.
// - Nothing is guessed or repaired: the first fault ends the verification, and names the clause that found it.
import type { RemoteFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { checkMapped } from '../checks/mapped.ts';
import { checkMatch, hardwareOf } from '../checks/match.ts';
import type { Target, Targets } from '../model/metadata.ts';
import { ImageSearch } from './delegations.ts';
import { followOnlineRoles } from './onlineRoles.ts';
import type { EcuContext, Outcome, Procedure, Verifying } from './procedure.ts';
import { followRoots } from './rootChain.ts';
import { isFresh, isWhole } from './storedFiles.ts';
import type { TrustedMetadata, TrustedRepository, VerifiedRepository } from './trusted.ts';

/** The Director's word, matched with the Image repository's. */
export interface VerifiedTargets {
  readonly director: Targets;
}

/** A full ECU is provisioned with both repositories. L2 */
export interface FullTrust extends TrustedMetadata {
  readonly image: TrustedRepository;
}

/** `concerns` says which of the Director's images are to be matched: all on a Primary, its own on a Secondary. */
export function* verifyFull(
  context: EcuContext,
  start: FullTrust,
  concerns: (target: Target) => boolean,
): Procedure<Outcome<VerifiedTargets>> {
  const ecu: Verifying = { ...context, notices: [] };
  let trusted: FullTrust = start;
  const refused = (fault: RemoteFault): Outcome<never> => ({ trusted, result: fail(fault), notices: ecu.notices });

  // R2: follow the Director's Root to the latest
  const directorRoots = yield* followRoots(ecu, 'director', trusted.director);
  trusted = { ...trusted, director: directorRoots.trusted };
  if (!directorRoots.result.ok) return refused(directorRoots.result.fault);
  // R3 R4 R5: the Director's Timestamp, Snapshot and Targets
  const director = yield* followOnlineRoles(ecu, 'director', trusted.director);
  if (!director.ok) return refused(director.fault);
  // R6b: follow the Image repository's Root to the latest
  const imageRoots = yield* followRoots(ecu, 'image', trusted.image);
  trusted = { ...trusted, image: imageRoots.trusted };
  if (!imageRoots.result.ok) return refused(imageRoots.result.fault);
  // R7 R8 R9: the Image repository's Timestamp, Snapshot and Targets
  const image = yield* followOnlineRoles(ecu, 'image', trusted.image);
  if (!image.ok) return refused(image.fault);
  // R10: the Image repository knows every image that concerns this ECU, and says the same of it
  const wanted = director.value.targets.body;
  const matched = yield* matchAll(ecu, trusted, image.value, wanted, concerns);
  if (!matched.ok) return refused(matched.fault);
  return {
    trusted: { ...trusted, director: director.value, image: matched.value },
    result: ok({ director: wanted }),
    notices: ecu.notices,
  };
}

/**
 * R10, over the Image repository that was verified just now; gives what to trust of it. Policy 6: where a delegated file on the way
 * changed and its version did not, the set trusted before is kept, as long as it is fresh and has the same images: files of the one
 * set do not fit into the other.
 */
export function* matchAll(
  ecu: Verifying,
  before: FullTrust,
  image: VerifiedRepository,
  wanted: Targets,
  concerns: (target: Target) => boolean,
): Procedure<Result<TrustedRepository, RemoteFault>> {
  const search = new ImageSearch(ecu, before.image, image);
  const matched = yield* matchIn(search, before, wanted, concerns);
  if (search.hasChanged && isWhole(ecu, before.image) && isFresh(ecu, before.image)) {
    const known = new ImageSearch({ ...ecu, notices: [] }, before.image, before.image);
    const again = yield* matchIn(known, before, wanted, concerns);
    if (again.ok && !known.hasChanged) return ok({ ...before.image, delegated: known.delegated() });
  }
  return matched.ok ? ok({ ...image, delegated: search.delegated() }) : matched;
}

/** Each image that concerns the ECU, by the map and by what was trusted before. R0 R10 */
function* matchIn(
  search: ImageSearch,
  before: FullTrust,
  wanted: Targets,
  concerns: (target: Target) => boolean,
): Procedure<Result<void, RemoteFault>> {
  const known = { previous: before.director.targets?.body, hardware: search.ecu.hardware };
  for (const target of wanted.targets.values()) {
    if (!concerns(target)) continue;
    // R0: the repository map leaves the image to both repositories
    const mapped = before.map === undefined ? ok() : checkMapped(before.map, target);
    if (!mapped.ok) return mapped;
    // R10.1: the Image repository, or a role that it delegates to, lists the image
    const found = yield* search.find({ filename: target.filename, hardwareIds: hardwareOf(target) });
    if (!found.ok) return found;
    const matched = checkMatch(search.ecu.profile, target, found.value, known);
    if (!matched.ok) return matched;
  }
  return ok();
}
