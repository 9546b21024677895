// Owns: S, one step of the root chain. The loop over versions is in the verification procedures.
import type { RemoteFault } from '../../core/faults.ts';
import { rootBytesMax } from '../../core/limits.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { RoleKeys, Root, Signed } from '../metadata.ts';
import { type CheckContext, faultAt } from './context.ts';
import { checkForm } from './form.ts';
import { checkThreshold } from './threshold.ts';

/** The root that follows `trusted`, from its received bytes. S2 S3 S4 */
export function checkNextRoot(
  context: CheckContext,
  trusted: Signed<Root>,
  bytes: Uint8Array,
): Result<Signed<Root>, RemoteFault> {
  // S2
  const next = checkForm(context, 'root', 'S2', bytes, rootBytesMax);
  if (!next.ok) return next;
  // S3: a threshold of the keys that are trusted now, and of the keys that it names itself
  for (const { body } of [trusted, next.value]) {
    const signed = checkThreshold(context, 'S3', next.value, body.roles.root, body.keys);
    if (!signed.ok) return signed;
  }
  // S4
  const wanted = trusted.body.version + 1;
  if (next.value.body.version === wanted) return next;
  const attack = next.value.body.version < wanted ? 'rollback' : 'arbitrary-installation';
  const message = `version ${next.value.body.version} where ${wanted} must follow`;
  return fail(faultAt(context, 'wrong-version', 'S4', message, attack));
}

function sameKeys(a: RoleKeys, b: RoleKeys): boolean {
  return a.keyids.length === b.keyids.length && a.keyids.every((id) => b.keyids.includes(id));
}

/** S7: whether the keys of Timestamp or Snapshot changed between two roots, so that what they signed is to be forgotten. */
export function rotatedOnlineKeys(before: Root, after: Root): boolean {
  return (
    !sameKeys(before.roles.timestamp, after.roles.timestamp) || !sameKeys(before.roles.snapshot, after.roles.snapshot)
  );
}

/** Trust in a root that was handed over out of band: it must at least be signed by its own keys. */
export function checkProvisionedRoot(context: CheckContext, bytes: Uint8Array): Result<Signed<Root>, RemoteFault> {
  const root = checkForm(context, 'root', 'S1', bytes, rootBytesMax);
  if (!root.ok) return root;
  const signed = checkThreshold(context, 'S3', root.value, root.value.body.roles.root, root.value.body.keys);
  return signed.ok ? ok(root.value) : signed;
}
