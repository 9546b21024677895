// Two nodes on one switch with a link between them, for `linkSuite` and others.

import {
  createEthernet,
  type EthernetLinkOptions,
  type EthernetNetwork,
  type EthernetOptions,
} from '../../../../src/bus/ethernet/ethernetNetwork.ts';
import {
  attachEthernetNode,
  type EthernetLinkEnd,
  type EthernetNode,
} from '../../../../src/bus/ethernet/ethernetNode.ts';
import { linkSpeeds } from '../../../../src/bus/ethernet/wire.ts';
import { createRandom } from '../../../../src/core/random.ts';
import type { Clock } from '../../../../src/core/time/clock.ts';
import { KIB } from '../../../../src/core/units.ts';
import type { LinkPair } from '../../support/linkSuite.ts';

export const fast: EthernetLinkOptions = { bitsPerSecond: linkSpeeds['100BASE-T1'], latencyNs: 1000, loss: 0 };

/** A switch with the nodes a, b and c; `link` is the same for all but those in `links`. */
export function testNetwork(
  clock: Clock,
  link: Partial<EthernetLinkOptions> = {},
  options: Partial<EthernetOptions> = {},
): EthernetNetwork {
  const nodes = new Map(['a', 'b', 'c'].map((name) => [name, { ...fast, ...link }]));
  const common = { name: 'ethernet', clock, random: createRandom('ethernet'), queueBytes: 128 * KIB };
  return createEthernet({ ...common, nodes, forwardingNs: 2000, ...options });
}

export interface EthernetPair extends LinkPair {
  readonly nodeA: EthernetNode;
  readonly nodeB: EthernetNode;
}

/** `a` opens the connection. */
export function ethernetPair(network: EthernetNetwork, clock: Clock, at: EthernetLinkEnd = {}): EthernetPair {
  const nodeA = attachEthernetNode(network, 'a', clock);
  const nodeB = attachEthernetNode(network, 'b', clock);
  const a = nodeA.connect('b', at);
  const b = nodeB.accept('a', at);
  return {
    nodeA,
    nodeB,
    a,
    b,
    close() {
      nodeA.detach();
      nodeB.detach();
    },
  };
}
