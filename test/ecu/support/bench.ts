// Owns: what ECU tests are built on: live repositories and a timeserver, ECUs as they leave the factory, and onlookers.
// Time is one event queue; nothing here sleeps.

import { fromUtf8, toHex } from '../../../src/core/bytes.ts';
import type { RemoteFault } from '../../../src/core/faults.ts';
import { createRandom } from '../../../src/core/random.ts';
import type { Result } from '../../../src/core/result.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { KIB, NS_PER_MS, NS_PER_S } from '../../../src/core/units.ts';
import { parseUtc } from '../../../src/core/utc.ts';
import { ed25519Node } from '../../../src/crypto/ed25519Node.ts';
import { x25519PublicKey } from '../../../src/crypto/encryption/x25519.ts';
import { Ecu, type EcuPorts } from '../../../src/ecu/ecu.ts';
import { memoryFlash } from '../../../src/ecu/flash.ts';
import type { BankImage } from '../../../src/ecu/flashBanks.ts';
import type { VerificationMode } from '../../../src/ecu/identity.ts';
import type { EcuObserver } from '../../../src/ecu/observer.ts';
import { memoryStorage } from '../../../src/ecu/storage.ts';
import { Director } from '../../../src/repository/director/director.ts';
import { inventoryVehicle } from '../../../src/repository/director/inventory.ts';
import { ImageRepository } from '../../../src/repository/images/imageRepository.ts';
import { usualValidity } from '../../../src/repository/roles/publication.ts';
import { simulatedRoleKeys } from '../../../src/repository/roles/roleKeys.ts';
import { type ListedImage, listImage } from '../../../src/repository/roles/writeMetadata.ts';
import type { Servers } from '../../../src/repository/servers.ts';
import { Timeserver } from '../../../src/repository/timeserver.ts';
import { checkProvisionedRoot } from '../../../src/uptane/checks/root.ts';
import { uptaneProfile } from '../../../src/uptane/model/profile.ts';
import { signingKey } from '../../../src/uptane/signing/keys.ts';
import { makeVehicleManifest } from '../../../src/uptane/statements/vehicleManifest.ts';
import { makeVersionReport } from '../../../src/uptane/statements/versionReport.ts';
import type { TrustedMetadata } from '../../../src/uptane/verification/trusted.ts';

export const signatures = ed25519Node();
export const vin = 'WVWZZZ1JZXW000001';
export const begin = parseUtc('2026-01-01T00:00:00Z') ?? 0;
export const serials = ['primary', 'full', 'partial'] as const;
export type Serial = (typeof serials)[number];
export const hardwareOf = (serial: string): string => `hw-${serial}`;
export const bankBytes = 64 * KIB;

export interface BenchOptions {
  /** How the ECU `partial` verifies. */
  readonly partial?: Exclude<VerificationMode, 'full'>;
  /** The ECUs whose images the Director encrypts. */
  readonly encrypted?: readonly Serial[];
  /** Patterns of the image names that the ECU `partial` may install. */
  readonly filenames?: readonly string[];
}

export function succeeded<T, F>(result: Result<T, F>): T {
  if (!result.ok) throw new Error(`a success was expected, not ${JSON.stringify(result.fault)}`);
  return result.value;
}

export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing');
  return value;
}

/** Keys cost time: every test's ECUs and repositories have the same ones. */
export const keyOf = (name: string) => signingKey(signatures, createRandom('test keys').fork(name).bytes(32));
const rolesOf = (name: string) =>
  simulatedRoleKeys(signatures, createRandom('test roles').fork(name), {
    root: 1,
    targets: 1,
    snapshot: 1,
    timestamp: 1,
  });
const directorKeys = rolesOf('director');
const imageKeys = rolesOf('image');
const timeKeys = [keyOf('time')];
const ecuKeys = new Map(serials.map((serial) => [serial, keyOf(serial)]));
const decryptionKeyOf = (serial: Serial) => createRandom('test decryption keys').fork(serial).bytes(32);
export const ecuKey = (serial: Serial) => present(ecuKeys.get(serial));

/** Remembers what an ECU lets an onlooker see. */
export class Onlooker implements EcuObserver {
  readonly states: string[] = [];
  readonly faults: RemoteFault[] = [];
  readonly times: number[] = [];
  readonly verified: Readonly<Record<string, number>>[] = [];
  readonly progress: string[] = [];
  readonly sent: string[] = [];
  readonly network: string[] = [];

