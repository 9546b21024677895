// Owns: what a scenario does to a bus: cutting, disturbing, babbling, repairing; done, and in words.
import { classicFrame } from '../../bus/bus.ts';
import { InputError } from '../../core/faults.ts';
import { busOf } from '../scenario/busReferences.ts';
import type { BusDeed } from '../scenario/schema.ts';
import type { Transports } from '../transports/transports.ts';

/** A babbling controller's frame: 8 dominant bytes, the longest there is on a classic bus. */
const babbledBytes = 8;

export function doToBus({ buses, ethernets }: Transports, deed: BusDeed): void {
  const network = ethernets.get(busOf(deed));
  if (network !== undefined) {
    if (deed.partition !== undefined) network.partition(deed.partition.nodes ?? ['*']);
    else network.repair();
    return;
  }
  const bus = buses.get(busOf(deed));
  if (bus === undefined) throw new InputError(`there is no bus ${busOf(deed)}`);
  const { partition, disturb, babble, repair } = deed;
  if (partition !== undefined) bus.partition(partition.nodes ?? ['*']);
  if (disturb !== undefined) bus.disturb(disturb);
  if (babble !== undefined) bus.babble(babble.node, classicFrame(babble.id, new Uint8Array(babbledBytes)));
  if (repair !== undefined) bus.repair();
}

export function busDeedText({ partition, disturb, babble, repair }: BusDeed): string {
  if (partition !== undefined) {
    return `bus ${partition.bus} is cut${partition.nodes === undefined ? '' : ` at ${partition.nodes.join(', ')}`}`;
  }
  if (disturb !== undefined) {
    const { bus, node, bitErrors, loss, corruption, delayMs } = disturb;
    const parts = [
      ...(bitErrors === undefined ? [] : [`bit errors at a rate of ${bitErrors}`]),
      ...(loss === undefined ? [] : [`${percent(loss)} of frames lost`]),
      ...(corruption === undefined ? [] : [`${percent(corruption)} of frames changed`]),
      ...(delayMs === undefined ? [] : [`frames ${delayMs} ms late`]),
    ];
    return `bus ${bus} is disturbed${node === undefined ? '' : ` at ${node}`}: ${parts.join(', ')}`;
  }
  if (babble !== undefined) return `${babble.node} babbles on bus ${babble.bus}`;
  return `bus ${repair?.bus} is repaired`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
