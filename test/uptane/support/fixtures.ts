// Owns: one vehicle (a Primary, a full and a partial Secondary) and the live servers it updates from, all in memory.
// Tests change what is served through attacks.ts.

import type { RemoteFault } from '../../../src/core/faults.ts';
import { createRandom } from '../../../src/core/random.ts';
import type { Result } from '../../../src/core/result.ts';
import { parseUtc } from '../../../src/core/utc.ts';
import { ed25519Node } from '../../../src/crypto/ed25519Node.ts';
import { Director, type ManifestVerdict } from '../../../src/repository/director/director.ts';
import { inventoryVehicle } from '../../../src/repository/director/inventory.ts';
import { ImageRepository } from '../../../src/repository/images/imageRepository.ts';
import { usualValidity } from '../../../src/repository/roles/publication.ts';
import { type RoleKeySet, simulatedRoleKeys } from '../../../src/repository/roles/roleKeys.ts';
import { Timeserver } from '../../../src/repository/timeserver.ts';
import { checkProvisionedRoot } from '../../../src/uptane/checks/root.ts';
import type { RepositoryName, Root, Signed } from '../../../src/uptane/model/metadata.ts';
import { fileName, uptaneProfile } from '../../../src/uptane/model/profile.ts';
import { type SigningKey, signingKey } from '../../../src/uptane/signing/keys.ts';
import { makeVehicleManifest } from '../../../src/uptane/statements/vehicleManifest.ts';
import { makeVersionReport, type VersionReport } from '../../../src/uptane/statements/versionReport.ts';
import { type FullTrust, type VerifiedTargets, verifyFull } from '../../../src/uptane/verification/full.ts';
import { verifyPartial } from '../../../src/uptane/verification/partial.ts';
import {
  type EcuContext,
  type MetadataRequest,
  type Outcome,
  runProcedure,
} from '../../../src/uptane/verification/procedure.ts';
import type { TrustedMetadata } from '../../../src/uptane/verification/trusted.ts';

export const signatures = ed25519Node();
export const vin = 'WVWZZZ1JZXW000001';
/** The moment at which every world begins, seconds since 1970. */
export const begin = parseUtc('2026-01-01T00:00:00Z') ?? 0;

export const serials = ['primary-0', 'full-1', 'partial-2'] as const;
export type Serial = (typeof serials)[number];
export const hardwareOf = (serial: Serial): string => `hw-${serial}`;
export const imageName = (serial: Serial, release: number): string => `${serial}/app-${release}.bin`;

export function succeeded<T, F>(result: Result<T, F>): T {
  if (!result.ok) throw new Error(`a success was expected, not ${JSON.stringify(result.fault)}`);
  return result.value;
}

/** A key drawn from a name: the same name always gives the same key. */
export function keyNamed(name: string): SigningKey {
  return signingKey(signatures, createRandom('test keys').fork(name).bytes(32));
}

function roleKeysNamed(name: string): RoleKeySet {
  const counts = { root: 2, timestamp: 1, snapshot: 1, targets: 2 };
  return simulatedRoleKeys(signatures, createRandom('test world').fork(name), counts);
}

const firstKeys: Record<RepositoryName, RoleKeySet> = {
  director: roleKeysNamed('director'),
  image: roleKeysNamed('image'),
};
const timeKeys = [keyNamed('time')];
const ecuKeys: Readonly<Record<Serial, SigningKey>> = {
  'primary-0': keyNamed('primary-0'),
  'full-1': keyNamed('full-1'),
  'partial-2': keyNamed('partial-2'),
};

export class World {
  readonly director: Director;
  readonly images: ImageRepository;
  readonly timeserver = new Timeserver(timeKeys);
  readonly ecuKeys = ecuKeys;
  /** The keys that the latest roots name. */
  readonly keys: Record<RepositoryName, RoleKeySet>;
  /** The servers' clock, seconds since 1970: they renew what would soon expire. */
  now = begin;
  /** Every request that an ECU made, as `director/1.root.json`. */
  requests: string[] = [];
  private readonly served = new Map<string, Uint8Array>();
  private readonly withheld = new Set<string>();
  private counter = 0;

  constructor() {
    this.keys = { ...firstKeys };
    const ecus = serials.map((serial, index) => ({
      serial,
      hardwareId: hardwareOf(serial),
      key: this.ecuKeys[serial].key,
      role: index === 0 ? ('primary' as const) : ('secondary' as const),
    }));
    const { director, image } = this.keys;
    const vehicle = inventoryVehicle(vin, ecus);
    this.director = new Director({
      signatures,
      keys: director,
      timeserver: this.timeserver.keys,
      vehicle,
      validity: usualValidity,
      now: begin,
    });
    this.images = new ImageRepository(image, usualValidity, begin);
    this.release(1);
  }

  /** Publishes an image for every ECU and assigns it. Editions of both repositories grow by one. */
  release(release: number, assign: readonly Serial[] = serials): void {
    for (const serial of serials) {
      const bytes = createRandom(imageName(serial, release)).bytes(1000 + release);
      const mustMatch = { hardwareIds: [hardwareOf(serial)], releaseCounter: release };
      const listed = this.images.add(imageName(serial, release), bytes, mustMatch);
      if (assign.includes(serial)) this.director.assign(serial, listed);
    }
    this.images.publish(begin);
    succeeded(this.sendManifest());
  }

