// Owns: from the taps of a run's buses and Ethernet networks to the records of a capture. Must not know where they are written.
import type { Bus } from '../bus/bus.ts';
import type { EthernetNetwork } from '../bus/ethernet/ethernetNetwork.ts';
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
  const at = calendarTime(startS);
  return tapAll(buses, (name, bus) =>
    bus.tap(
      (frame, timeNs) => put({ type: 'frame', timeNs: at(timeNs), bus: name, frame }),
      (error, timeNs) => put({ type: 'error', timeNs: at(timeNs), bus: name, ...error }),
    ),
  );
}

/** Gives every packet that a network's switch receives to `put`. As `captureBuses`. */
export function captureEthernets(
  networks: Iterable<readonly [name: string, network: Pick<EthernetNetwork, 'tap'>]>,
  startS: number,
  put: PutRecord,
): () => void {
  const at = calendarTime(startS);
  return tapAll(networks, (name, network) =>
    network.tap((packet, timeNs) => put({ type: 'packet', timeNs: at(timeNs), bus: name, packet })),
  );
}

/** From the clock's time to nanoseconds since 1970, which no plain number holds exactly. */
function calendarTime(startS: number): (timeNs: number) => bigint {
  const startNs = BigInt(startS) * BigInt(NS_PER_S);
  return (timeNs) => startNs + BigInt(timeNs);
}

function tapAll<T>(all: Iterable<readonly [string, T]>, tap: (name: string, from: T) => () => void): () => void {
  const stops = Array.from(all, ([name, from]) => tap(name, from));
  return () => {
    for (const stop of stops) stop();
  };
}
