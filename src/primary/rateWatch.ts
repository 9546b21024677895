// Owns: finding a transfer that goes on for ever at a trickle. K3
import type { RemoteFault } from '../core/faults.ts';
import { transferBytesPerSecondMin, transferWindowMs } from '../core/limits.ts';
import { NS_PER_MS, NS_PER_S } from '../core/units.ts';
import { remoteFault } from '../uptane/faults.ts';

/** Watches one transfer from now on. `passed` is told of what came or left, after each piece; false: it is too slow. */
export interface RateWatch {
  passed(bytes: number, nowNs: number): boolean;
}

export function watchRate(startNs: number): RateWatch {
  let sinceNs = startNs;
  let bytesSince = 0;
  return {
    passed(bytes, nowNs) {
      bytesSince += bytes;
      const windowNs = nowNs - sinceNs;
      if (windowNs < transferWindowMs * NS_PER_MS) return true;
      const isFast = bytesSince >= (transferBytesPerSecondMin * windowNs) / NS_PER_S;
      sinceNs = nowNs;
      bytesSince = 0;
      return isFast;
    },
  };
}

/** `what`: the transfer that was too slow, such as `door-2.img to door-ecu`. */
export function slowTransfer(what: string): RemoteFault {
  const message = `${what} takes too long: less than ${transferBytesPerSecondMin} bytes a second`;
  return remoteFault({ code: 'slow-transfer', clause: 'K3', message, attack: 'slow-retrieval' });
}
