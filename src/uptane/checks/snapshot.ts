// Owns: U.
import type { RemoteFault } from '../../core/faults.ts';
import { snapshotBytesMax } from '../../core/limits.ts';
import { fail, type Result } from '../../core/result.ts';
import type { FileMeta, Root, Signed, Snapshot } from '../metadata.ts';
import { type CheckContext, faultAt } from './context.ts';
import { checkExpiry } from './expiry.ts';
import { checkForm } from './form.ts';
import { disagreeingHash } from './hashes.ts';
import { checkThreshold } from './threshold.ts';

/** U1: the cap that the Timestamp sets. */
export function snapshotCap(listed: FileMeta): number {
  return Math.min(listed.length ?? snapshotBytesMax, snapshotBytesMax);
}

/** The Snapshot from its received bytes, against the root, the Timestamp's entry and the Snapshot trusted before. */
export function checkSnapshot(
  context: CheckContext,
  root: Root,
  listed: FileMeta,
  trusted: Snapshot | undefined,
  bytes: Uint8Array | undefined,
): Result<Signed<Snapshot>, RemoteFault> {
  // U1
  const file = checkForm(context, 'snapshot', 'U1', bytes, snapshotCap(listed));
  if (!file.ok) return file;
  // U2
  const { version } = file.value.body;
  const wrong = disagreeingHash(file.value.bytes, listed.hashes);
  if (wrong !== undefined) {
    return fail(faultAt(context, 'hash-mismatch', 'U2', `${wrong} is not the timestamp's`, 'mix-and-match'));
  }
  if (version !== listed.version) {
    const message = `version ${version}, the timestamp lists ${listed.version}`;
    return fail(faultAt(context, 'wrong-version', 'U2', message, 'mix-and-match'));
  }
  // U3
  const signed = checkThreshold(context, 'U3', file.value, root.roles.snapshot, root.keys);
  if (!signed.ok) return signed;
  // U4
  if (trusted !== undefined && version < trusted.version) {
    return fail(faultAt(context, 'rollback', 'U4', `version ${version} after ${trusted.version}`, 'rollback'));
  }
  // U5 U6
  for (const [name, before] of trusted?.meta ?? []) {
    const now = file.value.body.meta.get(name);
    if (now === undefined) return fail(faultAt(context, 'rollback', 'U6', `${name} is no longer listed`, 'rollback'));
    if (now.version < before.version) {
      const message = `${name} is listed at version ${now.version} after ${before.version}`;
      return fail(faultAt(context, 'rollback', 'U5', message, 'rollback'));
    }
  }
  // U7
  const fresh = checkExpiry(context, 'U7', file.value.body);
  return fresh.ok ? file : fresh;
}
