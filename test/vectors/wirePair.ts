// Owns: a Director and an Image repository as uptane-generator writes them, for a Primary and a Secondary, with keys of our own. Every part
// can be changed before it is signed, and every file once it is written. Knows nothing of which states there are.
import { utf8 } from '../../src/core/bytes.ts';
import { hashHex } from '../../src/crypto/hashes.ts';
import { aktualizrJson } from '../../src/uptane/json/aktualizrJson.ts';
import { parseExactJson } from '../../src/uptane/json/strictJson.ts';
import { succeeded } from '../uptane/support/fixtures.ts';
import { need } from './aktualizrCase.ts';
import type { VectorKey } from './aktualizrRepository.ts';

export const hardware = { 'primary-0': 'hw-primary', 'secondary-1': 'hw-secondary' } as const;
export type Ecu = keyof typeof hardware;
const future = '2035-01-01T00:00:00Z';
export const past = '2020-01-01T00:00:00Z';

/** Members of any kind. A text `=1e21` stands for the number that is written so. */
export type Members = Record<string, unknown>;
export interface Entry {
  custom?: Members;
  hashes: Members;
  length: unknown;
}
export interface Signed {
  _type: string;
  version?: unknown;
  expires?: unknown;
  [member: string]: unknown;
}
export interface TargetsSigned extends Signed {
  targets?: Record<string, Entry>;
}
export interface Draft<S extends Signed = Signed> {
  signed: S;
  signers: VectorKey[];
}

/** Roots by number; the other roles by name, delegated ones under `delegations/`. */
export interface Pair {
  readonly director: { roots: Map<number, Draft>; targets: Draft<TargetsSigned> };
  readonly image: {
    roots: Map<number, Draft>;
    targets: Draft<TargetsSigned>;
    delegated: Map<string, Draft<TargetsSigned>>;
    snapshot: Draft;
    timestamp: Draft;
  };
  /** Changes what Snapshot, or Timestamp, list, once it is known. */
  readonly listing: { snapshot: (meta: Record<string, Members>) => void; timestamp: (meta: Members) => void };
  readonly images: Map<string, Uint8Array>;
  readonly keyIds: Map<VectorKey, string>;
  indented: boolean;
  /** The file that is listed by the hash and length of its bytes; all others are by their canonical form. */
  hashesOfBytes?: 'snapshot' | 'targets';
}

const imageOf = (name: string) => utf8(`${name} `.repeat(name.includes('p') ? 100 : 200));

function entryOf(name: string, custom: Members | undefined): Entry {
  const bytes = imageOf(name);
  const hashes = { sha256: hashHex('sha256', bytes), sha512: hashHex('sha512', bytes) };
  return { ...(custom !== undefined && { custom }), hashes, length: bytes.length };
}

export const genuine = (name: string, ecu: Ecu) =>
  entryOf(name, { hardwareIds: [hardware[ecu]], targetFormat: 'BINARY', version: 1 });
const assigned = (name: string, ecu: Ecu) =>
  entryOf(name, { ecuIdentifiers: { [ecu]: { hardwareId: hardware[ecu] } }, targetFormat: 'BINARY' });

function draft(_type: string, version: number, members: Members, key: VectorKey): Draft<TargetsSigned> {
  return { signed: { _type, expires: future, version, ...members }, signers: [key] };
}

export function root(version: number, roles: Readonly<Record<string, VectorKey>>): Draft {
  const keys = Object.fromEntries(Object.values(roles).map((key) => [key.id, key.listed]));
  const named = Object.entries(roles).map(([role, { id }]) => [role, { keyids: [id], threshold: 1 }]);
  return draft('Root', version, { keys, roles: Object.fromEntries(named) }, need(roles.root));
}

export const rootRoles = (key: (index: number) => VectorKey, first: number) => ({
  root: key(first),
  targets: key(first + 1),
  snapshot: key(first + 2),
  timestamp: key(first + 3),
});

/** Nothing wrong, and nothing assigned: every image that there is stands in the Image repository. */
export function newPair(key: (index: number) => VectorKey): Pair {
  const [ofImage, ofDirector] = [rootRoles(key, 0), rootRoles(key, 4)];
  const names: readonly (readonly [string, Ecu])[] = [
    ['p1.bin', 'primary-0'],
    ['s1.bin', 'secondary-1'],
    ['s2.bin', 'secondary-1'],
  ];
  const targets = Object.fromEntries(names.map(([name, ecu]) => [name, genuine(name, ecu)]));
  return {
    director: {
      roots: new Map([[1, root(1, ofDirector)]]),
      targets: draft('Targets', 1, { custom: { correlationId: 'urn:test:1' }, targets: {} }, ofDirector.targets),
    },
    image: {
      roots: new Map([[1, root(1, ofImage)]]),
      targets: draft('Targets', 1, { targets }, ofImage.targets),
      delegated: new Map(),
      snapshot: draft('Snapshot', 1, {}, ofImage.snapshot),
      timestamp: draft('Timestamp', 1, {}, ofImage.timestamp),
    },
    listing: { snapshot: () => {}, timestamp: () => {} },
    images: new Map(names.map(([name]) => [name, imageOf(name)])),
    keyIds: new Map(),
    indented: false,
  };
}

