// Owns: the keys of the servers in a run, drawn from the seed, today's and those that a rotation brings. For simulation only.
import type { Random } from '../../core/random.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import { type RoleKeySet, simulatedKey, simulatedRoleKeys } from '../../repository/roles/roleKeys.ts';
import type { RepositoryName, RoleName } from '../../uptane/model/metadata.ts';
import type { SigningKey } from '../../uptane/signing/keys.ts';

/** How many keys of Root and Targets must sign; one of the others. */
const counts: { readonly [name in RepositoryName]: { readonly root: number; readonly targets: number } } = {
  director: { root: 2, targets: 1 },
  image: { root: 2, targets: 2 },
};

export class ServerKeys {
  private readonly signatures: Signatures;
  private readonly random: Random;
  private readonly repositories: { [name in RepositoryName]: RoleKeySet };
  private time: readonly SigningKey[];
  private rotations = 0;

  constructor(signatures: Signatures, random: Random) {
    this.signatures = signatures;
    this.random = random;
    this.repositories = { director: this.drawRoles('director'), image: this.drawRoles('image') };
    this.time = [this.draw('timeserver')];
  }

  /** Today's. An attacker that stole some goes on with those. */
  of(repository: RepositoryName): RoleKeySet {
    return this.repositories[repository];
  }

  get timeserver(): readonly SigningKey[] {
    return this.time;
  }

  /** A supplier's key, by which it signs its images. E4 */
  supplier(name: string): SigningKey {
    return this.draw(`supplier/${name}`);
  }

  /** New keys for these roles, which are today's from now on. */
  rotate(repository: RepositoryName, roles: readonly RoleName[]): Partial<RoleKeySet> {
    this.rotations += 1;
    const drawn = this.drawRoles(repository);
    const changed = Object.fromEntries(roles.map((role) => [role, drawn[role]]));
    this.repositories[repository] = { ...this.repositories[repository], ...changed };
    return changed;
  }

  rotateTimeserver(): readonly SigningKey[] {
    this.rotations += 1;
    this.time = [this.draw('timeserver')];
    return this.time;
  }

  private drawRoles(repository: RepositoryName): RoleKeySet {
    const random = this.random.fork(this.nameNow(repository));
    return simulatedRoleKeys(this.signatures, random, { ...counts[repository], snapshot: 1, timestamp: 1 });
  }

  private draw(name: string): SigningKey {
    return simulatedKey(this.signatures, this.random.fork(this.nameNow(name)).bytes(32));
  }

  private nameNow(name: string): string {
    return this.rotations === 0 ? name : `${name}/${this.rotations}`;
  }
}
