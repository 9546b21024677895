// Owns: the windows in which a run tells of its networks and gateways. Must not know what is told.
import type { Clock } from '../../core/time/clock.ts';
import { NS_PER_MS } from '../../core/units.ts';

const windowNs = 100 * NS_PER_MS;

/** Calls `reportSpan` at the end of each window, and of the last one when the returned function is called. */
export function reportWindows(clock: Clock, reportSpan: (spanNs: number) => void): () => void {
  let sinceNs = clock.nowNs();
  const report = () => {
    const nowNs = clock.nowNs();
    reportSpan(nowNs - sinceNs);
    sinceNs = nowNs;
  };
  const tick = () => {
    report();
    timer = clock.after(windowNs, tick);
  };
  let timer = clock.after(windowNs, tick);
  return () => {
    timer.cancel();
    report();
  };
}
