// Owns: full verification, R, on a Primary and on a full Secondary alike.
import type { RemoteFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { checkMapped } from '../checks/mapped.ts';
import { checkMatch, hardwareOf } from '../checks/match.ts';
import type { Target, Targets } from '../metadata.ts';
import type { TrustedMetadata, TrustedRepository, VerifiedRepository } from '../trusted.ts';
import { ImageSearch } from './delegations.ts';
import { followOnlineRoles } from './onlineRoles.ts';
import type { EcuContext, Outcome, Procedure, Verifying } from './procedure.ts';
import { followRoots } from './rootChain.ts';
import { isFresh, isWhole } from './storedFiles.ts';

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

  // R2
  const directorRoots = yield* followRoots(ecu, 'director', trusted.director);
  trusted = { ...trusted, director: directorRoots.trusted };
  if (!directorRoots.result.ok) return refused(directorRoots.result.fault);
  // R3 R4 R5
  const director = yield* followOnlineRoles(ecu, 'director', trusted.director);
  if (!director.ok) return refused(director.fault);
  // R6b
  const imageRoots = yield* followRoots(ecu, 'image', trusted.image);
  trusted = { ...trusted, image: imageRoots.trusted };
  if (!imageRoots.result.ok) return refused(imageRoots.result.fault);
  // R7 R8 R9
  const image = yield* followOnlineRoles(ecu, 'image', trusted.image);
  if (!image.ok) return refused(image.fault);
  // R10
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
  const previous = before.director.targets?.body;
  for (const target of wanted.targets.values()) {
    if (!concerns(target)) continue;
    // R0
    const mapped = before.map === undefined ? ok() : checkMapped(before.map, target);
    if (!mapped.ok) return mapped;
    // R10.1
    const found = yield* search.find({ filename: target.filename, hardwareIds: hardwareOf(target) });
    if (!found.ok) return found;
    const matched = checkMatch(search.ecu.profile, target, found.value, previous);
    if (!matched.ok) return matched;
  }
  return ok();
}
