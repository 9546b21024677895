// Owns: the signing keys of a repository, by role. Z1
import type { Random } from '../core/random.ts';
import type { Signatures } from '../crypto/signatures.ts';
import { type SigningKey, signingKey } from '../uptane/keys.ts';
import type { RoleName } from '../uptane/metadata.ts';

export type RoleKeySet = { readonly [role in RoleName]: readonly SigningKey[] };

/** How many keys each role has; all of them must sign. */
export type RoleKeyCounts = { readonly [role in RoleName]: number };

/** Keys drawn from the run's seed: for simulation only, since whoever knows the seed knows them. */
export function simulatedRoleKeys(signatures: Signatures, random: Random, counts: RoleKeyCounts): RoleKeySet {
  const keys = (role: RoleName) =>
    Array.from({ length: counts[role] }, (_, index) =>
      signingKey(signatures, random.fork(`${role}-${index}`).bytes(32)),
    );
  return { root: keys('root'), timestamp: keys('timestamp'), snapshot: keys('snapshot'), targets: keys('targets') };
}
