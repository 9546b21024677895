// Owns: a Director and an Image repository in the form of aktualizr's test vectors, with keys of our own. Every part can be
// changed before it is signed and written. Knows nothing of which vectors there are.
import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { toHex, utf8 } from '../../src/core/bytes.ts';
import { hashHex } from '../../src/crypto/hashes.ts';
import { aktualizrJson, exactJson } from '../../src/uptane/json/aktualizrJson.ts';
import { canonicalJson, olpcJson } from '../../src/uptane/json/canonicalJson.ts';
import type { JsonValue } from '../../src/uptane/json/strictJson.ts';
import { keyNamed } from '../uptane/support/fixtures.ts';

export const serial = 'test_primary_ecu_serial';
export const hardwareId = 'test_primary_hardware_id';
const future = '2038-01-19T03:14:06Z';
export const past = '2017-01-01T00:00:00Z';
export const image = utf8('wat wat wat');

export interface VectorKey {
  readonly id: string;
  /** As metadata lists it. */
  readonly listed: object;
  readonly method: string;
  sign(payload: Uint8Array): Uint8Array;
}

/** The identifier is the hash of the public value as JSON text: not the hash of the key. */
const idOf = (value: string) => hashHex('sha256', utf8(JSON.stringify(value)));

export function ed25519Key(index: number): VectorKey {
  const { key, sign } = keyNamed(`vector ${index}`);
  const listed = { keytype: 'ed25519', keyval: { public: key.keyval.public } };
  return { id: idOf(key.keyval.public), listed, method: 'ed25519', sign };
}

/** RSA keys, each made when it is first asked for. */
export function rsaKeys(bits: number): (index: number) => VectorKey {
  const made = new Map<number, VectorKey>();
  return (index) => {
    const known = made.get(index) ?? rsaKey(bits);
    made.set(index, known);
    return known;
  };
}

function rsaKey(bits: number): VectorKey {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString().trim();
  const pss = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  return {
    id: idOf(pem),
    listed: { keytype: 'rsa', keyval: { public: pem } },
    method: 'rsassa-pss-sha256',
    sign: (payload) => new Uint8Array(sign('sha256', payload, pss)),
  };
}

export interface Common {
  _type: string;
  version: number;
  expires: string;
}
export interface RootSigned extends Common {
  consistent_snapshot: boolean;
  keys: Record<string, object>;
  roles: Record<string, { keyids: string[]; threshold: number }>;
}
export interface TargetEntry {
  length: number;
  hashes: Record<string, string>;
  custom: { ecuIdentifiers?: Record<string, { hardwareId: string }>; hardwareIds?: string[] };
}
export interface DelegationEntry {
  name: string;
  keyids: string[];
  threshold: number;
  paths: string[];
  terminating: boolean;
}
export interface TargetsSigned extends Common {
  targets: Record<string, TargetEntry>;
  delegations?: { keys: Record<string, object>; roles: DelegationEntry[] };
}
export interface SnapshotSigned extends Common {
  meta: Record<string, { version: number; length?: number; hashes?: Record<string, string> }>;
}

/** A file before it is signed. `repeated`: each signature stands in it twice. */
export interface Draft<S extends Common = Common> {
  readonly signed: S;
  signers: VectorKey[];
  repeated?: boolean;
}

/** What both servers offer at one step. Roots by the number in their name. */
export interface PairDraft {
  readonly director: { readonly roots: Map<number, Draft<RootSigned>>; readonly targets: Draft<TargetsSigned> };
  readonly image: {
    readonly roots: Map<number, Draft<RootSigned>>;
    /** What it says of the Snapshot is written with it. */
    readonly timestamp: Draft;
    readonly snapshot: Draft<SnapshotSigned>;
    readonly targets: Draft<TargetsSigned>;
    readonly delegated: Map<string, Draft<TargetsSigned>>;
    readonly images: Map<string, Uint8Array>;
    /** Whether the Snapshot lists the hash and length of the Targets. */
    listsTargetsHash?: boolean;
  };
}

export interface Form {
  readonly canonical: 'aktualizr' | 'rfc8785' | 'olpc';
  readonly signatures: 'hex' | 'base64';
  readonly pretty: boolean;
}

/** Puts the keys under the role, with a threshold of all of them. */
export function setRole(root: Draft<RootSigned>, role: string, keys: readonly VectorKey[]): void {
  for (const key of keys) root.signed.keys[key.id] = key.listed;
  root.signed.roles[role] = { keyids: keys.map(({ id }) => id), threshold: keys.length };
}

const common = (_type: string): Common => ({ _type, version: 1, expires: future });

export function newRoot(roles: Readonly<Record<string, VectorKey>>): Draft<RootSigned> {
  const signers = roles.root === undefined ? [] : [roles.root];
  const root = { signed: { ...common('Root'), consistent_snapshot: false, keys: {}, roles: {} }, signers };
  for (const [role, key] of Object.entries(roles)) setRole(root, role, [key]);
  return root;
}

