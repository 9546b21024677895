// Owns: what a check of a scenario knows when it comes to a step: the vehicle, and what the steps so far have brought into the world.
import { didYouMean } from '../../core/nearest.ts';
import type { Problem } from '../../vehicleFile/references/problem.ts';
import type { Vehicle } from '../../vehicleFile/vehicle.ts';
import type { Setting } from './setting.ts';

export class Known {
  readonly recordings = new Set<string>();
  /** Those under way. */
  readonly attacks = new Set<string>();
  readonly eavesdroppers = new Set<string>();
  /** All that were ever made, and those that were not cancelled. */
  readonly campaigns = new Set<string>();
  readonly openCampaigns = new Set<string>();
  readonly suppliers: Setting['suppliers'];
  hasAttackersImage = false;
  hasCycled = false;
  waitsMs = 0;
  /** Whose each image is, and how long. */
  readonly owners = new Map<string, string>();
  readonly sizesBytes = new Map<string, number>();

  constructor({ vehicle, suppliers }: Pick<Setting, 'vehicle' | 'suppliers'>) {
    this.suppliers = suppliers;
    for (const [ecu, { image }] of Object.entries(vehicle.ecus)) this.noteImage(ecu, image);
  }

  noteImage(owner: string, { filename, sizeBytes }: { readonly filename: string; readonly sizeBytes: number }): void {
    this.owners.set(filename, owner);
    this.sizesBytes.set(filename, sizeBytes);
  }
}

/** Where a check stands: `path` leads to the value that is checked. */
export interface Checked {
  readonly vehicle: Vehicle;
  readonly known: Known;
  readonly path: readonly PropertyKey[];
}

/** The same, at a member of the value. */
export function memberOf(at: Checked, ...members: readonly PropertyKey[]): Checked {
  return { ...at, path: [...at.path, ...members] };
}

/** `at` names an ECU that is to get updates. */
export function* ecuProblems({ vehicle, path }: Checked, ecu: string): Generator<Problem> {
  if (Object.hasOwn(vehicle.ecus, ecu)) return;
  const isGateway = Object.hasOwn(vehicle.gateways, ecu);
  yield {
    path,
    message: isGateway
      ? `${ecu} is a gateway, which gets no updates`
      : `there is no ECU ${ecu}${didYouMean(ecu, Object.keys(vehicle.ecus))}`,
  };
}

/** `at` names a node of a bus, be it a gateway. */
export function* nodeProblems({ vehicle, path }: Checked, node: string): Generator<Problem> {
  const isThere = Object.hasOwn(vehicle.ecus, node) || Object.hasOwn(vehicle.gateways, node);
  if (!isThere)
    yield {
      path,
      message: `there is no ECU ${node}${didYouMean(node, Object.keys({ ...vehicle.ecus, ...vehicle.gateways }))}`,
    };
}

/** An image of `owner`'s comes into the world under a name that no other has. */
export function* filenameProblems({ known, path }: Checked, filename: string): Generator<Problem> {
  const owner = known.owners.get(filename);
  if (owner !== undefined) yield { path, message: `the name ${filename} is taken by an image of ${owner}` };
}