export function assign(pair: Pair, images: Readonly<Record<string, Ecu>>, version = 2): void {
  const { signed } = pair.director.targets;
  signed.version = version;
  signed.targets = Object.fromEntries(Object.entries(images).map(([name, ecu]) => [name, assigned(name, ecu)]));
}

/** All four of the Image repository's versions at once. */
export function imageVersion(pair: Pair, version: number): void {
  for (const role of ['targets', 'snapshot', 'timestamp'] as const) pair.image[role].signed.version = version;
}

export function delegate(
  pair: Pair,
  role: string,
  pattern: string,
  images: Readonly<Record<string, Ecu>>,
  key: VectorKey,
): void {
  const entry = { keyids: [key.id], name: role, paths: [pattern], terminating: false, threshold: 1 };
  const before = pair.image.targets.signed.delegations as { keys: Members; roles: readonly Members[] } | undefined;
  const keys = { ...before?.keys, [key.id]: key.listed };
  pair.image.targets.signed.delegations = { keys, roles: [...(before?.roles ?? []), entry] };
  const targets = Object.fromEntries(Object.entries(images).map(([name, ecu]) => [name, genuine(name, ecu)]));
  pair.image.delegated.set(role, draft('Targets', 1, { targets }, key));
  for (const name of Object.keys(images)) pair.images.set(name, imageOf(name));
}

const textOf = (value: unknown) => JSON.stringify(value).replace(/"=([^"]*)"/g, '$1');

/** Signed as aktualizr signs: over its form of the text that is written. */
function written({ signed, signers }: Draft, { indented, keyIds }: Pair): Uint8Array {
  const payload = aktualizrJson(succeeded(parseExactJson(utf8(textOf(signed)))));
  const signatures = signers.map((key) => ({
    keyid: keyIds.get(key) ?? key.id,
    method: key.method,
    sig: Buffer.from(key.sign(payload)).toString('base64'),
  }));
  const text = textOf({ signatures, signed });
  return utf8(indented ? JSON.stringify(JSON.parse(text), null, 1) : text);
}

/** As a Snapshot or Timestamp lists a file: hashes over its canonical form, the length of that too. */
function listed(bytes: Uint8Array, { signed }: Draft, { hashesOfBytes }: Pair): Members {
  const isOfBytes = hashesOfBytes !== undefined && `${signed._type}`.toLowerCase() === hashesOfBytes;
  const canonical = isOfBytes ? bytes : aktualizrJson(succeeded(parseExactJson(bytes)));
  const hashes = { sha256: hashHex('sha256', canonical), sha512: hashHex('sha512', canonical) };
  return { hashes, length: hashesOfBytes === undefined ? canonical.length : bytes.length, version: signed.version };
}

/** The files of both servers, as `director/1.root.json`. */
export function writePair(pair: Pair): Map<string, Uint8Array> {
  const { director, image } = pair;
  const files = new Map<string, Uint8Array>();
  const put = (name: string, part: Draft) => {
    const bytes = written(part, pair);
    files.set(name, bytes);
    return listed(bytes, part, pair);
  };
  for (const [number, part] of director.roots) put(`director/${number}.root.json`, part);
  put('director/targets.json', director.targets);
  for (const [number, part] of image.roots) put(`image/${number}.root.json`, part);
  const meta: Record<string, Members> = { 'root.json': { version: Math.max(...image.roots.keys()) } };
  meta['targets.json'] = put('image/targets.json', image.targets);
  for (const [name, part] of image.delegated) meta[`${name}.json`] = put(`image/delegations/${name}.json`, part);
  pair.listing.snapshot(meta);
  image.snapshot.signed.meta = meta;
  const snapshot = put('image/snapshot.json', image.snapshot);
  pair.listing.timestamp(snapshot);
  image.timestamp.signed.meta = { 'snapshot.json': snapshot };
  put('image/timestamp.json', image.timestamp);
  for (const [name, bytes] of pair.images) files.set(`image/targets/${name}`, bytes);
  return files;
}
