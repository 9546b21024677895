// Owns: a TUF repository in memory, whose metadata tests change at will and publish version by version. It keeps no rules: what
// it publishes is as right or as wrong as the test made it. Served by server.ts.
import { createHash } from 'node:crypto';
import { canonical, type Json, newSigner, type TufKey, type TufSigner } from './signer.ts';

export const topLevelRoles = ['root', 'timestamp', 'snapshot', 'targets'] as const;

interface Common {
  _type: string;
  spec_version: string;
  version: number;
  expires: string;
  [member: string]: unknown;
}

interface RoleKeys {
  keyids: string[];
  threshold: number;
  [member: string]: unknown;
}

export interface RootBody extends Common {
  consistent_snapshot: boolean;
  keys: Record<string, TufKey>;
  roles: Record<string, RoleKeys>;
}

export interface FileMeta {
  version: number;
  length?: number;
  hashes?: Record<string, string>;
}

export interface MetaBody extends Common {
  meta: Record<string, FileMeta>;
}

/** By patterns unless `path_hash_prefixes` are given. */
export interface DelegationTerms {
  readonly paths?: readonly string[];
  readonly path_hash_prefixes?: readonly string[];
  readonly terminating?: boolean;
  readonly threshold?: number;
}

interface DelegatedRole extends RoleKeys {
  name: string;
}

export interface TargetsBody extends Common {
  targets: Record<string, { length: number; hashes: Record<string, string> }>;
  delegations?: { keys: Record<string, TufKey>; roles?: DelegatedRole[]; succinct_roles?: RoleKeys };
}

export interface PublishedFile {
  signatures: { keyid: string; sig: string }[];
  signed: Record<string, unknown>;
}

const dayMs = 86_400_000;

