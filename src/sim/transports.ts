// Owns: what carries the vehicle's network in one run, and the contract by which the vehicle gets it: buses by name, and for
// some ECUs a link of their own instead of a place on a bus.
import type { Link } from '../bus/link.ts';
import { type PartitionableBus, partitionable } from '../bus/partition.ts';
import { createVirtualCan } from '../bus/virtualCan.ts';
import type { Clock } from '../core/clock.ts';
import type { Vehicle } from './scenario/schema.ts';

/** The two ends of a link that is no bus. */
export interface LinkPair {
  readonly primary: Link;
  readonly secondary: Link;
}

export interface Transports {
  readonly buses: ReadonlyMap<string, PartitionableBus>;
  /** By ECU. */
  readonly links: ReadonlyMap<string, LinkPair>;
}

/** Every bus of the vehicle, virtual. */
export function virtualBuses(vehicle: Vehicle, clock: Clock): ReadonlyMap<string, PartitionableBus> {
  return new Map(
    Object.entries(vehicle.buses).map(([name, { kind, bitrate, dataBitrate }]) => {
      const fd = kind === 'can-fd';
      const rates = { bitrate, ...(dataBitrate !== undefined && { dataBitrate }) };
      return [name, partitionable(createVirtualCan({ name, clock, fd, ...rates }))];
    }),
  );
}
