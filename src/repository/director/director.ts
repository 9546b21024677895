// Owns: the Director: its inventory, what each ECU should run, and the metadata that tells one vehicle so. J
import { InputError, type RemoteFault } from '../../core/faults.ts';
import { ok, type Result } from '../../core/result.ts';
import { hashHex } from '../../crypto/hashes.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import { imageOf, isSameImage } from '../../uptane/checks/describedImage.ts';
import type { EcuAssignment } from '../../uptane/model/metadata.ts';
import type { VersionReport } from '../../uptane/statements/versionReport.ts';
import { type CurrentFiles, imagesFolder, Publication, type Validity } from '../roles/publication.ts';
import { atHand, type KeyHolder, type RoleHolders, thresholdOf } from '../roles/roleKeys.ts';
import { type KeyChange, type NextRoot, Roots } from '../roles/roots.ts';
import { type AssignedImage, type Edition, type ListedImage, writeDirectorTargets } from '../roles/writeMetadata.ts';
import { type InventoriedVehicle, recordReports } from './inventory.ts';
import { checkManifest } from './manifestCheck.ts';
import { type PlainImage, type SealedImage, sealFor } from './sealing.ts';

/** The Director's verdict on a manifest. */
export interface ManifestVerdict {
  readonly reports: ReadonlyMap<string, VersionReport>;
  /** Every ECU runs the image that the Director assigned to it. */
  readonly confirms: boolean;
  /** The ECUs that do not run what the last bundle gave them, by serial: a bundle withheld in part, or mixed. J5 */
  readonly outstanding: ReadonlyMap<string, Outstanding>;
}

/** File names. */
export interface Outstanding {
  readonly wanted: string;
  readonly installed: string | undefined;
}

interface Assignment {
  readonly image: ListedImage;
  readonly sealed: SealedImage | undefined;
}

export interface DirectorOptions {
  readonly signatures: Signatures;
  readonly keys: RoleHolders;
  /** The keys that the Director's root names for the timeserver; none where it names no timeserver. Y4 */
  readonly timeserver: readonly KeyHolder[];
  readonly vehicle: InventoriedVehicle;
  readonly validity: Validity;
  /** Seconds since 1970. */
  readonly now: number;
  /** Those of a Director that serves other vehicles: see `forVehicle`. */
  readonly roots?: Roots;
}

/** The Director of one vehicle: its metadata is made for that vehicle, on demand. J8 */
export class Director {
  readonly vehicle: InventoriedVehicle;
  private readonly signatures: Signatures;
  private readonly validity: Validity;
  private readonly roots: Roots;
  private readonly publication: Publication;
  private readonly assigned = new Map<string, Assignment>();
  /** The bundle as the vehicle can read it, and the one before: a download of it may be under way. */
  private sent: ReadonlyMap<string, Assignment> = new Map();
  private sentBefore: ReadonlyMap<string, Assignment> = new Map();
  private published = false;

  constructor({ signatures, keys, timeserver, vehicle, validity, now, roots }: DirectorOptions) {
    const online = ['timestamp', 'snapshot', 'targets'] as const;
    const holders: RoleHolders = { ...keys, ...(timeserver.length > 0 && { timeserver }) };
    this.signatures = signatures;
    this.validity = validity;
    this.vehicle = vehicle;
    this.roots =
      roots ?? new Roots({ signatures, repository: 'director', holders, online, validity: validity.root, now });
    this.publication = new Publication(this.roots, validity, (edition) => {
      return [{ role: 'targets', version: edition.version, bytes: this.writeTargets(edition) }];
    });
  }

  /** The first root, as vehicles are given it. */
  get root(): Uint8Array {
    return this.roots.first;
  }

  /** The same Director for another vehicle: same keys, same roots, other metadata. J8 */
  forVehicle(vehicle: InventoriedVehicle, now: number): Director {
    const { signatures, validity, roots } = this;
    return new Director({ signatures, keys: roots.holders, timeserver: [], vehicle, validity, now, roots });
  }

  /**
   * Says what an ECU should run from now on; the vehicle learns it in its next cycle. `plain`: to encrypt the image with, where
   * the ECU has an encryption key. Throws an InputError. D7
   */
  assign(serial: string, image: ListedImage, plain?: PlainImage): void {
    const ecu = this.vehicle.ecus.get(serial);
    if (ecu === undefined) throw new InputError(`ECU ${serial} is not in vehicle ${this.vehicle.vin}`);
    if (plain !== undefined && hashHex('sha256', plain.bytes) !== image.hashes.sha256) {
      throw new InputError(`${image.filename}: these are not the bytes of the listed image`);
    }
    const { encryptionKey } = ecu;
    const sealed = plain && encryptionKey !== undefined ? sealFor(serial, encryptionKey, plain) : undefined;
    // A name is listed once: who was to run the same bytes as an earlier release is to run them as this one.
    for (const [other, before] of this.assigned) {
      const isReleasedAgain = isSameImage({ ...imageOf(image), releaseCounter: undefined }, imageOf(before.image));
      if (isReleasedAgain) this.assigned.set(other, { ...before, image });
    }
    this.assigned.set(serial, { image, sealed });
    this.published = false;
  }

