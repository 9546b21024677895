// Owns: who mutates: which roles' keys an attacker holds, and what it makes of one edition by one mutation.
import { toHex, utf8 } from '../../src/core/bytes.ts';
import { createRandom, type Random } from '../../src/core/random.ts';
import { hashHex } from '../../src/crypto/hashes.ts';
import { canonicalJson } from '../../src/uptane/json/canonicalJson.ts';
import type { SigningKey } from '../../src/uptane/signing/keys.ts';
import { signMetadata } from '../../src/uptane/signing/sign.ts';
import { draftOf, signaturesOf, attacker as stranger } from '../uptane/support/attacks.ts';
import { mutateJson, oneOf } from './jsonMutations.ts';
import { type Edition, type Genuine, supplier, supplierKey } from './repositories.ts';

export interface Attacker {
  readonly name: string;
  /** By the file's name without the version: `director/targets`. */
  readonly holds: readonly string[];
  /** Whether an ECU that reads the Director's Targets alone is lost to it: then only the others are judged. */
  readonly rulesPartial?: boolean;
  /** Whether it rules the images that the Image repository leaves to the supplier, who hands in what it signs: those may be any. */
  readonly rulesSupplied?: boolean;
}

/** No two repositories' Targets at once, but for one supplier's: who holds both may install what it likes. */
export const attackers: readonly Attacker[] = [
  { name: 'nobody’s keys', holds: [] },
  { name: 'Director timestamp', holds: ['director/timestamp'] },
  { name: 'Director timestamp and snapshot', holds: ['director/timestamp', 'director/snapshot'] },
  {
    name: 'all of the Director online',
    holds: ['director/timestamp', 'director/snapshot', 'director/targets'],
    rulesPartial: true,
  },
  { name: 'Image timestamp and snapshot', holds: ['image/timestamp', 'image/snapshot'] },
  {
    name: 'all of the Image repository online',
    holds: ['image/timestamp', 'image/snapshot', 'image/targets', `image/${supplier}`],
  },
  { name: 'the supplier', holds: [`image/${supplier}`] },
  {
    name: 'the Director online and the supplier',
    holds: ['director/timestamp', 'director/snapshot', 'director/targets', `image/${supplier}`],
    rulesPartial: true,
    rulesSupplied: true,
  },
];

const roleOf = (file: string) => file.replace(/^(\w+)\/\d+\.root$/, '$1/root');

export class Mutator {
  private readonly genuine: Genuine;

  constructor(genuine: Genuine) {
    this.genuine = genuine;
  }

  /** The second edition with one thing changed, as this attacker can. */
  mutate(random: Random, attacker: Attacker): Edition {
    const { first, second } = this.genuine;
    const edition = new Map(second);
    if (attacker.rulesSupplied === true && random.below(2) === 0) return this.conspire(random, attacker, edition);
    const file = oneOf(random, [...second.keys()]);
    const bytes = second.get(file) ?? new Uint8Array();
    const set = (changed: Uint8Array) => {
      edition.set(file, changed);
      this.relist(edition, attacker, file);
    };
    switch (random.below(8)) {
      case 0: // replayed from the earlier edition, or in another's place
        set(
          oneOf(random, random.below(2) === 0 ? [first.get(file) ?? bytes] : [...first.values(), ...second.values()]),
        );
        break;
      case 1:
        edition.delete(file);
        break;
      case 2: // bytes as they come
        set(this.bytesChanged(random, bytes));
        break;
      case 3: // signatures of another file, or fewer of them
        set(this.signaturesChanged(random, bytes));
        break;
      default:
        set(this.payloadChanged(random, attacker, file, bytes));
    }
    return edition;
  }

  /** Harmless: members in another order, more white space, members that nobody knows, signed by the right keys. */
  disguise(random: Random): Edition {
    const edition = new Map(this.genuine.second);
    const everything: Attacker = { name: 'the owner', holds: [...edition.keys()].map(roleOf) };
    const file = oneOf(
      random,
      [...edition.keys()].filter((name) => !name.endsWith('.root')),
    );
    const bytes = edition.get(file) ?? new Uint8Array();
    const signed = { ...draftOf(bytes), [`x-${random.uint32()}`]: [random.uint32(), { note: 'new' }] };
    const written = [
      signMetadata(signed, this.keysOf(file)),
      utf8(
        JSON.stringify(
          reversed({ signatures: signaturesOf(bytes), signed: draftOf(bytes) }),
          undefined,
          random.below(4),
        ),
      ),
    ];
    edition.set(file, oneOf(random, written));
    this.relist(edition, everything, file);
    return edition;
  }

  /** Another image, under its name or a new one, for its ECU or another: told alike by the Director and by the supplier. */
  private conspire(random: Random, attacker: Attacker, edition: Map<string, Uint8Array>): Edition {
    const [name = ''] = Object.keys(targetsOf(edition, `image/${supplier}`));
    const [otherName, other] = oneOf(random, Object.entries(targetsOf(edition, 'director/targets')));
    const newName = oneOf(random, [name, name, `${name}x`, `${otherName}x`]);
    const isForOther = random.below(2) === 0;
    const hashes = { sha256: toHex(random.bytes(32)) };
    const change = random.below(4) === 0 ? oneOf(random, lies) : () => {};
    const seed = `${random.uint32()}`;
    for (const file of ['director/targets', `image/${supplier}`]) {
      const signed = draftOf(edition.get(file) ?? new Uint8Array());
      const { [name]: target, ...others } = signed.targets;
      if (target === undefined) continue;
      if (isForOther) {
        delete others[otherName];
        target.custom = structuredClone(other.custom);
      }
      target.hashes = { ...hashes };
      change(createRandom(seed), target, structuredClone(other));
      Object.assign(signed, { targets: { ...others, [newName]: target }, version: signed.version + 1 });
      edition.set(file, signMetadata(signed, this.keysOf(file)));
      this.relist(edition, attacker, file);
    }
    return edition;
  }

