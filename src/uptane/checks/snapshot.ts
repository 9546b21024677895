// Owns: the check of a Snapshot. U
import type { RemoteFault } from '../../core/faults.ts';
import { ok, type Result } from '../../core/result.ts';
import type { FileMeta, Root, Signed, Snapshot } from '../model/metadata.ts';
import { type Profile, tolerates } from '../model/profile.ts';
import { type CheckContext, refuse } from './context.ts';
import { checkExpiry } from './expiry.ts';
import { checkForm } from './form.ts';
import { disagreeingFileHash, hashesDiffer } from './hashes.ts';
import { signersOf } from './root.ts';
import { checkThreshold } from './threshold.ts';

/** U1: the cap that the Timestamp sets. */
export function snapshotCap(profile: Profile, { length }: FileMeta): number {
  const { bytesMax } = profile;
  if (tolerates(profile, 'longer-snapshot')) return bytesMax.statedSnapshot;
  return length === undefined ? bytesMax.snapshot : Math.min(length, bytesMax.statedSnapshot);
}

/** The Snapshot from its received bytes, against the root, the Timestamp's entry and the Snapshot trusted before. */
export function checkSnapshot(
  context: CheckContext,
  root: Root,
  listed: FileMeta,
  trusted: Snapshot | undefined,
  bytes: Uint8Array | undefined,
): Result<Signed<Snapshot>, RemoteFault> {
  // U1: no longer than the Timestamp allows, and in its form
  const file = checkForm(context, 'snapshot', 'U1', bytes, snapshotCap(context.profile, listed));
  if (!file.ok) return file;
  // U2: it has every hash and the version that the Timestamp lists
  const { version } = file.value.body;
  const wrong = disagreeingFileHash(context.profile, file.value, listed);
  if (wrong !== undefined) {
    const words = hashesDiffer(wrong, "is not the timestamp's");
    return refuse(context, { clause: 'U2', code: 'hash-mismatch', indicates: 'mix-and-match', ...words });
  }
  if (version !== listed.version) {
    const message = `version ${version}, the timestamp lists ${listed.version}`;
    return refuse(context, { clause: 'U2', code: 'wrong-version', indicates: 'mix-and-match', message });
  }
  // U3: a threshold of the keys that the root names signed it
  const signed = checkThreshold(context, 'U3', file.value, signersOf(root, 'snapshot'));
  if (!signed.ok) return signed;
  // U4 U5 U6: nothing in it is older than what was trusted, or gone
  const follows = checkFollows(context, trusted, file.value.body);
  if (!follows.ok) return follows;
  // U7: it has not expired by the attested time
  const fresh = checkExpiry(context, 'U7', file.value.body);
  return fresh.ok ? file : fresh;
}

/** U4 U5 U6: nothing of the Snapshot trusted before is older in this one, or gone. */
export function checkFollows(
  context: CheckContext,
  trusted: Snapshot | undefined,
  { version, meta }: Snapshot,
): Result<void, RemoteFault> {
  // U4: its version is not lower than the trusted one's
  if (trusted !== undefined && version < trusted.version && !tolerates(context.profile, 'older-snapshot')) {
    const message = `version ${version} after ${trusted.version}`;
    return refuse(context, { clause: 'U4', code: 'rollback', indicates: 'rollback', message });
  }
  // U5 U6: every file listed before is listed still, at no lower version
  for (const [name, before] of trusted?.meta ?? []) {
    const now = meta.get(name);
    if (now === undefined && tolerates(context.profile, 'unlisted-files')) continue;
    if (now === undefined) {
      const message = `${name} is no longer listed`;
      return refuse(context, { clause: 'U6', code: 'rollback', indicates: 'rollback', message });
    }
    if (
      now.version < before.version &&
      !(name === 'targets.json' && tolerates(context.profile, 'older-image-targets'))
    ) {
      const message = `${name} is listed at version ${now.version} after ${before.version}`;
      return refuse(context, { clause: 'U5', code: 'rollback', indicates: 'rollback', message });
    }
  }
  return ok();
}
