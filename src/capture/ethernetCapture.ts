// Owns: from the taps of a run's Ethernet networks to the records of a capture. Must not know where they are written.
import type { EthernetNetwork } from '../bus/ethernet/ethernetNetwork.ts';
import { NS_PER_S } from '../core/units.ts';
import type { PutRecord } from './record/captureRecord.ts';

/** Gives every packet that a network's switch receives to `put`. As `captureBuses`. */
export function captureEthernets(
  networks: Iterable<readonly [name: string, network: Pick<EthernetNetwork, 'tap'>]>,
  startS: number,
  put: PutRecord,
): () => void {
  const startNs = BigInt(startS) * BigInt(NS_PER_S);
  const stops = Array.from(networks, ([name, network]) =>
    network.tap((packet, timeNs) => {
      put({ type: 'packet', timeNs: startNs + BigInt(timeNs), bus: name, packet });
    }),
  );
  return () => {
    for (const stop of stops) stop();
  };
}
