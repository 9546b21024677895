// Owns: one step of the root chain (S). The loop over versions is in the verification procedures.
import type { RemoteFault } from '../../core/faults.ts';
import { ok, type Result } from '../../core/result.ts';
import type { OfflineRoleName, RoleName, Root, Signed, Signers } from '../model/metadata.ts';
import { canonicalKey } from '../signing/keys.ts';
import { type CheckContext, refuse } from './context.ts';
import { checkForm } from './form.ts';
import { checkThreshold } from './threshold.ts';

/** The root that follows `trusted`, from its received bytes. S2 S3 S4 */
export function checkNextRoot(
  context: CheckContext,
  trusted: Signed<Root>,
  bytes: Uint8Array,
): Result<Signed<Root>, RemoteFault> {
  // S2: no longer than a root may be, and in its form
  const next = checkForm(context, 'root', 'S2', bytes, context.profile.bytesMax.root);
  if (!next.ok) return next;
  // S3: signed by a threshold of the keys that are trusted now, and by one of the keys that it names itself
  for (const { body } of [trusted, next.value]) {
    const signed = checkThreshold(context, 'S3', next.value, signersOf(body, 'root'));
    if (!signed.ok) return signed;
  }
  // S4: its version is the one after the trusted one's
  const wanted = trusted.body.version + 1;
  if (next.value.body.version === wanted) return next;
  const attack = next.value.body.version < wanted ? 'rollback' : 'arbitrary-installation';
  const message = `version ${next.value.body.version} where ${wanted} must follow`;
  return refuse(context, { clause: 'S4', code: 'wrong-version', indicates: attack, message });
}

/** The keys that a root names for a role. C1 C2 */
export function signersOf(root: Root, role: RoleName | OfflineRoleName): Signers {
  return { role: root.roles[role], keys: root.keys };
}

/** The value of a key under an identifier: the hash of its key in this project's own form, any text in others. */
function keyOf({ keys }: Root, id: string): string | undefined {
  const key = keys.get(id);
  return key && canonicalKey(key);
}

function rotated(before: Root, after: Root, role: RoleName): boolean {
  const [a, b] = [before.roles[role], after.roles[role]];
  if (a === undefined || b === undefined) return a !== b;
  const same = (id: string) => b.keyids.includes(id) && keyOf(before, id) === keyOf(after, id);
  return a.keyids.length !== b.keyids.length || !a.keyids.every(same) || a.threshold < b.threshold;
}

/**
 * S7: whether other keys, or more of them, must sign Timestamp or Snapshot by the second root, so that what was signed by the
 * first is to be forgotten.
 */
export function rotatedOnlineKeys(before: Root, after: Root): boolean {
  return rotated(before, after, 'timestamp') || rotated(before, after, 'snapshot');
}

/** Trust in a root that was handed over out of band: it must at least be signed by its own keys. */
export function checkProvisionedRoot(
  at: Pick<CheckContext, 'signatures' | 'profile' | 'repository'>,
  bytes: Uint8Array | undefined,
): Result<Signed<Root>, RemoteFault> {
  const context: CheckContext = { ...at, now: undefined, role: 'root', file: 'root.json' };
  // S1: trust begins with it, so it must be a root
  const root = checkForm(context, 'root', 'S1', bytes, context.profile.bytesMax.root);
  if (!root.ok) return root;
  // S3: signed by a threshold of its own keys; there are no earlier ones
  const signed = checkThreshold(context, 'S3', root.value, signersOf(root.value.body, 'root'));
  return signed.ok ? ok(root.value) : signed;
}