  private bytesChanged(random: Random, bytes: Uint8Array): Uint8Array {
    const at = random.below(bytes.length);
    const changed = bytes.slice();
    changed[at] = random.below(256);
    return oneOf(random, [changed, bytes.subarray(0, at), new Uint8Array([...bytes, ...bytes.subarray(at)])]);
  }

  private signaturesChanged(random: Random, bytes: Uint8Array): Uint8Array {
    const donor = oneOf(random, [...this.genuine.second.values()]);
    const [own, its] = [signaturesOf(bytes), signaturesOf(donor)];
    const mixed = own.map((entry, index) => ({ keyid: entry.keyid, sig: its[index % its.length]?.sig ?? '' }));
    const signatures = oneOf(random, [its, mixed, own.slice(1), [...own, ...own], [...own, ...its], []]);
    return canonicalJson({ signatures, signed: draftOf(bytes) });
  }

  /** One member changed: under the old signatures, or signed by the keys that are held and the attacker's own. */
  private payloadChanged(random: Random, attacker: Attacker, file: string, bytes: Uint8Array): Uint8Array {
    const signed = JSON.parse(JSON.stringify(draftOf(bytes)));
    if (random.below(2) === 0 || !plausible(random, signed)) mutateJson(random, signed);
    if (random.below(3) === 0 && typeof signed.version === 'number') signed.version += 1;
    const held = attacker.holds.includes(roleOf(file)) ? this.keysOf(file) : [];
    if (random.below(3) === 0) return canonicalJson({ signatures: signaturesOf(bytes), signed });
    return signMetadata(signed, [...held, stranger]);
  }

  private keysOf(file: string): readonly SigningKey[] {
    const [repository, role] = roleOf(file).split('/') as ['director' | 'image', string];
    const keys = this.genuine.world.keys[repository];
    return role === supplier ? [supplierKey] : keys[role as keyof typeof keys];
  }

  /**
   * Has Snapshot and Timestamp list what was changed, as far as the attacker can sign them; of what a supplier hands in, the repository
   * itself does so, and is as careless as can be.
   */
  private relist(
    edition: Map<string, Uint8Array>,
    attacker: Attacker,
    file: string,
    isHandedIn = attacker.rulesSupplied === true && file === `image/${supplier}`,
  ): void {
    const [repository = '', role = ''] = file.split('/');
    const above = role === 'snapshot' ? 'timestamp' : 'snapshot';
    const lister = `${repository}/${above}`;
    if (role === 'timestamp' || role.endsWith('root')) return;
    if (!isHandedIn && !attacker.holds.includes(lister)) return;
    const bytes = edition.get(file) ?? new Uint8Array();
    const draft = draftOf(edition.get(lister) ?? new Uint8Array());
    const listed = draft.meta[`${role}.json`];
    draft.meta[`${role}.json`] = {
      version: versionOf(bytes) ?? listed?.version ?? 1,
      length: bytes.length,
      hashes: { sha256: hashHex('sha256', bytes) },
    };
    draft.version += 1;
    edition.set(lister, signMetadata(draft, this.keysOf(lister)));
    this.relist(edition, attacker, lister, isHandedIn);
  }
}

type TargetJson = ReturnType<typeof draftOf>['targets'][string];

/** What an attacker would want to say of one image: another content, another name, another ECU, other hardware, another age. */
const lies: readonly ((random: Random, target: TargetJson, other: TargetJson) => void)[] = [
  (random, target) => {
    target.hashes = { sha256: toHex(random.bytes(32)), sha512: toHex(random.bytes(64)) };
  },
  (random, target) => {
    target.hashes.sha256 = toHex(random.bytes(32));
  },
  (random, target) => {
    target.length += 1 + random.below(1000);
  },
  (_, target, other) => {
    target.hashes = other.hashes;
    target.length = other.length;
  },
  (_, target, other) => {
    target.custom.ecuIdentifiers = other.custom.ecuIdentifiers;
  },
  (_, target, other) => {
    target.custom.mustMatch = other.custom.mustMatch;
  },
  (random, target) => {
    target.custom.mustMatch.releaseCounter += random.below(3) - 1;
  },
];

/** A lie about one image of a Targets file; false where the file has none. */
function plausible(random: Random, { targets }: ReturnType<typeof draftOf>): boolean {
  const names = Object.keys(targets ?? {});
  if (names.length === 0) return false;
  const [name, otherName] = [oneOf(random, names), oneOf(random, names)];
  const [target, other] = [targets[name], targets[otherName]];
  if (target === undefined || other === undefined) return false;
  if (random.below(5) > 0) oneOf(random, lies)(random, target, structuredClone(other));
  else {
    delete targets[name];
    targets[oneOf(random, [otherName, `${name}x`])] = target;
  }
  return true;
}

function targetsOf(edition: Edition, file: string): Readonly<Record<string, TargetJson>> {
  return draftOf(edition.get(file) ?? new Uint8Array()).targets;
}

function versionOf(bytes: Uint8Array): number | undefined {
  try {
    const { version } = draftOf(bytes);
    return typeof version === 'number' ? version : undefined;
  } catch {
    return undefined;
  }
}

function reversed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, reversed(member)]),
  );
}
