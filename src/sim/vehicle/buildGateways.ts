// Owns: a vehicle's gateways in the simulation: their nodes on the buses from one power-on to the next, and what they forwarded and
// dropped since the run began. What one still held when it was switched off is lost.
import type { Bus } from '../../bus/bus.ts';
import type { EthernetNetwork } from '../../bus/ethernet/ethernetNetwork.ts';
import { attachEthernetNode } from '../../bus/ethernet/ethernetNode.ts';
import { bridgeLinks, type LinkBridge } from '../../bus/gateway/bridgeLinks.ts';
import { createFrameRouter, type FrameRouter } from '../../bus/gateway/frameRouter.ts';
import { RoutesFrom } from '../../bus/gateway/frameRoutes.ts';
import { type SharedNode, shareNode } from '../../bus/gateway/sharedNode.ts';
import { attachIsoTpNode, type IsoTpNode } from '../../bus/isotp/node.ts';
import type { Link } from '../../bus/link.ts';
import { NS_PER_US } from '../../core/units.ts';
import { frameTable, type GatewayDescription, isoTpTable } from '../../vehicleFile/gateways.ts';
import { portAt } from '../../vehicleFile/routes.ts';
import type { GatewayCounts, GatewayDrops } from '../events/events.ts';
import { type GatewayEnd, type GatewayEnds, gatewayEnds, isoTpEnd } from './gatewayEnds.ts';
import type { NetworkOptions } from './networkNodes.ts';

/** The gateways of a vehicle, switched off. */
export function buildGateways(options: NetworkOptions): ReadonlyMap<string, SimulatedGateway> {
  return new Map(
    Object.entries(options.vehicle.gateways).map(([id, described]) => [
      id,
      new SimulatedGateway(id, described, options),
    ]),
  );
}

/** One side of an ISO-TP route. */
interface End {
  readonly link: Link;
  /** Where it is one of ISO-TP. */
  readonly blockBytesMax?: number;
}

interface Node {
  detach(): void;
}

/** A gateway that is switched on. */
interface Running {
  /** In the order in which they are to be detached. */
  readonly nodes: readonly Node[];
  readonly router: FrameRouter;
  readonly bridges: readonly LinkBridge[];
}

export class SimulatedGateway {
  private readonly id: string;
  private readonly described: GatewayDescription;
  private readonly options: NetworkOptions;
  private readonly routes: readonly GatewayEnds[];
  private readonly drops = new Map<string, GatewayDrops>();
  /** Before the present power-on. */
  private readonly before = { frames: 0, messages: 0 };
  private running: Running | undefined;

  constructor(id: string, described: GatewayDescription, options: NetworkOptions) {
    this.id = id;
    this.described = described;
    this.options = options;
    this.routes = isoTpTable(described).map((route) => gatewayEnds(options.vehicle, route));
  }

  /** Switches it on, or off and on again. */
  boot(): void {
    this.stop();
    const { id, described, options, routes } = this;
    const { clock, transports } = options;
    const ends = new Map<GatewayEnd, End>();
    const shared = new Map<string, Bus>();
    const nodes: Node[] = [];
    for (const name of described.buses) {
      const here = routes.flatMap(({ asked, asking }) => [asked, asking]).filter(({ hop }) => hop.bus === name);
      const [bus, network] = [transports.buses.get(name), transports.ethernets.get(name)];
      if (network !== undefined) nodes.push(this.joinEthernet(network, here, ends));
      if (bus === undefined) continue;
      const [isoTp, node] = this.joinCan(name, bus, here, ends);
      nodes.push(isoTp, node);
      shared.set(name, node.bus);
    }
    const router = createFrameRouter({
      name: id,
      clock,
      buses: shared,
      routes: frameTable(described),
      delayNs: described.delayUs * NS_PER_US,
      queueFramesMax: described.queueFrames,
      onDrop: ({ route, reason }) => this.note('frames', route.from, route.to, reason),
    });
    this.running = { nodes, router, bridges: routes.map((route) => this.bridge(route, ends)) };
  }

