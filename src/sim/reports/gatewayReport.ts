// Owns: what a run tells of its gateways as it goes: what they dropped, window by window, and their totals at its end.
import type { Clock } from '../../core/time/clock.ts';
import type { Emit, GatewayDrops } from '../events/events.ts';
import type { SimulatedGateway } from '../vehicle/buildGateways.ts';
import { reportWindows } from './reportWindows.ts';

/** Emits what each gateway dropped in each window. Returns a function that ends it and emits the rest, and totals. */
export function reportGateways(gateways: ReadonlyMap<string, SimulatedGateway>, clock: Clock, emit: Emit): () => void {
  if (gateways.size === 0) return () => {};
  const before = new Map<string, readonly GatewayDrops[]>();
  const endWindows = reportWindows(clock, (windowNs) => {
    for (const [gateway, simulated] of gateways) {
      const { drops } = simulated.counts();
      const fresh = freshDrops(before.get(gateway) ?? [], drops);
      before.set(gateway, drops);
      if (fresh.length > 0) emit({ type: 'gateway.dropped', gateway, windowNs, drops: fresh });
    }
  });
  return () => {
    endWindows();
    for (const [gateway, simulated] of gateways) emit({ type: 'gateway.total', gateway, ...simulated.counts() });
  };
}

/** Both are in the order in which they first came about. */
function freshDrops(before: readonly GatewayDrops[], now: readonly GatewayDrops[]): readonly GatewayDrops[] {
  return now
    .map((drop, index) => ({ ...drop, count: drop.count - (before[index]?.count ?? 0) }))
    .filter(({ count }) => count > 0);
}
