// Owns: what `ecunet run --json` prints, described in docs/scenarios.md; its members are a contract with scripts.
import { NS_PER_MS } from '../core/units.ts';
import type { FinishedRun } from '../sim/run.ts';
import { type BusView, knowsLoad, meanLoad } from './busView.ts';

/** `buses`: as they stand at the end of the run. */
export function resultObject(finished: FinishedRun, buses: readonly BusView[]): object {
  const { outcome, seed, traceDigest, simulatedMs, wallMs, ecus, gateways, expectations } = finished;
  return {
    ...{ outcome, seed, traceDigest, simulatedMs, wallMs: Math.round(wallMs) },
    ...{ ecus, buses: buses.map(busResult), gateways, expectations },
  };
}

/** What does not apply, or is not known, is left out. */
function busResult(bus: BusView): object {
  const { id, kind, frames, errorFrames, lostFrames, droppedFrames, nodes, babbling, traffic } = bus;
  return {
    ...{ id, kind },
    ...(bus.interface !== undefined && { interface: bus.interface }),
    frames,
    ...(knowsLoad(bus) && { load: rounded(meanLoad(bus), 4), peakLoad: rounded(bus.peakLoad, 4) }),
    ...(kind === 'ethernet' ? { lostFrames, droppedFrames } : { errorFrames, nodes, babbling }),
    ...(traffic !== undefined && { traffic: trafficResult(traffic) }),
  };
}

function trafficResult({ frames, lost, latestNs, latestId, delaysNs }: NonNullable<BusView['traffic']>): object {
  if (frames === 0) return { frames, lost };
  const [meanMs, latestMs] = [delaysNs / frames, latestNs].map((ns) => rounded(ns / NS_PER_MS, 3));
  return { frames, lost, meanMs, latestMs, latestId };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
