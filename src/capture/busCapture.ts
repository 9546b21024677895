// Owns: from the taps of a run's buses to the records of a capture. Must not know where they are written.
import type { Bus } from '../bus/bus.ts';
import { NS_PER_S } from '../core/units.ts';
import type { PutRecord } from './record/captureRecord.ts';

/**
 * Gives every frame of the buses, which are by name, and every error frame that a real interface tells of, to `put`. `startS`: the
 * calendar's time, in seconds since 1970, at which the buses' clock stood at 0. Returns a function that stops it.
 */
export function captureBuses(
  buses: Iterable<readonly [name: string, bus: Pick<Bus, 'tap'>]>,
  startS: number,
  put: PutRecord,
): () => void {
  const startNs = BigInt(startS) * BigInt(NS_PER_S);
  const stops = Array.from(buses, ([name, bus]) =>
    bus.tap(
      (frame, timeNs) => {
        put({ type: 'frame', timeNs: startNs + BigInt(timeNs), bus: name, frame, requestedBytes: 0, esi: false });
      },
      (error, timeNs) => put({ type: 'error', timeNs: startNs + BigInt(timeNs), bus: name, ...error }),
    ),
  );
  return () => {
    for (const stop of stops) stop();
  };
}
