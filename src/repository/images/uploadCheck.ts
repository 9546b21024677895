// Owns: whether an upload may be taken in: signed by whom its role is trusted to, and the image that it lists left to that role by
// everybody on the way from the top, judged with the very checks and search of a vehicle. I3 I4
import type { RemoteFault } from '../../core/faults.ts';
import { imageBytesMax } from '../../core/limits.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import { refuse } from '../../uptane/checks/context.ts';
import { disagreeingHash, equalHashes, hashesDiffer } from '../../uptane/checks/hashes.ts';
import { signersOf } from '../../uptane/checks/root.ts';
import { checkTargets } from '../../uptane/checks/targets.ts';
import { decodeMetadata } from '../../uptane/decode/metadata.ts';
import { faultSummary, remoteFault } from '../../uptane/model/faults.ts';
import type { MustMatch, Root, Signed, Signers, Snapshot, Target, Targets } from '../../uptane/model/metadata.ts';
import { uptaneProfile } from '../../uptane/model/profile.ts';
import { ImageSearch } from '../../uptane/verification/delegations.ts';
import { runProcedure, type Verifying } from '../../uptane/verification/procedure.ts';
import { uploadedVersionStepMax } from '../limits.ts';
import { readReleases } from './release.ts';

/** What is handed in: a role's new metadata. */
export interface MetadataUpload {
  readonly role: string;
  /** The role's new Targets file, signed by its key holders. */
  readonly signedTargets: Uint8Array;
}

/** The same, with the image that it lists anew. */
export interface ImageUpload extends MetadataUpload {
  readonly filename: string;
  readonly bytes: Uint8Array;
  readonly mustMatch: MustMatch;
}

/** The repository as it stands. */
export interface KeptFiles {
  readonly signatures: Signatures;
  readonly root: Signed<Root>;
  /** The latest file of each role that a vehicle can come to. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Seconds since 1970. */
  readonly now: number;
}

type Files = ReadonlyMap<string, Signed<Targets>>;

/** The role's new metadata, or an `upload-refused`. */
export function checkUpload(
  kept: KeptFiles,
  upload: MetadataUpload | ImageUpload,
): Result<Signed<Targets>, RemoteFault> {
  const image = 'filename' in upload ? upload : undefined;
  const refused = (clause: 'I3' | 'I4', message: string) => {
    const about = {
      repository: 'image',
      role: upload.role,
      ...(image !== undefined && { file: image.filename }),
    } as const;
    return fail(
      remoteFault({ clause, code: 'upload-refused', indicates: 'arbitrary-installation', message, ...about }),
    );
  };
  const current = decodeAll(kept.files);
  const before = current.get(upload.role);
  // I3: signed by whom the role is trusted to, and of a form that is kept here
  const signed = checkSigned(kept, current, upload, before?.body);
  if (!signed.ok) return refused('I3', faultSummary(signed.fault));
  if (signed.value === undefined) return refused('I3', `nobody delegates to role ${upload.role}`);
  const { body } = signed.value;
  if (body.delegations?.succinct !== undefined) return refused('I3', 'hash bins are not kept here');
  const releases = readReleases(upload.signedTargets);
  if (!releases.ok) return refused('I3', releases.fault);
  // I4: it lists no other image than the uploaded one, and the chain of delegations leads to it
  const wrong =
    strayEntry(body, before?.body, image?.filename) ??
    (image && (wrongEntry(body, image) ?? brokenChain(kept, current, image, signed.value)));
  return wrong === undefined ? ok(signed.value) : refused('I4', wrong);
}

function decodeAll(files: ReadonlyMap<string, Uint8Array>): Files {
  const decoded = new Map<string, Signed<Targets>>();
  for (const [role, bytes] of files) {
    const file = decodeMetadata({ profile: uptaneProfile, repository: 'image', role: 'targets' }, bytes);
    if (!file.ok) throw new Error(`a published file is malformed: ${file.fault.message}`);
    decoded.set(role, file.value);
  }
  return decoded;
}

/** As whom the repository looks at its own files: a vehicle of which nothing more is known. */
function verifying({ signatures, now }: Pick<KeptFiles, 'signatures' | 'now'>): Verifying {
  return { signatures, profile: uptaneProfile, now, vin: undefined, vehicleEcus: undefined, notices: [] };
}

