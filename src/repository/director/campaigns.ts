// Owns: campaigns: a product brought to ECUs of several vehicles, one bundle a vehicle, from the order to the manifest that
// confirms it or to its end by an operator. J7 J12, policy 12
import { InputError, type RemoteFault } from '../../core/faults.ts';
import { ok, type Result } from '../../core/result.ts';
import { imageOf, isSameImage } from '../../uptane/checks/describedImage.ts';
import { faultText } from '../../uptane/model/faults.ts';
import { type Dependency, isRange, type Release } from '../images/release.ts';
import { campaignsMax } from '../limits.ts';
import type { ListedImage } from '../roles/writeMetadata.ts';
import type { Director } from './director.ts';
import type { InventoriedVehicle } from './inventory.ts';
import type { ResolvingEcu } from './narrowing.ts';
import { resolveImages } from './resolver.ts';
import type { PlainImage } from './sealing.ts';

/** What is to be brought where. */
export interface CampaignOrder {
  readonly name: string;
  readonly image: Dependency;
  /** Serials by vehicle. */
  readonly ecus: ReadonlyMap<string, readonly string[]>;
}

/** `waiting`: for the vehicle to confirm an earlier bundle (J12), or to report at all. */
export type VehicleState = 'made' | 'waiting' | 'running' | 'completed' | 'refused' | 'cancelled';

/** How far a campaign has come in one vehicle. */
export interface VehicleProgress {
  readonly state: VehicleState;
  /** File names by ECU, those included that the campaign needs on other ECUs. */
  readonly planned: ReadonlyMap<string, string>;
  /** The ECUs that do not run what is planned. */
  readonly outstanding: readonly string[];
  /** Why it was refused. */
  readonly reason?: string;
}

interface VehiclePart {
  readonly serials: readonly string[];
  state: VehicleState;
  planned: ReadonlyMap<string, ListedImage>;
  reason?: string;
}

interface Campaign {
  readonly order: CampaignOrder;
  readonly vehicles: ReadonlyMap<string, VehiclePart>;
}

export interface CampaignParts {
  /** By vehicle. */
  readonly directors: ReadonlyMap<string, Director>;
  /** What the Image repository offers. */
  readonly releases: () => readonly Release[];
  /** The image's bytes, where ECUs have encryption keys. */
  readonly plainImage?: (image: ListedImage) => PlainImage | undefined;
}

export class Campaigns {
  private readonly parts: CampaignParts;
  /** By name, in the order in which they were made. */
  private readonly campaigns = new Map<string, Campaign>();

  constructor(parts: CampaignParts) {
    this.parts = parts;
  }

  /** Throws an InputError where the order cannot be meant. */
  make(order: CampaignOrder): void {
    const { name, image, ecus } = order;
    if (this.campaigns.has(name)) throw new InputError(`campaign ${name}: there is one of this name`);
    if (this.campaigns.size >= campaignsMax)
      throw new InputError(`campaign ${name}: there are ${campaignsMax} already`);
    if (!isRange(image.range)) throw new InputError(`campaign ${name}: ${image.range} is no range of versions`);
    for (const [vin, serials] of ecus) {
      const known = this.parts.directors.get(vin)?.vehicle.ecus;
      if (known === undefined) throw new InputError(`campaign ${name}: vehicle ${vin} is not known`);
      const stranger = serials.find((serial) => !known.has(serial));
      if (stranger !== undefined) throw new InputError(`campaign ${name}: ECU ${stranger} is not in vehicle ${vin}`);
    }
    const vehicles = new Map(
      [...ecus].map(([vin, serials]): [string, VehiclePart] => [vin, { serials, state: 'made', planned: new Map() }]),
    );
    this.campaigns.set(name, { order, vehicles });
  }

  /** From now on each vehicle is sent its bundle as soon as it has confirmed the last one. J12 */
  start(name: string, now: number): void {
    for (const [vin, part] of this.campaign(name).vehicles) {
      if (part.state !== 'made') continue;
      part.state = 'waiting';
      this.advance(vin, now);
    }
  }