  stateEntered(state: string): void {
    this.states.push(state);
  }
  faultFound(fault: RemoteFault): void {
    this.faults.push(fault);
  }
  timeAccepted(time: number): void {
    this.times.push(time);
  }
  metadataVerified(versions: Readonly<Record<string, number>>): void {
    this.verified.push(versions);
  }
  imageProgressed(filename: string, receivedBytes: number, totalBytes: number): void {
    this.progress.push(`${filename} ${receivedBytes}/${totalBytes}`);
  }
  messageSent(peer: string, name: string): void {
    this.sent.push(`${peer} ${name}`);
  }
  networkFailed(message: string): void {
    this.network.push(message);
  }
  get state(): string | undefined {
    return this.states.at(-1);
  }
  get codes(): string[] {
    return this.faults.map(({ code }) => code);
  }
}

export interface BenchEcu {
  readonly ports: EcuPorts & { readonly observer: Onlooker };
  /** The next image on trial does not come up. */
  failNextActivation: boolean;
}

/** One vehicle's worth of servers and ECUs. */
export class Bench {
  readonly clock = new EventQueue();
  readonly servers: Servers;
  readonly ecus = new Map<Serial, BenchEcu>();
  private readonly options: BenchOptions;
  private counter = 0;

  /** `wanted`: the ECUs for which the Director lists the image that they left the factory with. */
  constructor(wanted: readonly Serial[] = serials, options: BenchOptions = {}) {
    this.options = options;
    const ecus = serials.map((serial) => ({
      serial,
      hardwareId: hardwareOf(serial),
      key: ecuKey(serial).key,
      role: serial === 'primary' ? ('primary' as const) : ('secondary' as const),
      ...(this.isEncrypted(serial) && { encryptionKey: toHex(x25519PublicKey(decryptionKeyOf(serial))) }),
    }));
    const timeserver = new Timeserver(timeKeys);
    const vehicle = inventoryVehicle(vin, ecus);
    const director = new Director({
      signatures,
      keys: directorKeys,
      timeserver: timeKeys,
      vehicle,
      validity: usualValidity,
      now: begin,
    });
    const imageRepository = new ImageRepository(imageKeys, usualValidity, begin);
    this.servers = { director, imageRepository, timeserver };
    for (const serial of serials) this.manufacture(serial);
    for (const serial of wanted) this.offer(serial, 1);
  }

  modeOf(serial: Serial): VerificationMode {
    return serial === 'partial' ? (this.options.partial ?? 'partial') : 'full';
  }

  private isEncrypted(serial: Serial): boolean {
    return this.options.encrypted?.includes(serial) ?? false;
  }

  /** Seconds since 1970. */
  now(): number {
    return begin + Math.floor(this.clock.nowNs() / NS_PER_S);
  }

  ecu(serial: Serial): BenchEcu {
    return present(this.ecus.get(serial));
  }

  /** Lets `ms` of the run's time pass. */
  pass(ms: number): void {
    this.clock.advanceTo(this.clock.nowNs() + Math.round(ms * NS_PER_MS));
  }

  /** Makes an image genuine and has the Director want it. */
  offer(serial: Serial, release: number, bytes = imageBytes(serial, release)): ListedImage {
    const { imageRepository, director } = this.servers;
    const mustMatch = { hardwareIds: [hardwareOf(serial)], releaseCounter: release };
    const listed = imageRepository.add(imageName(serial, release), bytes, mustMatch);
    director.assign(serial, listed, { bytes, random: createRandom(`sealing/${serial}/${release}`) });
    imageRepository.publish(this.now());
    return listed;
  }

  /** What a Primary sends of an image: encrypted where the Director says so. */
  sentBytes(serial: Serial, release: number): Uint8Array {
    if (!this.isEncrypted(serial)) return imageBytes(serial, release);
    const { director } = this.servers;
    const { signed } = JSON.parse(fromUtf8(present(director.current()).targets) ?? '');
    const { encrypted } = signed.targets[imageName(serial, release)].custom.ecuIdentifiers[serial];
    return present(director.image(encrypted.filename, 0, encrypted.length));
  }

