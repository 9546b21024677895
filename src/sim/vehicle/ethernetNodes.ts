// Owns: an ECU's nodes on the vehicle's Ethernet networks, from one power-on to the next: its TCP stack begins anew with it.
import type { EthernetNetwork } from '../../bus/ethernet/ethernetNetwork.ts';
import { attachEthernetNode, type EthernetNode } from '../../bus/ethernet/ethernetNode.ts';
import type { Link } from '../../bus/link.ts';
import type { Clock } from '../../core/time/clock.ts';

/** A conversation over Ethernet as its asking end knows it. */
export interface EthernetPeer {
  readonly network: string;
  /** Who answers. */
  readonly node: string;
  /** Where a gateway has a part in it. */
  readonly port?: number;
}

export interface EthernetNodes {
  readonly nodes: readonly EthernetNode[];
  /** By Secondary. */
  readonly links: ReadonlyMap<string, Link>;
}

/** The Primary's: it opens a connection to each of `peers`, by Secondary. */
export function joinEthernetsAsPrimary(
  id: string,
  networks: ReadonlyMap<string, EthernetNetwork>,
  peers: ReadonlyMap<string, EthernetPeer>,
  clock: Clock,
): EthernetNodes {
  const links = new Map<string, Link>();
  const nodes: EthernetNode[] = [];
  for (const [name, network] of networks) {
    const here = [...peers].filter(([, peer]) => peer.network === name);
    if (here.length === 0) continue;
    const node = attachEthernetNode(network, id, clock);
    nodes.push(node);
    for (const [serial, { node: peer, port }] of here) {
      links.set(serial, node.connect(peer, port === undefined ? {} : { port }));
    }
  }
  return { nodes, links };
}

/** A Secondary's: it waits for who asks, the Primary or a gateway. */
export function joinEthernetAsSecondary(
  id: string,
  network: EthernetNetwork,
  { node: asker, port }: Pick<EthernetPeer, 'node' | 'port'>,
  clock: Clock,
): { readonly node: EthernetNode; readonly link: Link } {
  const node = attachEthernetNode(network, id, clock);
  return { node, link: node.accept(asker, port === undefined ? {} : { port }) };
}