/** V, and a version that grew: a Targets file that `signers` hand in. I3 */
export function checkRoleFile(
  kept: Pick<KeptFiles, 'signatures' | 'now'>,
  role: string,
  signers: Signers,
  before: Pick<Targets, 'version'> | undefined,
  bytes: Uint8Array,
): Result<Signed<Targets>, RemoteFault> {
  const at = { ...verifying(kept), repository: 'image', role, file: `${role}.json` } as const;
  const checked = checkTargets({ ...at, signers, listed: undefined, trusted: undefined }, bytes);
  if (!checked.ok) return checked;
  const { version } = checked.value.body;
  const last = before?.version ?? 0;
  // No version can follow the highest there is: who has a key for a moment could close the role for ever. B5
  if (version > last + uploadedVersionStepMax) {
    const step = `version ${version} is more than ${uploadedVersionStepMax} above ${last}`;
    return refuse(at, { clause: 'B5', code: 'upload-refused', message: step });
  }
  if (before === undefined || version > last) return checked;
  const message = `version ${version} after ${last}`;
  return refuse(at, { clause: 'V4', code: 'rollback', indicates: 'rollback', message });
}

/** By the keys of anybody who trusts the role; undefined where nobody does. */
function checkSigned(
  kept: KeptFiles,
  current: Files,
  { role, signedTargets }: MetadataUpload,
  before: Targets | undefined,
): Result<Signed<Targets> | undefined, RemoteFault> {
  let refusal: Result<undefined, RemoteFault> = ok(undefined);
  for (const signers of delegatorsOf(kept.root.body, current, role)) {
    const checked = checkRoleFile(kept, role, signers, before, signedTargets);
    if (checked.ok) return checked;
    if (refusal.ok) refusal = checked;
  }
  return refusal;
}

/** With which keys each of those who trust a role names it. */
function delegatorsOf(root: Root, current: Files, role: string): readonly Signers[] {
  if (role === 'targets') return [signersOf(root, 'targets')];
  return [...current.values()].flatMap(({ body: { delegations } }) => {
    const trusted = delegations?.roles.flatMap(({ roles }) => roles).filter(({ name }) => name === role) ?? [];
    return trusted.map((named) => ({ role: named, keys: delegations?.keys ?? new Map() }));
  });
}

/** An image that is listed anew or changed, although only `filename` was handed in. */
function strayEntry(body: Targets, before: Targets | undefined, filename: string | undefined): string | undefined {
  const isKnown = (entry: Target) => {
    const known = before?.targets.get(entry.filename);
    return known !== undefined && known.length === entry.length && equalHashes(known.hashes, entry.hashes);
  };
  const stray = [...body.targets.values()].find((entry) => entry.filename !== filename && !isKnown(entry));
  return stray && `${stray.filename} is listed, and its bytes were not handed in`;
}

/** D2 D6: what is wrong with the entry of the image that was handed in. */
function wrongEntry(body: Targets, { filename, bytes, mustMatch }: ImageUpload): string | undefined {
  const entry = body.targets.get(filename);
  if (entry === undefined) return 'the metadata does not list the image';
  if (bytes.length > imageBytesMax) return `longer than ${imageBytesMax} bytes`;
  if (entry.length !== bytes.length) return `${bytes.length} bytes where ${entry.length} are listed`;
  const wrong = disagreeingHash(bytes, entry.hashes);
  if (wrong !== undefined) return hashesDiffer(wrong, 'of the image is not the listed one').message;
  const text = ({ hardwareIds, releaseCounter, others }: MustMatch) =>
    JSON.stringify([hardwareIds?.toSorted(), releaseCounter, others]);
  return text(entry.mustMatch) === text(mustMatch) ? undefined : 'it is listed with other metadata that must match';
}

/** W X: why a vehicle that looks for the image would not come to the role. */
function brokenChain(
  kept: KeptFiles,
  current: Files,
  { role, filename, mustMatch }: ImageUpload,
  uploaded: Signed<Targets>,
): string | undefined {
  if (role === 'targets') return undefined;
  const { root } = kept;
  const [targets, others] = [current.get('targets'), new Map(current)];
  if (targets === undefined) return 'the repository has no Targets yet';
  others.delete(role);
  const snapshot = unsignedSnapshot(new Map([...current, [role, uploaded]]));
  const search = new ImageSearch(verifying(kept), { root, delegated: others }, { root, targets, snapshot });
  const wanted = { filename, hardwareIds: mustMatch.hardwareIds ?? [] };
  const found = runProcedure(search.find(wanted), ({ delegated }) => (delegated === role ? uploaded.bytes : undefined));
  // Roles of which several must agree come one after the other: of the last one only is the image found.
  if (search.loaded.has(role)) return undefined;
  if (found.ok) return 'a role that comes before it lists an image of this name';
  return `nobody leaves this image to role ${role}: ${found.fault.message}`;
}

/** The Snapshot that a vehicle would read if the upload were taken in. */
function unsignedSnapshot(files: Files): Signed<Snapshot> {
  const meta = new Map(
    [...files].map(([name, { bytes, body }]) => [
      `${name}.json`,
      { version: body.version, length: bytes.length, hashes: {} },
    ]),
  );
  const body: Snapshot = { type: 'snapshot', version: 1, expires: 0, meta };
  return { bytes: new Uint8Array(), body, signedForms: [], signatures: [] };
}