export function entryOf(bytes: Uint8Array, custom: TargetEntry['custom']): TargetEntry {
  return {
    custom,
    hashes: { sha256: hashHex('sha256', bytes), sha512: hashHex('sha512', bytes) },
    length: bytes.length,
  };
}

export const directorCustom = () => ({ ecuIdentifiers: { [serial]: { hardwareId } } });

function newTargets(targets: Record<string, TargetEntry>, key: VectorKey): Draft<TargetsSigned> {
  return { signed: { ...common('Targets'), targets }, signers: [key] };
}

/** Delegates to a role and adds its file, listed in the Snapshot. */
export function delegate(pair: PairDraft, name: string, key: VectorKey): DelegationEntry {
  const entry = { keyids: [key.id], name, paths: ['file.txt'], terminating: false, threshold: 1 };
  pair.image.targets.signed.delegations = { keys: { [key.id]: key.listed }, roles: [entry] };
  pair.image.delegated.set(name, newTargets({ 'file.txt': entryOf(image, directorCustom()) }, key));
  pair.image.snapshot.signed.meta[`${name}.json`] = { version: 1 };
  return entry;
}

/** Two repositories with nothing wrong in them. Keys 0 to 3 are the Image repository's, 4 and 5 the Director's. */
export function newPair(key: (index: number) => VectorKey): PairDraft {
  return {
    director: {
      roots: new Map([[1, newRoot({ root: key(4), targets: key(5) })]]),
      targets: newTargets({ 'file.txt': entryOf(image, directorCustom()) }, key(5)),
    },
    image: {
      roots: new Map([[1, newRoot({ root: key(0), targets: key(1), snapshot: key(2), timestamp: key(3) })]]),
      timestamp: { signed: common('Timestamp'), signers: [key(3)] },
      snapshot: { signed: { ...common('Snapshot'), meta: { 'targets.json': { version: 1 } } }, signers: [key(2)] },
      targets: newTargets({ 'file.txt': entryOf(image, { hardwareIds: [hardwareId] }) }, key(1)),
      delegated: new Map(),
      images: new Map([['file.txt', image]]),
    },
  };
}

const canonicalIn: Readonly<Record<Form['canonical'], (value: JsonValue) => Uint8Array | undefined>> = {
  aktualizr: (value) => aktualizrJson(exactJson(value)),
  rfc8785: canonicalJson,
  olpc: olpcJson,
};

function writeFile({ signed, signers, repeated }: Draft, { canonical, signatures, pretty }: Form): Uint8Array {
  const value = signed as unknown as JsonValue;
  const payload = canonicalIn[canonical](value);
  if (payload === undefined) throw new Error('no OLPC form');
  const entries = signers.map(({ id, method, sign }) => {
    const made = sign(payload);
    return { keyid: id, method, sig: signatures === 'hex' ? toHex(made) : Buffer.from(made).toString('base64') };
  });
  const file = { signatures: repeated === true ? [...entries, ...entries] : entries, signed };
  return pretty ? utf8(`${JSON.stringify(file, null, 2)}\n`) : canonicalJson(file);
}

/** The files of both servers, as `director/1.root.json`. */
export function writePair({ director, image: genuine }: PairDraft, form: Form): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const put = (name: string, draft: Draft) => files.set(name, writeFile(draft, form)).get(name) ?? new Uint8Array();
  for (const [number, root] of director.roots) put(`director/${number}.root.json`, root);
  put('director/targets.json', director.targets);
  for (const [number, root] of genuine.roots) put(`image_repo/${number}.root.json`, root);
  for (const [name, draft] of genuine.delegated) put(`image_repo/delegations/${name}.json`, draft);
  const targets = put('image_repo/targets.json', genuine.targets);
  if (genuine.listsTargetsHash === true) {
    const { version } = genuine.targets.signed;
    const hashes = { sha256: hashHex('sha256', canonicalJson(JSON.parse(new TextDecoder().decode(targets)))) };
    genuine.snapshot.signed.meta['targets.json'] = { version, length: targets.length, hashes };
  }
  const snapshot = put('image_repo/snapshot.json', genuine.snapshot);
  // The hash is over the canonical form, the length that of the text.
  const hashed = canonicalJson(JSON.parse(new TextDecoder().decode(snapshot)));
  const hashes = { sha256: hashHex('sha256', hashed), sha512: hashHex('sha512', hashed) };
  const meta = { 'snapshot.json': { version: genuine.snapshot.signed.version, length: snapshot.length, hashes } };
  put('image_repo/timestamp.json', { ...genuine.timestamp, signed: { ...genuine.timestamp.signed, meta } as Common });
  for (const [name, bytes] of genuine.images) files.set(`image_repo/${name}`, bytes);
  return files;
}
