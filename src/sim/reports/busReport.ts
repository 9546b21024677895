// Owns: what a run tells of its buses as it goes: their load, window by window, nodes that fall off them and come back, and nodes that
// keep the others off.
import type { BusLoad, NodeLoad } from '../../bus/bus.ts';
import type { Clock } from '../../core/time/clock.ts';
import { NS_PER_S } from '../../core/units.ts';
import type { Emit } from '../events/events.ts';
import { reportWindows } from './reportWindows.ts';
import type { Transports } from '../transports/transports.ts';
import type { VehicleBus } from '../../bus/faults/vehicleBus.ts';

/** A node that keeps others off the bus for so long makes every ISO-TP transfer fail (N_As, N_Bs, N_Cr): it babbles. */
const babblingHoldNs = NS_PER_S;
/** Unless the bus is so slow that one honest message takes longer: twice the bits of a block of 4 KiB. */
const honestBits = 140_000;

export function babblingNodes({ nodes }: BusLoad, bitrate: number): readonly string[] {
  const holdNs = Math.max(babblingHoldNs, (honestBits * NS_PER_S) / bitrate);
  return nodes.filter(({ longestHoldNs }) => longestHoldNs >= holdNs).map(({ node }) => node);
}

/** Emits what each bus carried in each window with traffic. Returns a function that ends it and emits the rest. */
export function reportBuses(
  buses: ReadonlyMap<string, VehicleBus>,
  bitrateOf: (bus: string) => number,
  clock: Clock,
  emit: Emit,
): () => void {
  const before = new Map([...buses].map(([name, bus]) => [name, bus.load()]));
  return reportWindows(clock, (spanNs) => {
    for (const [name, bus] of buses) {
      const load = bus.load();
      const last = before.get(name);
      before.set(name, load);
      if (last === undefined) continue;
      reportBus(name, last, load, spanNs, emit);
      const known = babblingNodes(last, bitrateOf(name));
      for (const node of babblingNodes(load, bitrateOf(name))) {
        if (!known.includes(node)) emit({ type: 'bus.babbling', bus: name, node });
      }
    }
  });
}

/** Emits what happens to the interfaces that carry buses. */
export function reportInterfaces({ interfaces = new Map() }: Transports, emit: Emit): void {
  for (const [bus, watched] of interfaces) watched.watch((text) => emit({ type: 'bus.changed', bus, text }));
}

function reportBus(bus: string, last: BusLoad, load: BusLoad, spanNs: number, emit: Emit): void {
  const errorFrames = load.errorFrames - last.errorFrames;
  if (load.frames !== last.frames || errorFrames > 0) {
    emit({
      type: 'bus.window',
      bus,
      windowNs: spanNs,
      frames: load.frames - last.frames,
      busyNs: load.busyNs - last.busyNs,
      ...(errorFrames > 0 && { errorFrames }),
      digest: load.digest,
    });
  }
  const lastNodes = new Map(last.nodes.map((node) => [node.node, node]));
  for (const node of load.nodes) reportNode(bus, lastNodes.get(node.node), node, emit);
}

/** What is seen at the windows' ends, and how often it was bus-off between them. */
function reportNode(bus: string, last: NodeLoad | undefined, now: NodeLoad, emit: Emit): void {
  const busOffs = now.busOffs - (last?.busOffs ?? 0);
  if (busOffs === 0 && now.state === (last?.state ?? 'error-active')) return;
  const { node, state, transmitErrors, receiveErrors } = now;
  emit({ type: 'bus.node', bus, node, state, transmitErrors, receiveErrors, busOffs });
}
