// Owns: the Image repository: which images are genuine by whose word, and their bytes. I
import { InputError, type RemoteFault } from '../../core/faults.ts';
import { ok, type Result } from '../../core/result.ts';
import { ed25519Node } from '../../crypto/ed25519Node.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import { isImageFilename } from '../../uptane/decode/fields.ts';
import { faultText } from '../../uptane/model/faults.ts';
import { type Hashes, type MustMatch, storedImageName } from '../../uptane/model/metadata.ts';
import { type CurrentFiles, imagesFolder, Publication, type Validity } from '../roles/publication.ts';
import { canSign, type RoleHolders, signersFrom, thresholdOf } from '../roles/roleKeys.ts';
import { type KeyChange, type NextRoot, Roots } from '../roles/roots.ts';
import { type Edition, imageEntry, type ListedImage, listImage, type TargetsFile } from '../roles/writeMetadata.ts';
import { type Delegatee, type NewDelegation, withDelegation, withKeysOf, withoutRole } from './delegating.ts';
import { checkDeclaration, type Release, type ReleaseDeclaration, readReleases } from './release.ts';
import { TargetsRole } from './targetsRole.ts';
import { checkRoleFile, checkUpload, type ImageUpload, type MetadataUpload } from './uploadCheck.ts';

/** How an image is listed, apart from what must match. */
export interface Listing {
  /** The role that lists it; `targets` if it is not given. */
  readonly role?: string;
  /** What it declares of itself and of other ECUs' images. J7 */
  readonly release?: ReleaseDeclaration;
}

export class ImageRepository {
  /** The first root, as vehicles are given it. */
  readonly root: Uint8Array;
  private readonly signatures: Signatures;
  private readonly roots: Roots;
  private readonly publication: Publication;
  /** By name, the top-level one first; a revoked one stays until the Snapshot's keys rotate (policy 11). */
  private readonly roles = new Map([['targets', new TargetsRole('targets')]]);
  private readonly images = new Map<string, Uint8Array>();

  /** The keys of Snapshot and Timestamp must be at hand, and those that sign the first root. `now`: seconds since 1970. */
  constructor(holders: RoleHolders, validity: Validity, now: number, signatures: Signatures = ed25519Node()) {
    const online = ['timestamp', 'snapshot'] as const;
    this.signatures = signatures;
    this.roots = new Roots({ signatures, repository: 'image', holders, online, validity: validity.root, now });
    this.root = this.roots.first;
    this.publication = new Publication(this.roots, validity, (edition, now) => this.writeTargets(edition, now));
    this.takeTopLevelKeys();
  }

  /** Lists an image by a role whose keys are at hand; `publish` makes it public. Throws an InputError. */
  add(
    filename: string,
    bytes: Uint8Array,
    mustMatch: MustMatch,
    { role = 'targets', release }: Listing = {},
  ): ListedImage {
    if (!isImageFilename(filename)) throw new InputError(`${filename}: an image cannot have this name`);
    const listed = listImage(filename, bytes, mustMatch);
    const declared = release && checkDeclaration(release);
    if (declared?.ok === false) throw new InputError(`${filename}: ${declared.fault}`);
    this.writtenRole(role).list(
      filename,
      imageEntry(listed, declared === undefined ? {} : { release: declared.value }),
    );
    this.store(filename, listed.hashes, bytes);
    return listed;
  }

  /** I3 I4: takes in what a role's key holders signed, and publishes it; or else nothing has happened. */
  upload(upload: ImageUpload | MetadataUpload, now: number): Result<void, RemoteFault> {
    const reachable = this.reachable();
    const files = new Map([...reachable].flatMap(({ name, file }) => (file === undefined ? [] : [[name, file.bytes]])));
    const kept = { signatures: this.signatures, root: this.roots.latestRoot, files, now };
    const checked = checkUpload(kept, upload);
    if (!checked.ok) return checked;
    const { body, bytes } = checked.value;
    const role = this.roles.get(upload.role) ?? new TargetsRole(upload.role);
    this.roles.set(role.name, role);
    role.accept(bytes, body, now);
    const entry = 'filename' in upload ? body.targets.get(upload.filename) : undefined;
    if (entry !== undefined && 'filename' in upload) this.store(entry.filename, entry.hashes, upload.bytes);
    this.publish(now);
    return ok();
  }

