// Owns: everything that a scenario acts on: the servers and their keys, the vehicle, the network, the images, the attackers.
import type { EventQueue } from '../core/clock.ts';
import { createRandom, type Random } from '../core/random.ts';
import { ed25519Node } from '../crypto/ed25519Node.ts';
import type { BankImage } from '../ecu/flashBanks.ts';
import { type Distribution, honestDistribution } from '../primary/ports.ts';
import { Director } from '../repository/director.ts';
import { ImageRepository } from '../repository/imageRepository.ts';
import { inventoryVehicle } from '../repository/inventory.ts';
import type { ListedImage } from '../repository/metadataFiles.ts';
import { usualValidity } from '../repository/publication.ts';
import { type RoleKeySet, simulatedRoleKeys } from '../repository/roleKeys.ts';
import type { Servers } from '../repository/servers.ts';
import { Timeserver } from '../repository/timeserver.ts';
import { checkProvisionedRoot } from '../uptane/checks/root.ts';
import { faultSummary, faultText } from '../uptane/faults.ts';
import { signingKey } from '../uptane/keys.ts';
import type { TrustedMetadata } from '../uptane/trusted.ts';
import type { Recording } from './attackers/attacker.ts';
import { Calendar } from './calendar.ts';
import type { Emit } from './emit.ts';
import { type GivenImage, Images } from './images.ts';
import { Network } from './network.ts';
import type { PublishedImage, Scenario } from './scenario/schema.ts';
import type { Transports } from './transports.ts';
import { buildVehicle, type SimulatedVehicle } from './vehicle.ts';

export interface WorldOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  /** Bytes of images that the scenario publishes, by ECU. */
  readonly givenImages: ReadonlyMap<string, GivenImage>;
  readonly clock: EventQueue;
  readonly transports: Transports;
  readonly emit: Emit;
}

const day = 86_400;

export class World {
  readonly scenario: Scenario;
  readonly clock: EventQueue;
  readonly random: Random;
  readonly calendar: Calendar;
  readonly transports: Transports;
  readonly emit: Emit;
  readonly images: Images;
  readonly directorKeys: RoleKeySet;
  readonly servers: Servers;
  readonly network: Network;
  readonly vehicle: SimulatedVehicle;
  /** What each ECU should run, as the Image repository lists it. */
  readonly assigned = new Map<string, ListedImage>();
  readonly recordings = new Map<string, Recording>();
  /** What a compromised Primary makes of what it hands on; none while it is honest. */
  readonly compromises = new Set<Partial<Distribution>>();
  /** Called when the Primary has come to the end of a cycle. */
  cycleCompleted: () => void = () => {};

  constructor(options: WorldOptions) {
    const { scenario, clock, transports, emit } = options;
    const signatures = ed25519Node();
    this.scenario = scenario;
    this.clock = clock;
    this.transports = transports;
    this.emit = emit;
    this.random = createRandom(String(options.seed));
    this.calendar = new Calendar(clock, scenario.start);
    this.images = new Images(this.random.fork('images'), options.givenImages.values());
    const { directorKeys, servers } = this.buildServers(signatures);
    this.directorKeys = directorKeys;
    this.servers = servers;
    this.network = new Network({
      clock,
      calendar: this.calendar,
      servers,
      latencyMs: scenario.network.latency,
      bitsPerSecond: scenario.network.bitsPerSecond,
      emit,
      manifestJudged: (verdict) => {
        const reports = verdict.ok ? [...verdict.value.reports] : [];
        emit({
          type: 'director.manifest',
          accepted: verdict.ok,
          confirms: verdict.ok && verdict.value.confirms,
          installed: Object.fromEntries(reports.map(([serial, { installed }]) => [serial, installed.filename])),
          ...(!verdict.ok && {
            fault: { code: verdict.fault.code, clause: verdict.fault.clause, message: faultSummary(verdict.fault) },
          }),
        });
      },
    });
    this.vehicle = buildVehicle({
      vehicle: scenario.vehicle,
      transports,
      clock,
      random: this.random,
      signatures,
      emit,
      remote: this.network,
      distribution: () => this.distribution(),
      cycleCompleted: () => this.cycleCompleted(),
      makerOf: (installed) => this.images.makerOf(installed),
    });
    this.manufacture(signatures);
  }

