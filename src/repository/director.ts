// Owns: the Director: its inventory, what each ECU should run, and the metadata that tells one vehicle so. J
import type { RemoteFault } from '../core/faults.ts';
import { ok, type Result } from '../core/result.ts';
import type { Signatures } from '../crypto/signatures.ts';
import type { SigningKey } from '../uptane/keys.ts';
import type { VersionReport } from '../uptane/versionReport.ts';
import type { InventoriedVehicle } from './inventory.ts';
import { checkManifest } from './manifestCheck.ts';
import { type AssignedImage, type ListedImage, writeDirectorTargets, writeRoot } from './metadataFiles.ts';
import { type CurrentFiles, Publication, type Validity } from './publication.ts';
import type { RoleKeySet } from './roleKeys.ts';

/** The Director's verdict on a manifest. */
export interface ManifestVerdict {
  readonly reports: ReadonlyMap<string, VersionReport>;
  /** Every ECU runs the image that the Director assigned to it. */
  readonly confirms: boolean;
}

/** The Director of one vehicle: its metadata is made for that vehicle, on demand. J8 */
export class Director {
  readonly root: Uint8Array;
  readonly vehicle: InventoriedVehicle;
  private readonly signatures: Signatures;
  private readonly publication: Publication;
  private readonly assigned = new Map<string, ListedImage>();
  private published = false;

  /** `timeserver`: the keys that the Director's root names for it (Y4). `now`: seconds since 1970. */
  constructor(
    signatures: Signatures,
    keys: RoleKeySet,
    timeserver: readonly SigningKey[],
    vehicle: InventoriedVehicle,
    validity: Validity,
    now: number,
  ) {
    this.signatures = signatures;
    this.vehicle = vehicle;
    this.root = writeRoot({ version: 1, expires: now + validity.root }, keys, keys.root, timeserver);
    this.publication = new Publication(keys, this.root, validity, (edition) =>
      writeDirectorTargets(edition, vehicle.vin, this.bundle(), keys.targets),
    );
  }

  /** Says what an ECU should run from now on. The vehicle learns it in its next cycle. */
  assign(serial: string, image: ListedImage): void {
    this.assigned.set(serial, image);
    this.published = false;
  }

  /** Writes this vehicle's metadata as it stands, without waiting for a manifest: what it leaves the factory with. */
  publish(now: number): void {
    this.publication.publish(now);
    this.published = true;
  }

  /** J4 J5 J6: judges a manifest, and on success writes this vehicle's metadata anew where something changed. */
  receiveManifest(bytes: Uint8Array, now: number): Result<ManifestVerdict, RemoteFault> {
    const reports = checkManifest(this.signatures, this.vehicle, bytes);
    if (!reports.ok) return reports;
    for (const [serial, report] of reports.value) this.vehicle.reports.set(serial, report);
    if (!this.published) this.publish(now);
    return ok({ reports: reports.value, confirms: this.confirms() });
  }

  file(name: string, now: number): Uint8Array | undefined {
    return this.publication.file(name, now);
  }

  current(): CurrentFiles | undefined {
    return this.publication.current();
  }

  private confirms(): boolean {
    return [...this.assigned].every(([serial, image]) => {
      const installed = this.vehicle.reports.get(serial)?.installed;
      return installed?.filename === image.filename && installed.hashes.sha256 === image.hashes.sha256;
    });
  }

  private bundle(): readonly AssignedImage[] {
    const bundle = new Map<string, AssignedImage & { readonly ecus: Map<string, string> }>();
    for (const [serial, image] of this.assigned) {
      const entry = bundle.get(image.filename) ?? { ...image, ecus: new Map<string, string>() };
      const hardwareId = this.vehicle.ecus.get(serial)?.hardwareId;
      if (hardwareId !== undefined) entry.ecus.set(serial, hardwareId);
      bundle.set(image.filename, entry);
    }
    return [...bundle.values()];
  }
}
