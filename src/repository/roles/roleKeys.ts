// Owns: who holds the keys of a repository, by role, and how many of them must sign. Z1 C2
import { InputError } from '../../core/faults.ts';
import { signaturesMax } from '../../core/limits.ts';
import type { Random } from '../../core/random.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import type { OfflineRoleName, RoleName, Signers } from '../../uptane/model/metadata.ts';
import { type SigningKey, signingKey } from '../../uptane/signing/keys.ts';

/** A key of a role. Its holder is at hand, or else `sign` is missing: that one signs elsewhere, see roleSigners.ts. */
export type KeyHolder = Omit<SigningKey, 'sign'> & Partial<Pick<SigningKey, 'sign'>>;

/** The roles that a root names keys for; the timeserver's is the Director's alone (Y4), as are the offline ones (OU1). */
export type RootedRole = RoleName | OfflineRoleName | 'timeserver';

/** The keys of every role; of a role without a threshold, all must sign. */
export type RoleHolders = { readonly [role in RoleName]: readonly KeyHolder[] } & {
  readonly [role in Exclude<RootedRole, RoleName>]?: readonly KeyHolder[];
} & { readonly thresholds?: Thresholds };

export type Thresholds = { readonly [role in RootedRole]?: number };

/** Keys that are all at hand. */
export type RoleKeySet = { readonly [role in RoleName]: readonly SigningKey[] };

/** How many keys each role has. */
export type RoleKeyCounts = { readonly [role in RoleName]: number };

/** Keys drawn from the run's seed: for simulation only, since the seed gives them away. They are marked as such. */
export function simulatedRoleKeys(signatures: Signatures, random: Random, counts: RoleKeyCounts): RoleKeySet {
  const keys = (role: RoleName) =>
    Array.from({ length: counts[role] }, (_, index) =>
      simulatedKey(signatures, random.fork(`${role}-${index}`).bytes(32)),
    );
  return { root: keys('root'), timestamp: keys('timestamp'), snapshot: keys('snapshot'), targets: keys('targets') };
}

/** The signing key of a secret that came from a run's seed. */
export function simulatedKey(signatures: Signatures, secret: Uint8Array): SigningKey {
  return { ...signingKey(signatures, secret), simulated: true };
}

/** The holders that can sign here and now. */
export function atHand(holders: readonly KeyHolder[]): readonly SigningKey[] {
  return holders.filter((holder): holder is SigningKey => holder.sign !== undefined);
}

/** How many of a role's keys must sign. */
export function thresholdOf(holders: RoleHolders, role: RootedRole): number {
  return holders.thresholds?.[role] ?? holders[role]?.length ?? 0;
}

/** Whether enough of a role's holders are at hand. */
export function canSign(holders: readonly KeyHolder[], threshold: number): boolean {
  return atHand(holders).length >= threshold;
}

/** The keys and threshold as signatures are counted against them. */
export function signersFrom(holders: readonly KeyHolder[], threshold: number): Signers {
  const keys = new Map(holders.map(({ keyId, key }) => [keyId, key]));
  return { role: { keyids: [...keys.keys()], threshold }, keys };
}

/** Throws an InputError unless a role has keys, no key twice, and a threshold that they can meet. C2 */
export function checkHolders(role: string, holders: readonly KeyHolder[], threshold: number): void {
  if (holders.length === 0) throw new InputError(`role ${role}: no keys`);
  if (holders.length > signaturesMax) throw new InputError(`role ${role}: more than ${signaturesMax} keys`);
  if (new Set(holders.map(({ keyId }) => keyId)).size !== holders.length) {
    throw new InputError(`role ${role}: a key appears twice`);
  }
  if (!Number.isSafeInteger(threshold) || threshold < 1 || threshold > holders.length) {
    throw new InputError(`role ${role}: a threshold from 1 to ${holders.length} is needed, not ${threshold}`);
  }
}