  /** E: leaves images to other roles, from the next `publish` on. Throws an InputError. */
  delegate(delegation: NewDelegation, now: number): void {
    const from = this.writtenRole(delegation.from ?? 'targets');
    const delegations = withDelegation(from.delegations, delegation);
    const reachable = this.reachable();
    for (const delegatee of delegation.to) {
      const known = this.roles.get(delegatee.name);
      if (known !== undefined && reachable.has(known) && !known.hasKeys(delegatee.holders)) {
        throw new InputError(`role ${delegatee.name}: it has other keys elsewhere`);
      }
    }
    const begun = delegation.to.map((delegatee) => this.begun(delegatee, reachable, now));
    for (const begin of begun) begin();
    from.delegate(delegations);
  }

  /** Takes back every delegation by which `from` trusts the role, from the next `publish` on. Policy 11 */
  revoke(name: string, from = 'targets'): void {
    const delegator = this.writtenRole(from);
    if (!delegator.delegatees.includes(name)) throw new InputError(`role ${from}: it does not delegate to ${name}`);
    delegator.delegate(withoutRole(delegator.delegations, name));
  }

  /** Gives a delegated role other keys wherever it is trusted, from the next `publish` on. Throws an InputError. */
  rotateDelegated(delegatee: Delegatee, now: number): void {
    const delegators = [...this.reachable()].filter(({ delegatees }) => delegatees.includes(delegatee.name));
    if (delegators.length === 0) throw new InputError(`role ${delegatee.name}: nobody delegates to it`);
    const changes = delegators.map(({ name }) => {
      const role = this.writtenRole(name);
      return { role, delegations: withKeysOf(role.delegations, delegatee) };
    });
    this.begun(delegatee, this.reachable(), now)();
    for (const { role, delegations } of changes) role.delegate(delegations);
  }

  publish(now: number): void {
    this.publication.publish(now);
  }

  /** Rotates keys of the four roles: a new root, and everything re-signed at once. S3 */
  rotate(change: KeyChange, now: number): Result<void, RemoteFault> {
    const rotated = this.roots.rotate(change, now);
    if (rotated.ok) this.keysRotated(change, now);
    return rotated;
  }

  /** Of the latest root, seconds since 1970: `renewRoot` has to come before, and nothing calls it by itself. S6 */
  get rootExpires(): number {
    return this.roots.latestRoot.body.expires;
  }

  /** The same root with a later expiry. */
  renewRoot(now: number): Result<void, RemoteFault> {
    return this.roots.rotate({}, now);
  }

  /** A root that key holders elsewhere are to sign; `acceptRoot` takes it when they have. */
  draftRoot(change: KeyChange, now: number): NextRoot {
    return this.roots.draft(change, now);
  }

  acceptRoot(next: NextRoot, now: number): Result<void, RemoteFault> {
    const accepted = this.roots.accept(next);
    if (accepted.ok) this.keysRotated(next.change, now);
    return accepted;
  }

  /** The images on offer that declare what they need beside them. J7 */
  releases(): readonly Release[] {
    return [...this.reachable()].flatMap(({ file }) => {
      const releases = file && readReleases(file.bytes);
      return releases?.ok ? releases.value : [];
    });
  }

  file(name: string, now: number): Uint8Array | undefined {
    return this.publication.file(name, now);
  }

  /** Everything that can be fetched, by the path where it is to be found; images first, the Timestamp last. */
  files(now: number): ReadonlyMap<string, Uint8Array> {
    const images = [...this.images].map(([name, bytes]) => [`${imagesFolder}/${name}`, bytes] as const);
    return new Map([...images, ...this.publication.all(now)]);
  }

