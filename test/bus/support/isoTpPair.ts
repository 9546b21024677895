// Two nodes with one ISO-TP link between them, for `linkSuite` and others.
import type { Bus } from '../../../src/bus/bus.ts';
import type { AddressInformation } from '../../../src/bus/isotp/addressing.ts';
import type { IsoTpLink } from '../../../src/bus/isotp/link.ts';
import { attachIsoTpNode } from '../../../src/bus/isotp/node.ts';
import type { IsoTpParams } from '../../../src/bus/isotp/params.ts';
import type { Clock } from '../../../src/core/time/clock.ts';
import { present } from './harness.ts';
import type { LinkPair } from './linkSuite.ts';

export interface IsoTpPair extends LinkPair {
  readonly a: IsoTpLink;
  readonly b: IsoTpLink;
}

/** For each addressing mode, both ends of a connection. */
export const addressPairs = {
  Normal_11bits: [
    { transmitId: 0x7e0, receiveId: 0x7e8 },
    { transmitId: 0x7e8, receiveId: 0x7e0 },
  ],
  Normal_29bits: [
    { mode: 'Normal_29bits', transmitId: 0x7e0, receiveId: 0x1fff_fff8 },
    { mode: 'Normal_29bits', transmitId: 0x1fff_fff8, receiveId: 0x7e0 },
  ],
  NormalFixed_29bits: [
    { mode: 'NormalFixed_29bits', sourceAddress: 0xf1, targetAddress: 0x10 },
    { mode: 'NormalFixed_29bits', sourceAddress: 0x10, targetAddress: 0xf1 },
  ],
  Extended_11bits: [
    { mode: 'Extended_11bits', transmitId: 0x6f1, receiveId: 0x610, sourceAddress: 0xf1, targetAddress: 0x10 },
    { mode: 'Extended_11bits', transmitId: 0x610, receiveId: 0x6f1, sourceAddress: 0x10, targetAddress: 0xf1 },
  ],
  Extended_29bits: [
    { mode: 'Extended_29bits', transmitId: 0x18_0006f1, receiveId: 0x610, sourceAddress: 0xf1, targetAddress: 0x10 },
    { mode: 'Extended_29bits', transmitId: 0x610, receiveId: 0x18_0006f1, sourceAddress: 0x10, targetAddress: 0xf1 },
  ],
  Mixed_11bits: [
    { mode: 'Mixed_11bits', transmitId: 0x7e0, receiveId: 0x7e8, addressExtension: 0x99 },
    { mode: 'Mixed_11bits', transmitId: 0x7e8, receiveId: 0x7e0, addressExtension: 0x99 },
  ],
  Mixed_29bits: [
    { mode: 'Mixed_29bits', sourceAddress: 0xf1, targetAddress: 0x10, addressExtension: 0x99 },
    { mode: 'Mixed_29bits', sourceAddress: 0x10, targetAddress: 0xf1, addressExtension: 0x99 },
  ],
} as const satisfies Record<string, readonly [AddressInformation, AddressInformation]>;

export type AddressingMode = keyof typeof addressPairs;
export const addressingModes = Object.keys(addressPairs) as AddressingMode[];

/** `busA` and `busB` may be one bus. Closing the pair leaves the buses open. */
export function isoTpPair(
  busA: Bus,
  busB: Bus,
  clock: Clock,
  paramsA: Partial<IsoTpParams> = {},
  paramsB: Partial<IsoTpParams> = paramsA,
  mode: AddressingMode = 'Normal_11bits',
): IsoTpPair {
  const [addressA, addressB] = addressPairs[mode];
  const nodeA = attachIsoTpNode(busA, 'a', clock, [{ name: 'b', ...addressA }], paramsA);
  const nodeB = attachIsoTpNode(busB, 'b', clock, [{ name: 'a', ...addressB }], paramsB);
  return {
    a: present(nodeA.links.get('b')),
    b: present(nodeB.links.get('a')),
    close() {
      nodeA.detach();
      nodeB.detach();
    },
  };
}
