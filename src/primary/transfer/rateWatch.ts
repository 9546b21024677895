// Owns: finding a transfer that goes on for ever at a trickle. K3
import type { RemoteFault } from '../../core/faults.ts';
import { NS_PER_MS, NS_PER_S } from '../../core/units.ts';
import { remoteFault } from '../../uptane/model/faults.ts';
import { transferBytesPerSecondMin, transferMsMax, transferWindowMs } from '../limits.ts';

/** Watches one transfer from now on. `passed` is told of what came or left, after each piece; false: it is too slow. */
export interface RateWatch {
  passed(bytes: number, nowNs: number): boolean;
}

/** `untilNs`: when it must be over, however fast it is. */
export function watchRate(startNs: number, untilNs = startNs + transferMsMax * NS_PER_MS): RateWatch {
  let sinceNs = startNs;
  let bytesSince = 0;
  return {
    passed(bytes, nowNs) {
      if (nowNs >= untilNs) return false;
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

const slow = `too slow: below ${transferBytesPerSecondMin} bytes a second, or not over in time`;

/** `what`: the transfer that was too slow, such as `door-2.img to door-ecu`. */
export function slowTransfer(what: string, message = slow): RemoteFault {
  return remoteFault({ clause: 'K3', code: 'slow-transfer', indicates: 'slow-retrieval', message, file: what });
}
