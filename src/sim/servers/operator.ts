// Owns: what the people do who run the simulated servers: publish, order and cancel campaigns, rotate keys, renew roots in time.
import type { RemoteFault } from '../../core/faults.ts';
import type { Random } from '../../core/random.ts';
import type { Result } from '../../core/result.ts';
import type { VehicleProgress } from '../../repository/director/campaigns.ts';
import type { ListedImage } from '../../repository/roles/writeMetadata.ts';
import { faultText } from '../../uptane/model/faults.ts';
import { dependenciesOf, type PublishedImage } from '../../vehicleFile/image.ts';
import type { Setting } from '../setting/setting.ts';
import type { Calendar } from './calendar.ts';
import type { Images } from './images.ts';
import type { ServerKeys } from './serverKeys.ts';
import type { SimulatedServers } from './simulatedServers.ts';

/** A product brought to ECUs of the vehicle, with what its images require of others. */
export interface CampaignOrder {
  readonly id: string;
  readonly product: string;
  readonly versions: string;
  readonly ecus: readonly string[];
}

type Role = 'root' | 'timestamp' | 'snapshot' | 'targets';

/** Whose keys are to be new ones. */
export interface Rotation {
  readonly director?: readonly Role[] | undefined;
  readonly image?: readonly Role[] | undefined;
  readonly timeserver?: true | undefined;
}

const daySeconds = 86_400;
/** How long before its expiry a root is renewed: a month leaves time to bring the holders of offline keys together. */
const rootRenewalSeconds = 30 * daySeconds;

interface OperatorPorts {
  readonly scenario: Setting;
  readonly servers: SimulatedServers;
  readonly keys: ServerKeys;
  readonly images: Images;
  readonly calendar: Calendar;
  /** The run's. */
  readonly random: Random;
}

export class Operator {
  /** The newest image of each ECU, as the Image repository lists it: what it should run, or will once a campaign brings it. */
  readonly assigned = new Map<string, ListedImage>();
  private readonly ports: OperatorPorts;

  constructor(ports: OperatorPorts) {
    this.ports = ports;
  }

  /** E: leaves each supplier's images to its own role and key. */
  delegate(): void {
    const { scenario, servers, keys } = this.ports;
    for (const [name, { paths, hardware, terminating }] of Object.entries(scenario.suppliers)) {
      const to = [{ name, holders: [keys.supplier(name)] }];
      const hardwareIds = hardware === undefined ? {} : { hardwareIds: hardware };
      servers.imageRepository.delegate({ to, paths, terminating, ...hardwareIds }, this.now());
    }
  }

  /** Makes an image genuine. Takes effect when `publish` follows. */
  offer(ecu: string, described: PublishedImage): ListedImage {
    const { scenario, servers, images } = this.ports;
    const { filename, releaseCounter, supplier: role, release } = described;
    const mustMatch = { hardwareIds: [scenario.vehicle.ecus[ecu]?.hardware ?? ''], releaseCounter };
    const declared = release && {
      ...release,
      requires: dependenciesOf(release.requires),
      conflicts: dependenciesOf(release.conflicts),
    };
    const listed = servers.imageRepository.add(filename, images.make(described), mustMatch, {
      ...(role !== undefined && { role }),
      ...(declared !== undefined && { release: declared }),
    });
    this.assigned.set(ecu, listed);
    return listed;
  }

  /** The same, and the Director wants it on that ECU. */
  assign(ecu: string, described: PublishedImage): void {
    const { scenario, servers, images, random } = this.ports;
    const listed = this.offer(ecu, described);
    const sealing = random.fork(`sealing/${ecu}/${described.filename}`);
    const isSealed = scenario.vehicle.ecus[ecu]?.encrypted === true;
    servers.director.assign(ecu, listed, isSealed ? { bytes: images.make(described), random: sealing } : undefined);
  }

  publish(): void {
    this.ports.servers.imageRepository.publish(this.now());
  }

  /** Makes a campaign and starts it. J7 J12 */
  order({ id, product, versions, ecus }: CampaignOrder): void {
    const { scenario, servers } = this.ports;
    const serials = new Map([[scenario.vehicle.vin, ecus]]);
    servers.campaigns.make({ name: id, image: { product, range: versions }, ecus: serials });
    servers.campaigns.start(id, this.now());
  }

  /** Policy 12. */
  cancel(campaign: string): void {
    this.ports.servers.campaigns.cancel(campaign, this.now());
  }

  /** How far a campaign has come in the vehicle. */
  progress(campaign: string): VehicleProgress | undefined {
    const { scenario, servers } = this.ports;
    return servers.campaigns.progress(campaign).get(scenario.vehicle.vin);
  }

  /**
   * Gives roles of the servers new keys, and publishes. The timeserver signs with the old ones as well: a vehicle believes it before it
   * has learnt of the new ones.
   */
  rotate({ director = [], image = [], timeserver }: Rotation): void {
    const { servers, keys } = this.ports;
    const now = this.now();
    const before = keys.timeserver;
    const time = timeserver === true ? { timeserver: keys.rotateTimeserver() } : {};
    if (timeserver === true) servers.timeserver.rotate([...before, ...keys.timeserver]);
    if (director.length > 0 || timeserver === true) {
      mustHold(servers.director.rotate({ ...keys.rotate('director', director), ...time }, now));
    }
    if (image.length > 0) mustHold(servers.imageRepository.rotate(keys.rotate('image', image), now));
  }

  /** Looks after the servers while the vehicle is switched off: each root is renewed a month before it expires. S6 */
  waitOut(durationMs: number): void {
    const { servers, calendar } = this.ports;
    for (let leftMs = durationMs; leftMs > 0; leftMs -= daySeconds * 1000) {
      calendar.skip(Math.min(leftMs, daySeconds * 1000));
      for (const repository of [servers.director, servers.imageRepository]) {
        const due = repository.rootExpires - rootRenewalSeconds <= this.now();
        if (due) mustHold(repository.renewRoot(this.now()));
      }
    }
  }

  private now(): number {
    return this.ports.calendar.now();
  }
}

/** The simulation's own servers do as they are told. */
function mustHold(result: Result<void, RemoteFault>): void {
  if (!result.ok) throw new Error(faultText(result.fault));
}
