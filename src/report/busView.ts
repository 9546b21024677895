// Owns: what a watcher knows of one bus. Pure.

import { NS_PER_S } from '../core/units.ts';
import type { BusSummary, EventOf } from '../sim/events/events.ts';

/** Windows kept for the small history: more than the widest terminal shows. */
const historyMax = 120;
/** A bus that has said nothing for this many windows is quiet. */
const quietWindows = 3;

/** A node whose controller was once anything but error-active. */
export interface BusNodeView extends Pick<EventOf<'bus.node'>, 'node' | 'state'> {
  /** How often it went bus-off. */
  readonly busOffs: number;
}

export interface BusView extends BusSummary {
  readonly frames: number;
  readonly busyNs: number;
  readonly errorFrames: number;
  readonly lostFrames: number;
  readonly droppedFrames: number;
  /** In the order in which they first told of errors. */
  readonly nodes: readonly BusNodeView[];
  readonly babbling: readonly string[];
  readonly traffic: Omit<EventOf<'bus.traffic'>, 'type' | 't' | 'bus'> | undefined;
  readonly observedNs: number;
  readonly lastNs: number;
  readonly windowNs: number;
  readonly load: number;
  readonly peakLoad: number;
  readonly framesPerSecond: number;
  readonly peakFramesPerSecond: number;
  /** Load, or frames per second where load is not known, of the last windows. */
  readonly history: readonly number[];
}

export type BusWindow = EventOf<'bus.window'>;

export function initialBusView(summary: BusSummary): BusView {
  return {
    ...summary,
    frames: 0,
    busyNs: 0,
    errorFrames: 0,
    lostFrames: 0,
    droppedFrames: 0,
    nodes: [],
    babbling: [],
    traffic: undefined,
    observedNs: 0,
    lastNs: 0,
    windowNs: 0,
    load: 0,
    peakLoad: 0,
    framesPerSecond: 0,
    peakFramesPerSecond: 0,
    history: [],
  };
}

/** Whether its load is known: a real interface does not tell how long frames took, so that nothing but frames is counted. */
export function knowsLoad(bus: BusView): boolean {
  return bus.busyNs > 0 || bus.interface === undefined;
}

export function updateBusView(bus: BusView, window: BusWindow): BusView {
  const load = window.windowNs > 0 ? Math.min(1, window.busyNs / window.windowNs) : 0;
  const framesPerSecond = window.windowNs > 0 ? (window.frames * NS_PER_S) / window.windowNs : 0;
  const next = {
    ...bus,
    frames: bus.frames + window.frames,
    busyNs: bus.busyNs + window.busyNs,
    errorFrames: bus.errorFrames + (window.errorFrames ?? 0),
    lostFrames: bus.lostFrames + (window.lostFrames ?? 0),
    droppedFrames: bus.droppedFrames + (window.droppedFrames ?? 0),
    observedNs: bus.observedNs + window.windowNs,
    lastNs: window.t,
    windowNs: window.windowNs,
    load,
    peakLoad: Math.max(bus.peakLoad, load),
    framesPerSecond,
    peakFramesPerSecond: Math.max(bus.peakFramesPerSecond, framesPerSecond),
  };
  const latest = knowsLoad(next) ? load : framesPerSecond;
  return { ...next, history: [...bus.history.slice(1 - historyMax), latest] };
}

/** What became of a node of the bus. */
export function updateBusNode(bus: BusView, { node, state, busOffs }: EventOf<'bus.node'>): BusView {
  const known = bus.nodes.find((one) => one.node === node);
  if (known === undefined) return { ...bus, nodes: [...bus.nodes, { node, state, busOffs }] };
  const next = { node, state, busOffs: known.busOffs + busOffs };
  return { ...bus, nodes: bus.nodes.map((one) => (one === known ? next : one)) };
}

/** The share of the time that it was busy, in all the windows in which it carried anything. */
export function meanLoad({ busyNs, observedNs }: BusView): number {
  return observedNs === 0 ? 0 : Math.min(1, busyNs / observedNs);
}

/** The share of all the time until `timeNs` that it was busy. */
export function runLoad({ busyNs }: BusView, timeNs: number): number {
  return timeNs === 0 ? 0 : Math.min(1, busyNs / timeNs);
}

/** The bus as it stands at `timeNs`: one that has fallen silent carries nothing. */
export function busAt(bus: BusView, timeNs: number): BusView {
  const quiet = bus.windowNs > 0 && timeNs - bus.lastNs > quietWindows * bus.windowNs;
  return quiet ? { ...bus, load: 0, framesPerSecond: 0 } : bus;
}