  /** Policy 12: ends it wherever it is not complete. ECUs that have not installed their image are to install none. */
  cancel(name: string, now: number): void {
    for (const [vin, part] of this.campaign(name).vehicles) {
      const { state } = part;
      if (state === 'completed' || state === 'refused' || state === 'cancelled') continue;
      part.state = 'cancelled';
      const director = this.director(vin);
      if (state === 'running') {
        for (const serial of outstandingOf(director.vehicle, part)) director.withdraw(serial);
        director.publish(now);
      }
      this.advance(vin, now);
    }
  }

  /** By vehicle. */
  progress(name: string): ReadonlyMap<string, VehicleProgress> {
    const { vehicles } = this.campaign(name);
    return new Map(
      [...vehicles].map(([vin, part]): [string, VehicleProgress] => {
        const { state, planned, reason } = part;
        const files = new Map([...planned].map(([serial, { filename }]) => [serial, filename]));
        const outstanding = outstandingOf(this.director(vin).vehicle, part);
        return [vin, { state, planned: files, outstanding, ...(reason !== undefined && { reason }) }];
      }),
    );
  }

  /** To be called when the Director has accepted a vehicle's manifest. `now`: seconds since 1970. */
  manifestAccepted(vin: string, now: number): void {
    for (const { vehicles } of this.campaigns.values()) {
      const part = vehicles.get(vin);
      if (part?.state !== 'running') continue;
      if (outstandingOf(this.director(vin).vehicle, part).length === 0) part.state = 'completed';
    }
    this.advance(vin, now);
  }

  private campaign(name: string): Campaign {
    const campaign = this.campaigns.get(name);
    if (campaign === undefined) throw new InputError(`there is no campaign ${name}`);
    return campaign;
  }

  private director(vin: string): Director {
    const director = this.parts.directors.get(vin);
    if (director === undefined) throw new Error(`no Director for ${vin}`);
    return director;
  }

  /** Sends a vehicle the bundle of the next campaign that waits for it, where its last one is confirmed. J12 */
  private advance(vin: string, now: number): void {
    const director = this.director(vin);
    const { vehicle } = director;
    for (const { order, vehicles } of this.campaigns.values()) {
      const part = vehicles.get(vin);
      if (part?.state !== 'waiting') continue;
      if (vehicle.reports.size === 0 || director.outstanding().size > 0) return;
      const plan = this.plan(vehicle, order, part);
      if (!plan.ok) {
        part.state = 'refused';
        part.reason = faultText(plan.fault);
        continue;
      }
      part.planned = plan.value;
      part.state = plan.value.size === 0 ? 'completed' : 'running';
      if (plan.value.size === 0) continue;
      for (const [serial, image] of plan.value) director.assign(serial, image, this.parts.plainImage?.(image));
      director.publish(now);
    }
  }

  private plan(
    vehicle: InventoriedVehicle,
    { image }: CampaignOrder,
    { serials }: VehiclePart,
  ): Result<ReadonlyMap<string, ListedImage>, RemoteFault> {
    const releases = this.parts.releases();
    const ecus = [...vehicle.ecus.values()].map(({ serial, hardwareId }): ResolvingEcu => {
      const installed = vehicle.reports.get(serial)?.installed;
      const release = installed && releases.find((known) => isSameImage(imageOf(known.image), installed));
      return { serial, hardwareId, installed: release };
    });
    const resolved = resolveImages(ecus, releases, new Map(serials.map((serial) => [serial, image])));
    if (!resolved.ok) return resolved;
    return ok(new Map([...resolved.value].map(([serial, release]) => [serial, release.image])));
  }
}

/** By the latest reports. */
function outstandingOf(vehicle: InventoriedVehicle, { planned }: VehiclePart): readonly string[] {
  return [...planned.keys()].filter((serial) => {
    const installed = vehicle.reports.get(serial)?.installed;
    const image = planned.get(serial);
    return installed === undefined || image === undefined || !isSameImage(installed, imageOf(image));
  });
}