  /** Since the run began. */
  counts(): GatewayCounts {
    const { frames, messages } = this.forwarded();
    const drops = [...this.drops.values()];
    const dropped = (wanted: GatewayDrops['what']) =>
      drops.filter(({ what }) => what === wanted).reduce((sum, { count }) => sum + count, 0);
    return {
      framesForwarded: this.before.frames + frames,
      framesDropped: dropped('frames'),
      messagesForwarded: this.before.messages + messages,
      messagesDropped: dropped('messages'),
      drops,
    };
  }

  private joinEthernet(network: EthernetNetwork, here: readonly GatewayEnd[], ends: Map<GatewayEnd, End>): Node {
    const node = attachEthernetNode(network, this.id, this.options.clock);
    for (const end of here) {
      const [peer, link] = [end.peer ?? '', { port: portAt(end.hop) }];
      ends.set(end, { link: end.side === 'asking' ? node.connect(peer, link) : node.accept(peer, link) });
    }
    return node;
  }

  /** One node for frames and messages alike. */
  private joinCan(
    name: string,
    bus: Bus,
    here: readonly GatewayEnd[],
    ends: Map<GatewayEnd, End>,
  ): readonly [IsoTpNode, SharedNode] {
    const { id, described, options } = this;
    const hops = here.map(
      (end, index) => [end, isoTpEnd(options.vehicle, end, `${index}`, described.bufferBytes)] as const,
    );
    const addresses = hops.map(([, { address }]) => address);
    const node = shareNode(bus, id, this.acceptIds(name, addresses));
    const isoTp = attachIsoTpNode(node.bus, id, options.clock, addresses);
    for (const [end, { address, blockBytesMax }] of hops) {
      const link = isoTp.links.get(address.name);
      if (link !== undefined) ends.set(end, { link, blockBytesMax });
    }
    return [isoTp, node];
  }

  private stop(): void {
    const { frames, messages } = this.forwarded();
    this.before.frames += frames;
    this.before.messages += messages;
    const { router, bridges = [], nodes = [] } = this.running ?? {};
    router?.detach();
    for (const bridge of bridges) bridge.close();
    for (const node of nodes) node.detach();
    this.running = undefined;
  }

  private forwarded(): { readonly frames: number; readonly messages: number } {
    const { router, bridges = [] } = this.running ?? {};
    return {
      frames: (router?.counts() ?? []).reduce((sum, { forwarded }) => sum + forwarded, 0),
      messages: bridges.reduce((sum, bridge) => {
        const { aToB, bToA } = bridge.counts();
        return sum + aToB.messages + bToA.messages;
      }, 0),
    };
  }

  /** What its controller on `bus` lets through. */
  private acceptIds(bus: string, ends: readonly { readonly receiveId: number }[]): readonly number[] | undefined {
    const rows = frameTable(this.described).filter(({ from }) => from === bus);
    const { acceptIds } = new RoutesFrom(rows.map((route) => ({ route })));
    return acceptIds && [...acceptIds, ...ends.map(({ receiveId }) => receiveId)];
  }

  private bridge({ asked, asking }: GatewayEnds, ends: ReadonlyMap<GatewayEnd, End>): LinkBridge {
    const [a, b] = [ends.get(asked), ends.get(asking)];
    const [from, to] = [asked.hop.bus, asking.hop.bus];
    if (a === undefined || b === undefined) throw new Error(`${this.id} is not on both ${from} and ${to}`);
    const { delayUs, bufferBytes } = this.described;
    return bridgeLinks(a.link, b.link, {
      clock: this.options.clock,
      delayNs: delayUs * NS_PER_US,
      bufferBytesMax: bufferBytes,
      ...(a.blockBytesMax !== undefined && { blockBytesMaxA: a.blockBytesMax }),
      ...(b.blockBytesMax !== undefined && { blockBytesMaxB: b.blockBytesMax }),
      onDrop: (direction, reason) => {
        if (direction === 'aToB') this.note('messages', from, to, reason);
        else this.note('messages', to, from, reason);
      },
    });
  }

  private note(what: GatewayDrops['what'], from: string, to: string, reason: string): void {
    const key = `${what} ${from} ${to} ${reason}`;
    const count = (this.drops.get(key)?.count ?? 0) + 1;
    this.drops.set(key, { what, from, to, reason, count });
  }
}
