// Owns: an Image repository of any tree of delegations beside a Director, written as data, and an ECU that searches it.
import { utf8 } from '../../../src/core/bytes.ts';
import type { RemoteFault } from '../../../src/core/faults.ts';
import { formatUtc } from '../../../src/core/utc.ts';
import { hashHex } from '../../../src/crypto/hashes.ts';
import { decodeMetadata } from '../../../src/uptane/decode/metadata.ts';
import type { RepositoryName, Root, Signed } from '../../../src/uptane/model/metadata.ts';
import { fileName, uptaneProfile } from '../../../src/uptane/model/profile.ts';
import type { SigningKey } from '../../../src/uptane/signing/keys.ts';
import { signMetadata } from '../../../src/uptane/signing/sign.ts';
import { type FullTrust, verifyFull } from '../../../src/uptane/verification/full.ts';
import { type MetadataRequest, runProcedure } from '../../../src/uptane/verification/procedure.ts';
import { begin, keyNamed, signatures, succeeded } from './fixtures.ts';

/** What a Targets file says: `images` list the genuine image under these names, `entries` whatever they say. */
export interface RoleSpec {
  readonly images?: readonly string[];
  readonly entries?: Readonly<Record<string, object>>;
  readonly to?: readonly DelegationSpec[];
  /** By default the key that has the role's name. */
  readonly signers?: readonly SigningKey[];
  readonly version?: number;
  readonly expires?: number;
}

interface Conditions {
  /** By default any name of one part. */
  readonly paths?: readonly string[];
  readonly terminating?: boolean;
  readonly hardwareIds?: readonly string[];
}
/** To one role. By default the key that has its name, and a threshold of all keys. */
interface SingleSpec extends Conditions {
  readonly name: string;
  readonly keys?: readonly SigningKey[];
  readonly threshold?: number;
}
/** To several, of which so many must agree. */
interface MultiSpec extends Conditions {
  readonly names: readonly string[];
  readonly agreement: number;
}
export type DelegationSpec = SingleSpec | MultiSpec;

export interface TreeSpec {
  readonly top: RoleSpec;
  readonly roles?: Readonly<Record<string, RoleSpec>>;
  /** The ECUs, with their hardware, for which the Director wants each image; by default one for `app.bin`. */
  readonly wanted?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Changes what the Snapshot lists. */
  readonly meta?: (meta: Record<string, { version?: number; length?: number; hashes?: object }>) => void;
  /** Version of the Timestamp, the Snapshot and the top-level Targets. */
  readonly edition?: number;
}

const image = utf8('the image');
/** The image as Targets list it, with changes. */
export const entryOf = (changes: object = {}, mustMatch: object = {}): object => ({
  length: image.length,
  hashes: { sha256: hashHex('sha256', image) },
  custom: { mustMatch: { hardwareIds: ['hw'], releaseCounter: 1, ...mustMatch } },
  ...changes,
});
/** Another image of the same name. */
export const evil = entryOf({ hashes: { sha256: hashHex('sha256', utf8('evil image')) } });

const farFuture = begin + 1_000_000;

function delegationsOf(specs: readonly DelegationSpec[]): object {
  const keys: Record<string, object> = {};
  const trust = (name: string, signers = [keyNamed(name)], threshold = signers.length) => {
    for (const { keyId, key } of signers) keys[keyId] = key;
    return { name, keyids: signers.map(({ keyId }) => keyId), threshold };
  };
  const roles = specs.map(({ paths = ['*'], terminating, hardwareIds, ...spec }) => ({
    paths,
    ...(terminating !== undefined && { terminating }),
    ...(hardwareIds !== undefined && { hardwareIds }),
    ...('names' in spec
      ? { roles: spec.names.map((name) => trust(name)), agreement: spec.agreement }
      : trust(spec.name, spec.keys && [...spec.keys], spec.threshold)),
  }));
  return { keys, roles };
}

function common(type: string, version: number, expires = farFuture): object {
  return { _type: type, spec_version: '1.0.31', version, expires: formatUtc(expires) };
}

export function writeRole(
  name: string,
  { images = [], entries, to, signers, version = 1, expires }: RoleSpec,
): Uint8Array {
  const targets = { ...Object.fromEntries(images.map((filename) => [filename, entryOf()])), ...entries };
  const delegations = to === undefined ? {} : { delegations: delegationsOf(to) };
  return signMetadata({ ...common('targets', version, expires), targets, ...delegations }, signers ?? [keyNamed(name)]);
}

