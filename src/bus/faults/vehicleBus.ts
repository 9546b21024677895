// Owns: a bus of the vehicle as a scenario can treat it: cut, disturbed, babbled on, and mended again. Works on simulated and on real
// buses, but for bit errors, which only a simulated wire has.

import type { Random } from '../../core/random.ts';
import type { Clock } from '../../core/time/clock.ts';
import { NS_PER_MS } from '../../core/units.ts';
import type { Bus, CanFrame } from '../bus.ts';
import type { VirtualCan } from '../virtualCan/virtualCan.ts';
import { wrappedBus } from '../wrappedBus.ts';
import { startBabbling } from './babbler.ts';
import { type PartitionableBus, partitionable } from './partition.ts';
import { withReceiveFaults } from './receiveFaults.ts';

/** What goes wrong on a bus, for all its nodes or for one. Rates and shares are from 0 to 1. */
export interface Disturbance {
  readonly node?: string | undefined;
  readonly bitErrors?: number | undefined;
  readonly loss?: number | undefined;
  readonly corruption?: number | undefined;
  readonly delayMs?: number | undefined;
}

export interface VehicleBus extends PartitionableBus {
  /** Adds to what was disturbed before: what is not named stays as it was. */
  disturb(disturbance: Disturbance): void;
  /** From now on the controller of `node` sends `frame` without a pause. */
  babble(node: string, frame: CanFrame): void;
  /** Ends every cut, disturbance and babble. */
  repair(): void;
}

/** `wire`: the same bus, where it is a simulated one with timing. */
export function vehicleBus(bus: Bus, clock: Clock, random: Random, wire?: VirtualCan): VehicleBus {
  const receivePaths = withReceiveFaults(bus, clock);
  const cable = partitionable(receivePaths);
  const babblers: (() => void)[] = [];
  /** By node, or for all: what was disturbed so far. */
  const disturbed = new Map<string | undefined, Omit<Disturbance, 'node'>>();
  let disturbances = 0;
  return wrappedBus<VehicleBus>(cable, {
    partition: (nodes) => cable.partition(nodes),
    disturb({ node, ...given }) {
      disturbances += 1;
      const own = random.fork(`${node ?? '*'}/${disturbances}`);
      const before = disturbed.get(node) ?? {};
      const { bitErrors, loss = before.loss, corruption = before.corruption, delayMs = before.delayMs } = given;
      disturbed.set(node, { loss, corruption, delayMs });
      if (bitErrors !== undefined) wire?.setBitErrors(bitErrors, own.fork('bits'), node);
      if ([loss, corruption, delayMs].every((fault) => fault === undefined)) return;
      const delayNs = Math.round((delayMs ?? 0) * NS_PER_MS);
      // 'ears' names a stream of chance, on which traces depend.
      receivePaths.setReceiveFaults({ loss: loss ?? 0, corruption: corruption ?? 0, delayNs }, own.fork('ears'), node);
    },
    babble: (node, frame) => babblers.push(startBabbling(cable, node, frame)),
    repair() {
      for (const node of disturbed.keys()) wire?.setBitErrors(0, random, node);
      disturbed.clear();
      receivePaths.clearReceiveFaults();
      for (const stop of babblers.splice(0)) stop();
      cable.repair();
    },
  });
}