  current(): CurrentFiles | undefined {
    return this.publication.current();
  }

  /** A range of an image by its stored name; undefined where there is no such image. */
  image(name: string, offset: number, length: number): Uint8Array | undefined {
    return this.images.get(name)?.subarray(offset, offset + length);
  }

  private store(filename: string, hashes: Hashes, bytes: Uint8Array): void {
    for (const value of Object.values(hashes)) this.images.set(storedImageName(filename, value), bytes);
  }

  private keysRotated(change: KeyChange, now: number): void {
    this.takeTopLevelKeys();
    if (change.snapshot !== undefined) {
      const reachable = this.reachable();
      for (const [name, role] of this.roles) if (!reachable.has(role)) this.roles.delete(name);
    }
    this.publish(now);
  }

  private takeTopLevelKeys(): void {
    const { holders } = this.roots;
    this.roles.get('targets')?.setKeys(holders.targets, thresholdOf(holders, 'targets'));
  }

  /** The role, for a change that the repository itself signs. */
  private writtenRole(name: string): TargetsRole {
    const role = this.roles.get(name);
    if (role === undefined || !this.reachable().has(role)) throw new InputError(`role ${name}: nobody delegates to it`);
    if (!role.isWritten) throw new InputError(`role ${name}: too few of its keys are at hand`);
    return role;
  }

  /** Has a delegated role begin, or go on, with its keys: to be called once nothing stands in the way. Throws an InputError. */
  private begun(delegatee: Delegatee, reachable: ReadonlySet<TargetsRole>, now: number): () => void {
    const { name, holders, threshold = holders.length, signedTargets } = delegatee;
    const role = this.roles.get(name) ?? new TargetsRole(name);
    const isNew = !reachable.has(role);
    const goesOn = !isNew && role.file !== undefined && role.hasKeys(holders);
    if (signedTargets === undefined && !goesOn && !canSign(holders, threshold)) {
      throw new InputError(`role ${name}: too few of its keys are at hand, and it hands in no metadata`);
    }
    const first = signedTargets && this.handedIn(delegatee, signedTargets, isNew ? undefined : role, now);
    return () => {
      if (isNew) role.clear();
      role.setKeys(holders, threshold);
      if (first !== undefined) role.accept(first.bytes, first.body, now);
      this.roles.set(name, role);
    };
  }

  /** A delegatee's metadata under the keys that it is given. Of images it can list those of `before`. Throws an InputError. */
  private handedIn(
    { name, holders, threshold }: Delegatee,
    bytes: Uint8Array,
    before: TargetsRole | undefined,
    now: number,
  ) {
    const signers = signersFrom(holders, threshold ?? holders.length);
    const kept = { signatures: this.signatures, now };
    const checked = checkRoleFile(kept, name, signers, this.roles.get(name)?.file, bytes);
    if (!checked.ok) throw new InputError(`role ${name}: ${faultText(checked.fault)}`);
    const stray = [...checked.value.body.targets.keys()].find((filename) => before?.lists(filename) !== true);
    if (stray !== undefined) throw new InputError(`role ${name}: ${stray} is to be uploaded once the role is trusted`);
    return checked.value;
  }

  /** The roles that a vehicle can come to. */
  private reachable(): ReadonlySet<TargetsRole> {
    const found = new Set<TargetsRole>();
    const names = ['targets'];
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      const role = this.roles.get(name);
      if (role === undefined || found.has(role)) continue;
      found.add(role);
      names.push(...role.delegatees);
    }
    return found;
  }

  private writeTargets(edition: Edition, now: number): readonly TargetsFile[] {
    const reachable = this.reachable();
    for (const role of reachable) role.write(edition, now, role.name === 'targets');
    return [...this.roles.values()].flatMap(({ file }) => file ?? []);
  }
}
