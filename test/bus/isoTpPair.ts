// Two nodes with one ISO-TP link between them, for `linkSuite` and others.
import type { Bus } from '../../src/bus/bus.ts';
import { attachIsoTpNode } from '../../src/bus/isoTpLink.ts';
import type { IsoTpParams } from '../../src/bus/isotp/params.ts';
import type { Clock } from '../../src/core/clock.ts';
import { present } from './harness.ts';
import type { LinkPair } from './linkSuite.ts';

/** `busA` and `busB` may be one bus. Closing the pair leaves the buses open. */
export function isoTpPair(
  busA: Bus,
  busB: Bus,
  clock: Clock,
  paramsA: Partial<IsoTpParams> = {},
  paramsB: Partial<IsoTpParams> = paramsA,
): LinkPair {
  const nodeA = attachIsoTpNode(busA, 'a', clock, [{ name: 'b', transmitId: 0x7e0, receiveId: 0x7e8 }], paramsA);
  const nodeB = attachIsoTpNode(busB, 'b', clock, [{ name: 'a', transmitId: 0x7e8, receiveId: 0x7e0 }], paramsB);
  return {
    a: present(nodeA.links.get('b')),
    b: present(nodeB.links.get('a')),
    close() {
      nodeA.detach();
      nodeB.detach();
    },
  };
}
