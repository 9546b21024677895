// Owns: whether what an ECU has stored may still take the place of what it would ask for or was given: one file, or a repository's set.
import { hasExpired } from '../checks/expiry.ts';
import { disagreeingFileHash } from '../checks/hashes.ts';
import { signersOf } from '../checks/root.ts';
import type { FileMeta, Metadata, Signed, Signers, Targets } from '../model/metadata.ts';
import type { Profile } from '../model/profile.ts';
import { countSigners } from '../signing/signers.ts';
import type { Verifying } from './procedure.ts';
import type { TrustedRepository, VerifiedRepository } from './trusted.ts';

/** R4 R8: the stored file if it is the listed one, and so need not be downloaded again; it is judged all the same (policy 9). */
export function ifListed<T extends Metadata>(
  profile: Profile,
  stored: Signed<T> | undefined,
  listed: FileMeta | undefined,
): Signed<T> | undefined {
  if (stored === undefined || listed === undefined || stored.body.version !== listed.version) return undefined;
  return disagreeingFileHash(profile, stored, listed) === undefined ? stored : undefined;
}

/** A stored file while today's keys vouch for it: what only replaced keys signed must not take the place of what the new ones sign. */
export function ifSigned<T extends Metadata>(
  ecu: Verifying,
  stored: Signed<T> | undefined,
  signers: Signers,
): Signed<T> | undefined {
  return stored !== undefined && isSigned(ecu, stored, signers) ? stored : undefined;
}

/** Keys may have rotated since a file was stored, and its version stayed. */
function isSigned(ecu: Verifying, file: Signed<Metadata>, signers: Signers): boolean {
  return countSigners(ecu.signatures, file, signers).lacking === 0;
}

/** The Targets that later ones are held against. P5 V4 */
export function latestTargets(trusted: TrustedRepository): Signed<Targets> | undefined {
  return trusted['passed-over-targets'] ?? trusted.targets;
}

/** Policy 6: whether the stored files list each other and today's keys signed them, so that all of them can be kept for the sake of one. */
export function isWhole(ecu: Verifying, trusted: TrustedRepository): boolean {
  const { root, timestamp, snapshot } = trusted;
  const targets = latestTargets(trusted);
  const isListed =
    ifListed(ecu.profile, snapshot, timestamp?.body.snapshot) !== undefined &&
    ifListed(ecu.profile, targets, snapshot?.body.meta.get('targets.json')) !== undefined;
  // Timestamp and Snapshot are forgotten when their keys change. S7
  return isListed && targets !== undefined && isSigned(ecu, targets, signersOf(root.body, 'targets'));
}

/** Whether every one of the online roles is there, and fresh. */
export function isFresh({ now }: Verifying, trusted: TrustedRepository): trusted is VerifiedRepository {
  const files = [trusted.timestamp, trusted.snapshot, trusted.targets];
  return files.every((file) => file !== undefined && !hasExpired(file.body, now));
}
