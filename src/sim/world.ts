// Owns: everything that a scenario acts on: the servers and their keys, the vehicle, the network, the images, the attackers.
import { toHex } from '../core/bytes.ts';
import type { EventQueue } from '../core/clock.ts';
import type { RemoteFault } from '../core/faults.ts';
import { createRandom, type Random } from '../core/random.ts';
import type { Result } from '../core/result.ts';
import { ed25519Node } from '../crypto/ed25519Node.ts';
import { x25519PublicKey } from '../crypto/x25519.ts';
import type { BankImage } from '../ecu/flashBanks.ts';
import { type Distribution, honestDistribution } from '../primary/ports.ts';
import { Director } from '../repository/director.ts';
import { ImageRepository } from '../repository/imageRepository.ts';
import { inventoryVehicle } from '../repository/inventory.ts';
import type { ListedImage } from '../repository/metadataFiles.ts';
import { usualValidity } from '../repository/publication.ts';
import type { Servers } from '../repository/servers.ts';
import { Timeserver } from '../repository/timeserver.ts';
import { checkProvisionedRoot } from '../uptane/checks/root.ts';
import { faultSummary, faultText } from '../uptane/faults.ts';
import { signingKey } from '../uptane/keys.ts';
import { uptaneProfile } from '../uptane/profile.ts';
import { mapOfBoth } from '../uptane/repositoryMap.ts';
import type { TrustedMetadata } from '../uptane/trusted.ts';
import type { Recording } from './attackers/attacker.ts';
import type { Heard } from './attackers/heard.ts';
import { Calendar } from './calendar.ts';
import type { Emit } from './emit.ts';
import { type GivenImage, Images } from './images.ts';
import { Network } from './network.ts';
import type { PublishedImage, Rotation, Scenario } from './scenario/schema.ts';
import { ServerKeys } from './serverKeys.ts';
import type { Transports } from './transports.ts';
import { buildVehicle, decryptionKeyOf, type SimulatedVehicle } from './vehicle.ts';

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
/** The servers' addresses in a simulation mean nothing but themselves. */
const repositoryMap = mapOfBoth({ director: ['sim://director'], image: ['sim://image'] });

export class World {
  readonly scenario: Scenario;
  readonly clock: EventQueue;
  readonly random: Random;
  readonly calendar: Calendar;
  readonly transports: Transports;
  readonly emit: Emit;
  readonly images: Images;
  readonly keys: ServerKeys;
  readonly servers: Servers;
  readonly network: Network;
  readonly vehicle: SimulatedVehicle;
  /** What each ECU should run, as the Image repository lists it. */
  readonly assigned = new Map<string, ListedImage>();
  readonly recordings = new Map<string, Recording>();
  /** What eavesdroppers have heard, by attack. */
  readonly eavesdroppers = new Map<string, Heard>();
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
    this.keys = new ServerKeys(signatures, this.random.fork('keys'));
    this.servers = this.buildServers(signatures);
    this.network = new Network({
      clock,
      calendar: this.calendar,
      servers: this.servers,
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
      calendarNow: () => this.calendar.now(),
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
    const { releaseCounter, supplier: role } = described;
    const mustMatch = { hardwareIds, releaseCounter };
    const listed = imageRepository.add(filename, bytes, mustMatch, role === undefined ? {} : { role });
    this.assigned.set(ecu, listed);
    director.assign(ecu, listed, { bytes, random: this.random.fork(`sealing/${ecu}/${filename}`) });
  }

  publish(): void {
    this.servers.imageRepository.publish(this.calendar.now());
  }

  /**
   * Gives roles of the servers new keys, and publishes. The timeserver signs with the old ones as well: a vehicle believes it before it
   * has learnt of the new ones.
   */
  rotate({ director = [], image = [], timeserver }: Rotation): void {
    const now = this.calendar.now();
    const { servers, keys } = this;
    const before = keys.timeserver;
    const time = timeserver === true ? { timeserver: keys.rotateTimeserver() } : {};
    if (timeserver === true) servers.timeserver.rotate([...before, ...keys.timeserver]);
    if (director.length > 0 || timeserver === true) {
      mustHold(servers.director.rotate({ ...keys.rotate('director', director), ...time }, now));
    }
    if (image.length > 0) mustHold(servers.imageRepository.rotate(keys.rotate('image', image), now));
  }

  /** Switches every ECU on, or off and on again. */
  boot(): void {
    for (const ecu of this.vehicle.ecus.values()) ecu.boot();
  }

  private distribution(): Distribution {
    const compromises = [...this.compromises];
    return {
      time: (serial, honest) =>
        compromises.reduce<Uint8Array | undefined>(
          (time, { time: change }) => (time === undefined || change === undefined ? time : change(serial, time)),
          honest,
        ),
      metadata: (serial, honest) =>
        compromises.reduce((files, { metadata: change }) => change?.(serial, files) ?? files, honest),
      image: (serial, filename, honest) =>
        compromises.reduce(
          (image, { image: change }) => change?.(serial, filename, image) ?? image,
          honestDistribution.image(serial, filename, honest),
        ),
    };
  }

  /** E: leaves each supplier's images to its own role and key. */
  private delegate(): void {
    for (const [name, { paths, hardware, terminating }] of Object.entries(this.scenario.suppliers)) {
      const to = [{ name, holders: [this.keys.supplier(name)] }];
      const hardwareIds = hardware === undefined ? {} : { hardwareIds: hardware };
      this.servers.imageRepository.delegate({ to, paths, terminating, ...hardwareIds }, this.calendar.now());
    }
  }

  private buildServers(signatures: ReturnType<typeof ed25519Node>): Servers {
    const { vehicle, start } = this.scenario;
    const { keys } = this;
    const timeserver = new Timeserver(keys.timeserver);
    const manufacturedAt = start - day;
    const inventory = inventoryVehicle(
      vehicle.vin,
      Object.entries(vehicle.ecus).map(([serial, { role, hardware, encrypted }]) => ({
        serial,
        role,
        hardwareId: hardware,
        key: signingKey(signatures, this.random.fork(`ecu/${serial}`).fork('key').bytes(32)).key,
        ...(encrypted && { encryptionKey: toHex(x25519PublicKey(decryptionKeyOf(this.random, serial))) }),
      })),
    );
    const directorKeys = keys.of('director');
    const director = new Director(signatures, directorKeys, keys.timeserver, inventory, usualValidity, manufacturedAt);
    const imageRepository = new ImageRepository(keys.of('image'), usualValidity, manufacturedAt);
    return { director, imageRepository, timeserver };
  }

  /** Gives every ECU its first image and the metadata that it trusts from the start. L1 L2 L3 */
  private manufacture(signatures: ReturnType<typeof ed25519Node>): void {
    const { director, imageRepository } = this.servers;
    const provisioned = (repository: 'director' | 'image', bytes: Uint8Array) => {
      const root = checkProvisionedRoot({ signatures, profile: uptaneProfile, repository }, bytes);
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
      const partial = described.role === 'secondary' && described.verification !== 'full';
      const trusted: TrustedMetadata = {
        director: directorTrust,
        ...(!partial && { image: imageTrust, map: repositoryMap }),
      };
      const { filename, length, hashes } = listed;
      const image: BankImage = { filename, length, hashes, releaseCounter };
      ecu.provision(trusted, this.calendar.now() - day, image, bytes);
    }
    this.delegate();
    director.publish(this.calendar.now());
    this.publish();
  }
}

/** The simulation's own servers do as they are told. */
function mustHold(result: Result<void, RemoteFault>): void {
  if (!result.ok) throw new Error(faultText(result.fault));
}