  report(serial: Serial, changes: Partial<VersionReport> = {}, key = this.ecuKeys[serial]): object {
    const installed = { filename: imageName(serial, 1), length: 1001, hashes: { sha256: '00'.repeat(32) } };
    const attacksDetected: VersionReport['attacksDetected'] = [];
    const usual = { ecuSerial: serial, installed, attacksDetected, time: begin, previousTime: undefined };
    return makeVersionReport({ ...usual, counter: this.counter, ...changes }, key);
  }

  /** A manifest with a fresh report of every ECU, but for `changes` by serial; undefined leaves one out. */
  manifest(
    changes: Readonly<Record<string, object | undefined>> = {},
    header: { readonly vin?: string; readonly primarySerial?: string; readonly key?: SigningKey } = {},
  ): Uint8Array {
    this.counter += 1;
    const reports = new Map<string, object>(serials.map((serial) => [serial, this.report(serial)]));
    for (const [serial, report] of Object.entries(changes)) {
      if (report === undefined) reports.delete(serial);
      else reports.set(serial, report);
    }
    const { key = this.ecuKeys['primary-0'], ...named } = header;
    return makeVehicleManifest({ vin, primarySerial: 'primary-0', ...named, reports }, key);
  }

  sendManifest(bytes = this.manifest()): Result<ManifestVerdict, RemoteFault> {
    return this.director.receiveManifest(bytes, begin);
  }

  /** From now on `name` (`director/timestamp.json`) is answered with these bytes. */
  serve(name: string, bytes: Uint8Array): void {
    this.served.set(name, bytes);
    this.withheld.delete(name);
  }

  withhold(name: string): void {
    this.withheld.add(name);
  }

  /** The servers are themselves again. */
  heal(): void {
    this.served.clear();
    this.withheld.clear();
  }

  file(name: string): Uint8Array | undefined {
    if (this.withheld.has(name)) return undefined;
    const slash = name.indexOf('/');
    const repository = name.slice(0, slash) === 'director' ? this.director : this.images;
    return this.served.get(name) ?? repository.file(name.slice(slash + 1), this.now);
  }

  /** The latest version of a role's file, and its bytes. */
  latest(repository: RepositoryName, role: 'root' | 'snapshot' | 'targets'): { version: number; bytes: Uint8Array } {
    for (let version = 1; ; version += 1) {
      const bytes = this.file(`${repository}/${version}.${role}.json`);
      if (bytes !== undefined && this.file(`${repository}/${version + 1}.${role}.json`) === undefined) {
        return { version, bytes };
      }
      if (version > 1000) throw new Error(`no ${role}`);
    }
  }

  /** Answers an ECU; the unversioned Targets, which a partial Secondary asks for, are the latest, as a Primary hands them on. */
  answer(request: MetadataRequest): Uint8Array | undefined {
    const name = `${request.repository}/${fileName(uptaneProfile, request)}`;
    this.requests.push(name);
    if (request.role !== 'targets' || request.version !== undefined) return this.file(name);
    return this.withheld.has(name) ? undefined : (this.served.get(name) ?? this.latest('director', 'targets').bytes);
  }

  /** Trust as the factory gives it: the first roots. L1 L2 */
  provisioned(): FullTrust {
    const root = (repository: RepositoryName): Signed<Root> => {
      const context = { signatures, profile: uptaneProfile, repository };
      const source = repository === 'director' ? this.director : this.images;
      return succeeded(checkProvisionedRoot(context, source.root));
    };
    return { director: { root: root('director') }, image: { root: root('image') } };
  }
}

/** An ECU that verifies: what it makes of what the world serves. */
export interface Verifier {
  readonly name: string;
  readonly serial: Serial;
  /** `now`: seconds since 1970; null for an ECU that was never told. */
  verify(world: World, trusted: TrustedMetadata, now?: number | null): Outcome<VerifiedTargets>;
}

/** What an ECU of this vehicle knows when it verifies. `now`: seconds since 1970; null where it was never told. */
export function ecuContext(now: number | null, vehicleEcus?: ReadonlySet<string>): EcuContext {
  return { signatures, profile: uptaneProfile, now: now ?? undefined, vin, vehicleEcus };
}

export const primary: Verifier = {
  name: 'the Primary',
  serial: 'primary-0',
  verify: (world, trusted, now = begin) =>
    runProcedure(
      verifyFull(ecuContext(now, new Set(serials)), fullTrust(trusted), () => true),
      (request) => world.answer(request),
    ),
};

export const fullSecondary: Verifier = {
  name: 'a full Secondary',
  serial: 'full-1',
  verify: (world, trusted, now = begin) =>
    runProcedure(
      verifyFull(ecuContext(now), fullTrust(trusted), (target) => target.ecus.has('full-1')),
      (request) => world.answer(request),
    ),
};

export const partialSecondary: Verifier = {
  name: 'a partial Secondary',
  serial: 'partial-2',
  verify: (world, trusted, now = begin) =>
    runProcedure(verifyPartial(ecuContext(now), trusted, { followsRoot: false }), (request) => world.answer(request)),
};

function fullTrust(trusted: TrustedMetadata): FullTrust {
  if (trusted.image === undefined) throw new Error('a full ECU knows both repositories');
  return { ...trusted, image: trusted.image };
}
