// Owns: everything that a scenario acts on: the servers and their keys, the vehicle, the network, the images, the attackers.

import { createRandom, type Random } from '../../core/random.ts';
import type { EventQueue } from '../../core/time/clock.ts';
import { ed25519Node } from '../../crypto/ed25519Node.ts';
import { sharedVerdicts } from '../../crypto/sharedVerdicts.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import type { BankImage } from '../../ecu/flashBanks.ts';
import { type Distribution, honestDistribution } from '../../primary/cycle/ports.ts';
import type { ListedImage } from '../../repository/roles/writeMetadata.ts';
import { checkProvisionedRoot } from '../../uptane/checks/root.ts';
import { faultSummary, faultText } from '../../uptane/model/faults.ts';
import { uptaneProfile } from '../../uptane/model/profile.ts';
import { mapOfBoth } from '../../uptane/model/repositoryMap.ts';
import type { TrustedMetadata } from '../../uptane/verification/trusted.ts';
import type { Emit } from '../events/events.ts';
import { Calendar } from '../servers/calendar.ts';
import { Network } from '../servers/cellular.ts';
import { type GivenImage, Images } from '../servers/images.ts';
import { Operator } from '../servers/operator.ts';
import { ServerKeys } from '../servers/serverKeys.ts';
import { type SimulatedServers, startServers } from '../servers/simulatedServers.ts';
import type { Setting } from '../setting/setting.ts';
import type { Transports } from '../transports/transports.ts';
import { buildVehicle, type SimulatedVehicle } from '../vehicle/buildVehicle.ts';
import type { Heard } from './heard.ts';
import type { Recording } from './recording.ts';

export interface WorldOptions {
  readonly scenario: Setting;
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
  readonly scenario: Setting;
  readonly clock: EventQueue;
  readonly random: Random;
  readonly calendar: Calendar;
  readonly transports: Transports;
  readonly emit: Emit;
  readonly images: Images;
  readonly keys: ServerKeys;
  readonly servers: SimulatedServers;
  readonly operator: Operator;
  readonly network: Network;
  readonly vehicle: SimulatedVehicle;
  readonly recordings = new Map<string, Recording>();
  /** What eavesdroppers have heard, by attack. */
  readonly eavesdroppers = new Map<string, Heard>();
  /** What a compromised Primary makes of what it hands on; none while it is honest. */
  readonly compromises = new Set<Partial<Distribution>>();
  /** Called when the Primary has come to the end of a cycle. */
  cycleCompleted: () => void = () => {};

  constructor(options: WorldOptions) {
    const { scenario, clock, transports, emit } = options;
    const signatures = sharedVerdicts(ed25519Node());
    this.scenario = scenario;
    this.clock = clock;
    this.transports = transports;
    this.emit = emit;
    this.random = createRandom(String(options.seed));
    this.calendar = new Calendar(clock, scenario.start);
    this.images = new Images(this.random.fork('images'), options.givenImages.values());
    this.keys = new ServerKeys(signatures, this.random.fork('keys'));
    const { random, keys, images, calendar } = this;
    const sealing = random.fork('sealing/campaigns');
    const plainImage = ({ filename }: ListedImage) => {
      const bytes = images.genuine.get(filename);
      return bytes && { bytes, random: sealing };
    };
    const manufacturedAt = scenario.start - day;
    this.servers = startServers({ scenario, signatures, random, keys, plainImage }, manufacturedAt);
    this.operator = new Operator({ scenario, servers: this.servers, keys, images, calendar, random });
    this.network = new Network({
      clock,
      calendar: this.calendar,
      servers: this.servers,
      latencyMs: scenario.network.latencyMs,
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

  /** The newest image of each ECU, as the Image repository lists it. */
  get assigned(): ReadonlyMap<string, ListedImage> {
    return this.operator.assigned;
  }

  /** Switches every ECU and gateway on, or off and on again. */
  boot(): void {
    for (const gateway of this.vehicle.gateways.values()) gateway.boot();
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

  /** Gives every ECU its first image and the metadata that it trusts from the start. L1 L2 L3 */
  private manufacture(signatures: Signatures): void {
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
      const { releaseCounter } = described.image;
      const listed = this.operator.offer(id, described.image);
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
    this.operator.delegate();
    director.publish(this.calendar.now());
    this.operator.publish();
  }
}