const listing = (version: number, bytes: Uint8Array) => ({
  version,
  length: bytes.length,
  hashes: { sha256: hashHex('sha256', bytes) },
});

/** One key for all roles of a repository: keys are not what these tests are about. */
const rootKeys: Readonly<Record<RepositoryName, SigningKey>> = {
  director: keyNamed('director'),
  image: keyNamed('targets'),
};

function rootOf(repository: RepositoryName): Signed<Root> {
  const { keyId, key } = rootKeys[repository];
  const role = { keyids: [keyId], threshold: 1 };
  const roles = { root: role, timestamp: role, snapshot: role, targets: role };
  const bytes = signMetadata({ ...common('root', 1), keys: { [keyId]: key }, roles }, [rootKeys[repository]]);
  return succeeded(decodeMetadata({ profile: uptaneProfile, repository, role: 'root' }, bytes));
}
export const provisioned: FullTrust = { director: { root: rootOf('director') }, image: { root: rootOf('image') } };

function writeTop(
  files: Map<string, Uint8Array>,
  repository: RepositoryName,
  edition: number,
  targets: Uint8Array,
  delegated: Record<string, object>,
  change: TreeSpec['meta'] = () => {},
): void {
  const meta = { 'targets.json': listing(edition, targets), ...delegated };
  change(meta);
  const signers = [rootKeys[repository]];
  const snapshot = signMetadata({ ...common('snapshot', edition), meta }, signers);
  const stamp = { ...common('timestamp', edition), meta: { 'snapshot.json': listing(edition, snapshot) } };
  files.set(`${repository}/timestamp.json`, signMetadata(stamp, signers));
  files.set(`${repository}/${edition}.snapshot.json`, snapshot);
  files.set(`${repository}/${edition}.targets.json`, targets);
}

/** The files of both repositories. */
export function grow({ top, roles = {}, wanted, meta, edition = 1 }: TreeSpec): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const director = Object.entries(wanted ?? { 'app.bin': { 'ecu-1': 'hw' } }).map(([filename, ecus]) => {
    const ecuIdentifiers = Object.fromEntries(Object.entries(ecus).map(([ecu, hardwareId]) => [ecu, { hardwareId }]));
    const mustMatch = { hardwareIds: [...new Set(['hw', ...Object.values(ecus)])], releaseCounter: 1 };
    return [filename, entryOf({ custom: { mustMatch, ecuIdentifiers } })];
  });
  const targets = { ...common('targets', edition), custom: { vin: 'V' }, targets: Object.fromEntries(director) };
  writeTop(files, 'director', edition, signMetadata(targets, [rootKeys.director]), {});
  const listed: Record<string, object> = {};
  for (const [name, spec] of Object.entries(roles)) {
    const bytes = writeRole(name, spec);
    const version = spec.version ?? 1;
    files.set(`image/${fileName(uptaneProfile, { role: 'targets', delegated: name, version })}`, bytes);
    listed[`${name}.json`] = listing(version, bytes);
  }
  writeTop(files, 'image', edition, writeRole('targets', { ...top, version: edition }), listed, meta);
  return files;
}

/** What the ECU trusts before, what is served to it, and when. */
interface Attempt {
  readonly trusted: FullTrust;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly now: number;
}

export interface Search {
  /** Undefined where every image was found and matches. */
  readonly fault: RemoteFault | undefined;
  readonly trusted: FullTrust;
  readonly notices: readonly RemoteFault[];
  /** The delegated files that were asked for, in order. */
  readonly asked: readonly string[];
  readonly requests: readonly MetadataRequest[];
}

/** Full verification of a tree by an ECU that may have verified before. */
export function search(
  spec: TreeSpec,
  { trusted = provisioned, files = grow(spec), now = begin }: Partial<Attempt> = {},
): Search {
  const requests: MetadataRequest[] = [];
  const ecu = { signatures, profile: uptaneProfile, now, vin: 'V', vehicleEcus: undefined };
  const outcome = runProcedure(
    verifyFull(ecu, trusted, () => true),
    (request) => {
      requests.push(request);
      return files.get(`${request.repository}/${fileName(uptaneProfile, request)}`);
    },
  );
  return {
    fault: outcome.result.ok ? undefined : outcome.result.fault,
    trusted: { image: trusted.image, ...outcome.trusted },
    notices: outcome.notices,
    asked: requests
      .filter(({ delegated }) => delegated !== undefined)
      .map((request) => fileName(uptaneProfile, request)),
    requests,
  };
}