  /** Has the Director write its metadata, by a manifest as the Primary would send it. */
  report(): void {
    this.counter += 1;
    const installed = { filename: 'x', length: 1, hashes: { sha256: '00'.repeat(32) } };
    const common = { installed, attacksDetected: [], time: begin, previousTime: undefined, counter: this.counter };
    const reports = new Map(
      serials.map((serial) => [serial, makeVersionReport({ ecuSerial: serial, ...common }, ecuKey(serial))]),
    );
    const manifest = makeVehicleManifest({ vin, primarySerial: 'primary', reports }, ecuKey('primary'));
    succeeded(this.servers.director.receiveManifest(manifest, this.now()));
  }

  attest(tokens: readonly string[], now = this.now()): Uint8Array {
    return this.servers.timeserver.attest(tokens, now);
  }

  /** As a Primary hands the metadata on, by the names that verification asks for. */
  bundle(mode: VerificationMode): Map<string, Uint8Array> {
    const director = present(this.servers.director.current());
    const image = present(this.servers.imageRepository.current());
    if (mode !== 'full') return new Map([...this.directorRoots(mode), ['director/targets.json', director.targets]]);
    const files = new Map<string, Uint8Array>(this.directorRoots('full'));
    for (const [name, { version, targetsVersion, timestamp, snapshot, targets }] of [
      ['director', director],
      ['image', image],
    ] as const) {
      files.set(`${name}/timestamp.json`, timestamp);
      files.set(`${name}/${version}.snapshot.json`, snapshot);
      files.set(`${name}/${targetsVersion}.targets.json`, targets);
    }
    return files;
  }

  /** All that follow the first one, for whoever follows them. */
  private directorRoots(mode: VerificationMode): [string, Uint8Array][] {
    if (mode === 'partial') return [];
    const versions = Array.from({ length: 20 }, (_, index) => index + 2);
    return versions.flatMap((version): [string, Uint8Array][] => {
      const bytes = this.servers.director.file(`${version}.root.json`, this.now());
      return bytes === undefined ? [] : [[`director/${version}.root.json`, bytes]];
    });
  }

  /** L1 L2 */
  factoryTrust(mode: VerificationMode): TrustedMetadata {
    const root = (repository: 'director' | 'image') => {
      const context = { signatures, profile: uptaneProfile, repository };
      const source = repository === 'director' ? this.servers.director : this.servers.imageRepository;
      return succeeded(checkProvisionedRoot(context, source.root));
    };
    const director = { root: root('director') };
    return mode === 'full' ? { director, image: { root: root('image') } } : { director };
  }

  private manufacture(serial: Serial): void {
    const ecu: BenchEcu = {
      failNextActivation: false,
      ports: {
        identity: {
          vin,
          serial,
          hardwareId: hardwareOf(serial),
          key: ecuKey(serial),
          decryptionKey: this.isEncrypted(serial) ? decryptionKeyOf(serial) : undefined,
          filenames: serial === 'partial' ? this.options.filenames : undefined,
        },
        verification: this.modeOf(serial),
        signatures,
        clock: this.clock,
        random: createRandom(`bench/${serial}`),
        storage: memoryStorage(),
        flash: memoryFlash(bankBytes),
        comesUp: () => {
          const fails = ecu.failNextActivation;
          ecu.failNextActivation = false;
          return !fails;
        },
        observer: new Onlooker(),
      },
    };
    const bytes = imageBytes(serial, 1);
    const trust = this.factoryTrust(this.modeOf(serial));
    Ecu.provision(ecu.ports, trust, begin - 86_400, bankImage(imageName(serial, 1), bytes, 1), bytes);
    this.ecus.set(serial, ecu);
  }
}

export const imageName = (serial: string, release: number): string => `${serial}-${release}.img`;

/** A bit more than three blocks of `blockBytes`. */
export const imageBytes = (serial: string, release: number): Uint8Array =>
  createRandom(imageName(serial, release)).bytes(800 + release);

export const blockBytes = 256;

export function bankImage(filename: string, bytes: Uint8Array, releaseCounter: number): BankImage {
  const { length, hashes } = listImage(filename, bytes, { hardwareIds: [], releaseCounter });
  return { filename, length, hashes, releaseCounter };
}