  /** Makes an image genuine and has the Director want it on an ECU. Takes effect when `publish` follows. */
  assign(ecu: string, described: PublishedImage): void {
    const { filename } = described;
    const bytes = this.images.make(described);
    const hardwareIds = [this.scenario.vehicle.ecus[ecu]?.hardware ?? ''];
    const { imageRepository, director } = this.servers;
    const listed = imageRepository.add(filename, bytes, { hardwareIds, releaseCounter: described.releaseCounter });
    this.assigned.set(ecu, listed);
    director.assign(ecu, listed);
  }

  publish(): void {
    this.servers.imageRepository.publish(this.calendar.now());
  }

  /** Switches every ECU on, or off and on again. */
  boot(): void {
    for (const ecu of this.vehicle.ecus.values()) ecu.boot();
  }

  private distribution(): Distribution {
    const compromises = [...this.compromises];
    return {
      time: (serial, honest) => compromises.reduce((time, { time: change }) => change?.(serial, time) ?? time, honest),
      metadata: (serial, honest) =>
        compromises.reduce((files, { metadata: change }) => change?.(serial, files) ?? files, honest),
      image: (serial, filename, honest) =>
        compromises.reduce(
          (image, { image: change }) => change?.(serial, filename, image) ?? image,
          honestDistribution.image(serial, filename, honest),
        ),
    };
  }

  private buildServers(signatures: ReturnType<typeof ed25519Node>) {
    const { vehicle, start } = this.scenario;
    const keysOf = (name: string, root: number, targets: number) =>
      simulatedRoleKeys(signatures, this.random.fork(`keys/${name}`), { root, targets, snapshot: 1, timestamp: 1 });
    const directorKeys = keysOf('director', 2, 1);
    const timeserver = new Timeserver([signingKey(signatures, this.random.fork('keys/timeserver').bytes(32))]);
    const manufacturedAt = start - day;
    const inventory = inventoryVehicle(
      vehicle.vin,
      Object.entries(vehicle.ecus).map(([serial, { role, hardware }]) => ({
        serial,
        role,
        hardwareId: hardware,
        key: signingKey(signatures, this.random.fork(`ecu/${serial}`).fork('key').bytes(32)).key,
      })),
    );
    const director = new Director(signatures, directorKeys, timeserver.keys, inventory, usualValidity, manufacturedAt);
    const imageRepository = new ImageRepository(keysOf('image', 2, 2), usualValidity, manufacturedAt);
    return { directorKeys, servers: { director, imageRepository, timeserver } };
  }

  /** Gives every ECU its first image and the metadata that it trusts from the start. L1 L2 L3 */
  private manufacture(signatures: ReturnType<typeof ed25519Node>): void {
    const { director, imageRepository } = this.servers;
    const provisioned = (repository: 'director' | 'image', bytes: Uint8Array) => {
      const root = checkProvisionedRoot({ signatures, now: undefined, repository, file: '1.root.json' }, bytes);
      if (!root.ok) throw new Error(faultText(root.fault));
      return { root: root.value };
    };
    const directorTrust = provisioned('director', director.root);
    const imageTrust = provisioned('image', imageRepository.root);
    for (const [id, ecu] of this.vehicle.ecus) {
      const described = this.scenario.vehicle.ecus[id];
      if (described === undefined) continue;
      const bytes = this.images.make(described.image);
      const hardwareIds = [described.hardware];
      const { releaseCounter } = described.image;
      const listed = imageRepository.add(described.image.filename, bytes, { hardwareIds, releaseCounter });
      this.assigned.set(id, listed);
      director.assign(id, listed);
      const partial = described.role === 'secondary' && described.verification === 'partial';
      const trusted: TrustedMetadata = { director: directorTrust, ...(!partial && { image: imageTrust }) };
      const { filename, length, hashes } = listed;
      const image: BankImage = { filename, length, hashes, releaseCounter };
      ecu.provision(trusted, this.calendar.now() - day, image, bytes);
    }
    director.publish(this.calendar.now());
    this.publish();
  }
}