/** As metadata writes a time, `days` from now. */
export function inDays(days: number): string {
  return new Date(Date.now() + days * dayMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

function digest(algorithm: string, data: Uint8Array): string {
  return createHash(algorithm).update(data).digest('hex');
}

function common(type: string): Common {
  return { _type: type, spec_version: '1.0.31', version: 1, expires: inDays(30) };
}

const metadataForm = /^(?:(\d+)\.)?(.+)\.json$/;

export class TufRepository {
  readonly root: RootBody = { ...common('root'), consistent_snapshot: true, keys: {}, roles: {} };
  readonly timestamp: MetaBody = { ...common('timestamp'), meta: { 'snapshot.json': { version: 1 } } };
  readonly snapshot: MetaBody = { ...common('snapshot'), meta: {} };
  readonly targets: TargetsBody = this.newTargets();
  /** Who signs a role when it is published. */
  readonly signers = new Map<string, Map<string, TufSigner>>();
  /** Every version of a role that is served, the first first. */
  readonly published = new Map<string, Uint8Array[]>();
  readonly artifacts = new Map<string, { data: Uint8Array; readonly hashes: readonly string[] }>();
  /** Whether published files are listed with hash and length. */
  listsHashes = false;
  /** `root 2` or `timestamp`, the role as it stood in the URL. */
  metadataRequests: string[] = [];
  artifactRequests: { readonly path: string; readonly prefix: string | undefined }[] = [];
  private readonly delegated = new Map<string, TargetsBody>();

  constructor() {
    for (const role of topLevelRoles) {
      this.root.roles[role] = { keyids: [], threshold: 1 };
      this.addKey(role);
    }
    this.publish('targets', 'snapshot', 'timestamp', 'root');
  }

  newTargets(): TargetsBody {
    return { ...common('targets'), targets: {} };
  }

  /** Lets a key sign for a top-level role, and signs with it. */
  addKey(role: string, signer = newSigner()): TufSigner {
    this.root.keys[signer.keyid] = signer.key;
    this.roleKeys(role).keyids.push(signer.keyid);
    this.addSigner(role, signer);
    return signer;
  }

  addSigner(role: string, signer: TufSigner): void {
    this.signersOf(role).set(signer.keyid, signer);
  }

  signersOf(role: string): Map<string, TufSigner> {
    const signers = this.signers.get(role) ?? new Map<string, TufSigner>();
    this.signers.set(role, signers);
    return signers;
  }

  /** Stops the first signer of a role from signing, without telling anybody. */
  removeSigner(role: string): void {
    const [first] = this.signersOf(role).keys();
    if (first !== undefined) this.signersOf(role).delete(first);
  }

  roleKeys(role: string): RoleKeys {
    const keys = this.root.roles[role];
    if (keys === undefined) throw new Error(`root names no role ${role}`);
    return keys;
  }

  /** Replaces all keys of a top-level role. */
  rotateKeys(role: string): void {
    this.roleKeys(role).keyids = [];
    this.signersOf(role).clear();
    for (let count = 0; count < this.roleKeys(role).threshold; count += 1) this.addKey(role);
  }

  /** The Targets of a role, delegated or not. */
  targetsOf(role: string): TargetsBody {
    const body = role === 'targets' ? this.targets : this.delegated.get(role);
    if (body === undefined) throw new Error(`no role ${role}`);
    return body;
  }

  /** Delegates to `role`, after what is delegated already; the role gets a key, and metadata unless it has some. */
  addDelegation(delegator: string, role: string, terms: DelegationTerms = {}, signer = newSigner()): void {
    const body = this.targetsOf(delegator);
    body.delegations ??= { keys: {}, roles: [] };
    const { paths, path_hash_prefixes, terminating = false, threshold = 1 } = terms;
    const scope = path_hash_prefixes === undefined ? { paths: paths ?? ['*'] } : { path_hash_prefixes };
    body.delegations.keys[signer.keyid] = signer.key;
    body.delegations.roles?.push({ name: role, terminating, threshold, keyids: [signer.keyid], ...scope });
    this.addSigner(role, signer);
    if (!this.delegated.has(role)) this.delegated.set(role, this.newTargets());
  }

  /** Delegates everything to 2^bitLength bins with one key; gives their names. */
  addSuccinctRoles(delegator: string, bitLength: number, namePrefix: string): readonly string[] {
    const signer = newSigner();
    this.targetsOf(delegator).delegations = {
      keys: { [signer.keyid]: signer.key },
      succinct_roles: { keyids: [signer.keyid], threshold: 1, bit_length: bitLength, name_prefix: namePrefix },
    };
    const digits = (2 ** bitLength - 1).toString(16).length;
    const bins = Array.from({ length: 2 ** bitLength }, (_, bin) => {
      return `${namePrefix}-${bin.toString(16).padStart(digits, '0')}`;
    });
    for (const bin of bins) {
      this.delegated.set(bin, this.newTargets());
      this.addSigner(bin, signer);
    }
    return bins;
  }

  /** Keeps an artifact and lists it. */
  addArtifact(role: string, data: string | Uint8Array, path: string, algorithms: readonly string[] = ['sha256']): void {
    const bytes = Buffer.from(data);
    const hashes = Object.fromEntries(algorithms.map((name) => [name, digest(name, bytes)]));
    this.targetsOf(role).targets[path] = { length: bytes.length, hashes };
    this.artifacts.set(path, { data: bytes, hashes: Object.values(hashes) });
  }

  /** Signs and serves the next version of each role: version 1 where none is served yet. Updates who lists it. */
  publish(...roles: readonly string[]): void {
    for (const role of roles) {
      const body = this.bodyOf(role);
      const served = this.published.get(role) ?? [];
      if (this.published.has(role)) body.version += 1;
      this.published.set(role, served);
      const bytes = this.sign(role);
      served.push(bytes);
      const hashed = this.listsHashes ? { length: bytes.length, hashes: { sha256: digest('sha256', bytes) } } : {};
      const meta: FileMeta = { version: body.version, ...hashed };
      if (role === 'snapshot') this.timestamp.meta['snapshot.json'] = meta;
      else if (role !== 'root' && role !== 'timestamp') this.snapshot.meta[`${role}.json`] = meta;
    }
  }

  /** The file that `publish` would serve. */
  sign(role: string): Uint8Array {
    const signed = this.bodyOf(role);
    const bytes = Buffer.from(canonical(signed as unknown as Json));
    const signatures = [...this.signersOf(role).values()].map((signer) => ({
      keyid: signer.keyid,
      sig: signer.sign(bytes),
    }));
    return Buffer.from(JSON.stringify({ signatures, signed }, undefined, 1));
  }

  /** No version of the role is served any more. */
  unpublish(role: string): void {
    this.published.delete(role);
  }

  /** Changes the latest served file of a role without signing it again. */
  tamper(role: string, change: (file: PublishedFile) => void): void {
    const served = this.published.get(role) ?? [];
    const file: PublishedFile = JSON.parse(Buffer.from(this.latest(role)).toString());
    change(file);
    served[served.length - 1] = Buffer.from(JSON.stringify(file));
  }

  latest(role: string): Uint8Array {
    const bytes = this.published.get(role)?.at(-1);
    if (bytes === undefined) throw new Error(`${role} is not published`);
    return bytes;
  }

  /** What is served at a path such as `metadata/2.root.json` or `targets/a/HASH.b`; the request is recorded. */
  fetch(path: string): Uint8Array | undefined {
    if (path.startsWith('metadata/')) return this.fetchMetadata(path.slice('metadata/'.length));
    if (path.startsWith('targets/')) return this.fetchArtifact(path.slice('targets/'.length));
    return undefined;
  }

  private fetchMetadata(file: string): Uint8Array | undefined {
    const [, digits, rest = ''] = metadataForm.exec(file) ?? [];
    const versioned = rest === 'root' || (this.root.consistent_snapshot && rest !== 'timestamp');
    if (!versioned || digits === undefined) {
      const role = file.replace(/\.json$/, '');
      this.metadataRequests.push(role);
      return versioned ? undefined : this.published.get(decodeURIComponent(role))?.at(-1);
    }
    this.metadataRequests.push(`${rest} ${digits}`);
    return this.published.get(decodeURIComponent(rest))?.[Number(digits) - 1];
  }

  private fetchArtifact(path: string): Uint8Array | undefined {
    const slash = path.lastIndexOf('/') + 1;
    const [prefix, ...name] = path.slice(slash).split('.');
    const prefixed = this.root.consistent_snapshot;
    const bare = prefixed ? path.slice(0, slash) + name.join('.') : path;
    this.artifactRequests.push({ path: bare, prefix: prefixed ? prefix : undefined });
    const artifact = this.artifacts.get(decodeURIComponent(bare)) ?? this.artifacts.get(bare);
    if (prefixed && prefix !== undefined && artifact?.hashes.includes(prefix) !== true) return undefined;
    return artifact?.data;
  }

  private bodyOf(role: string): Common {
    if (role === 'root') return this.root;
    if (role === 'timestamp') return this.timestamp;
    if (role === 'snapshot') return this.snapshot;
    return this.targetsOf(role);
  }
}
