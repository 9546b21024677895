// Owns: what attackers do to what is served: re-signing with the keys they hold, replaying, padding, flipping.
import { utf8 } from '../../../src/core/bytes.ts';
import { hashHex } from '../../../src/crypto/hashes.ts';
import type { RoleKeySet } from '../../../src/repository/roles/roleKeys.ts';
import { writeRoot } from '../../../src/repository/roles/writeMetadata.ts';
import type { RepositoryName } from '../../../src/uptane/model/metadata.ts';
import type { SigningKey } from '../../../src/uptane/signing/keys.ts';
import { signMetadata } from '../../../src/uptane/signing/sign.ts';
import { begin, keyNamed, type World } from './fixtures.ts';

export interface TargetDraft {
  length: number;
  hashes: Record<string, string>;
  custom: {
    mustMatch: { hardwareIds: string[]; releaseCounter: number };
    ecuIdentifiers: Record<string, { hardwareId: string }>;
  };
}

/** The `signed` member of any role, to be changed. */
export interface Draft {
  version: number;
  expires: string;
  meta: Record<string, { version: number; length?: number; hashes?: Record<string, string> }>;
  targets: Record<string, TargetDraft>;
  custom: { vin?: string };
  [member: string]: unknown;
}

export type Change = (signed: Draft) => void;

export function draftOf(bytes: Uint8Array): Draft {
  return JSON.parse(new TextDecoder().decode(bytes)).signed;
}

export function signaturesOf(bytes: Uint8Array): { keyid: string; sig: string }[] {
  return JSON.parse(new TextDecoder().decode(bytes)).signatures;
}

/** The file with its payload changed and signed by `keys`. */
export function resign(bytes: Uint8Array, change: Change, keys: readonly SigningKey[]): Uint8Array {
  const signed = draftOf(bytes);
  change(signed);
  return signMetadata(signed, keys);
}

/** The file with its payload changed under its old signatures. */
export function tamper(bytes: Uint8Array, change: Change): Uint8Array {
  const signed = draftOf(bytes);
  change(signed);
  return utf8(JSON.stringify({ signatures: signaturesOf(bytes), signed }));
}

/** The file with other signatures over the same payload. */
export function withSignatures(bytes: Uint8Array, entries: readonly { keyid: string; sig: string }[]): Uint8Array {
  return utf8(JSON.stringify({ signatures: entries, signed: draftOf(bytes) }));
}

/** Longer, and still the same JSON. */
export function padded(bytes: Uint8Array, length: number): Uint8Array {
  const longer = new Uint8Array(length).fill(0x20);
  longer.set(bytes);
  return longer;
}

export function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = new Uint8Array(bytes);
  const index = (bit >> 3) % bytes.length;
  changed[index] = (changed[index] ?? 0) ^ (1 << (bit & 7));
  return changed;
}

/** A key that no role knows. */
export const attacker = keyNamed('attacker');

/** One that signs with its own secret in another key's name. */
export function impostor(of: SigningKey): SigningKey {
  return { ...attacker, keyId: of.keyId };
}

export function keyOf(world: World, repository: RepositoryName, role: keyof RoleKeySet, index = 0): SigningKey {
  const key = world.keys[repository][role][index];
  if (key === undefined) throw new Error('no such key');
  return key;
}

export interface Reissue {
  readonly targets?: Change;
  readonly snapshot?: Change;
  readonly timestamp?: Change;
  /** Who signs, where it is not the genuine keys. */
  readonly keys?: Partial<RoleKeySet>;
  /** By how much versions grow. */
  readonly step?: number;
}

/** A file as the one above it lists it. */
export function listing(bytes: Uint8Array): { version: number; length: number; hashes: Record<string, string> } {
  return { version: draftOf(bytes).version, length: bytes.length, hashes: { sha256: hashHex('sha256', bytes) } };
}

/** Serves a whole new edition of the online roles, consistent in everything that `how` does not change. */
export function reissue(world: World, repository: RepositoryName, how: Reissue): void {
  const keys = { ...world.keys[repository], ...how.keys };
  const step = how.step ?? 1;
  const grown =
    (change: Change = () => {}): Change =>
    (signed) => {
      signed.version += step;
      change(signed);
    };
  const targets = resign(world.latest(repository, 'targets').bytes, grown(how.targets), keys.targets);
  const snapshot = resign(
    world.latest(repository, 'snapshot').bytes,
    (signed) => {
      signed.meta['targets.json'] = listing(targets);
      grown(how.snapshot)(signed);
    },
    keys.snapshot,
  );
  const timestamp = resign(
    world.file(`${repository}/timestamp.json`) ?? new Uint8Array(),
    (signed) => {
      signed.meta['snapshot.json'] = listing(snapshot);
      grown(how.timestamp)(signed);
    },
    keys.timestamp,
  );
  const listedTargets = draftOf(snapshot).meta['targets.json']?.version ?? draftOf(targets).version;
  const listedSnapshot = draftOf(timestamp).meta['snapshot.json']?.version;
  world.serve(`${repository}/${listedTargets}.targets.json`, targets);
  world.serve(`${repository}/targets.json`, targets);
  world.serve(`${repository}/${listedSnapshot}.snapshot.json`, snapshot);
  world.serve(`${repository}/timestamp.json`, timestamp);
}

export interface Rotation {
  readonly keys?: Partial<RoleKeySet>;
  readonly signers?: readonly SigningKey[];
  readonly version?: number;
  readonly expires?: number;
  readonly timeserver?: readonly SigningKey[];
  readonly change?: Change;
}

/** Serves the next root. Without `signers` it is signed by the root keys before and now, as it should be. S3 */
export function rotateRoot(world: World, repository: RepositoryName, how: Rotation = {}): Uint8Array {
  const before = world.keys[repository];
  const keys = { ...before, ...how.keys };
  const next = world.latest(repository, 'root').version + 1;
  const signers = how.signers ?? [...new Map([...before.root, ...keys.root].map((key) => [key.keyId, key])).values()];
  const timeserver = repository === 'director' ? (how.timeserver ?? world.timeserver.keys) : undefined;
  const edition = { version: how.version ?? next, expires: how.expires ?? begin + 1000 };
  const written = writeRoot(edition, keys, signers, timeserver);
  const bytes = how.change === undefined ? written : resign(written, how.change, signers);
  world.serve(`${repository}/${next}.root.json`, bytes);
  world.keys[repository] = keys;
  return bytes;
}