  /** An ECU should install nothing. Policy 12: how an operator ends what an ECU blocks, once `publish` follows. */
  withdraw(serial: string): void {
    this.assigned.delete(serial);
    this.published = false;
  }

  /** Writes this vehicle's metadata as it stands, without waiting for a manifest: what it leaves the factory with. */
  publish(now: number): void {
    this.publication.publish(now);
    this.published = true;
  }

  /** J4 J5 J6: judges a manifest, and on success writes this vehicle's metadata anew where something changed. */
  receiveManifest(bytes: Uint8Array, now: number): Result<ManifestVerdict, RemoteFault> {
    const reports = checkManifest(this.signatures, this.vehicle, bytes, now);
    if (!reports.ok) return reports;
    recordReports(this.vehicle, reports.value, now);
    const outstanding = this.outstanding();
    if (!this.published) this.publish(now);
    return ok({ reports: reports.value, confirms: this.lacking(this.assigned).size === 0, outstanding });
  }

  /** By the latest reports, the ECUs that do not run what the last bundle gave them. While there are any, no other is due. J12 */
  outstanding(): ReadonlyMap<string, Outstanding> {
    return this.lacking(this.sent);
  }

  /** Rotates keys of the four roles and of the timeserver: a new root, and everything re-signed at once. S3 Y5 */
  rotate(change: KeyChange, now: number): Result<void, RemoteFault> {
    return this.resigned(this.roots.rotate(change, now), now);
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
    return this.resigned(this.roots.accept(next), now);
  }

  file(name: string, now: number): Uint8Array | undefined {
    return this.publication.file(name, now);
  }

  /** Everything that this vehicle can fetch, by the path where it is to be found; encrypted images first, the Timestamp last. */
  files(now: number): ReadonlyMap<string, Uint8Array> {
    const metadata = this.publication.all(now);
    const sealed = [...this.sentBefore.values(), ...this.sent.values()].flatMap(
      (assignment) => assignment.sealed ?? [],
    );
    const images = sealed.map(({ encrypted, bytes }) => [`${imagesFolder}/${encrypted.filename}`, bytes] as const);
    return new Map([...images, ...metadata]);
  }

  current(): CurrentFiles | undefined {
    return this.publication.current();
  }

  /** A range of an encrypted image by its name; undefined where no bundle has it. D7 */
  image(name: string, offset: number, length: number): Uint8Array | undefined {
    for (const { sealed } of [...this.sent.values(), ...this.sentBefore.values()]) {
      if (sealed?.encrypted.filename === name) return sealed.bytes.subarray(offset, offset + length);
    }
    return undefined;
  }

  private resigned(rotated: Result<void, RemoteFault>, now: number): Result<void, RemoteFault> {
    if (rotated.ok && this.current() !== undefined) this.publish(now);
    return rotated;
  }

  private lacking(bundle: ReadonlyMap<string, Assignment>): ReadonlyMap<string, Outstanding> {
    const lacking = new Map<string, Outstanding>();
    for (const [serial, { image }] of bundle) {
      const installed = this.vehicle.reports.get(serial)?.installed;
      const runs = installed !== undefined && isSameImage(installed, imageOf(image));
      if (!runs) lacking.set(serial, { wanted: image.filename, installed: installed?.filename });
    }
    return lacking;
  }

  private writeTargets(edition: Edition): Uint8Array {
    this.sentBefore = this.published ? this.sentBefore : this.sent;
    this.sent = new Map(this.assigned);
    const { holders } = this.roots;
    const { timeserver } = holders;
    const timeKeys = timeserver && { holders: timeserver, threshold: thresholdOf(holders, 'timeserver') };
    return writeDirectorTargets(edition, this.vehicle.vin, this.bundle(), atHand(holders.targets), timeKeys);
  }

  private bundle(): readonly AssignedImage[] {
    const bundle = new Map<string, AssignedImage & { readonly ecus: Map<string, EcuAssignment> }>();
    for (const [serial, { image, sealed }] of this.assigned) {
      const entry = bundle.get(image.filename) ?? { ...image, ecus: new Map<string, EcuAssignment>() };
      const hardwareId = this.vehicle.ecus.get(serial)?.hardwareId ?? '';
      entry.ecus.set(serial, { hardwareId, ...(sealed !== undefined && { encrypted: sealed.encrypted }) });
      bundle.set(image.filename, entry);
    }
    return [...bundle.values()];
  }
}
