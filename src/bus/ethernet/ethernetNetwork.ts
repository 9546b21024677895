// Owns: a switched Ethernet in virtual time: full-duplex links from nodes to one store-and-forward switch. Every node and its port are
// known beforehand: nothing is learned, nothing is flooded. Must not know what packets carry.

import type { Random } from '../../core/random.ts';
import type { Clock } from '../../core/time/clock.ts';
import { FrameDigest } from '../frame/frameDigest.ts';
import { type Tap, Taps } from '../taps.ts';
import { Channel, type ChannelLoad } from './channel.ts';
import { destinationOf, type Ipv4Address } from './ipv4.ts';

export interface EthernetLinkOptions {
  readonly bitsPerSecond: number;
  /** One way along the link, in nanoseconds. */
  readonly latencyNs: number;
  /** The share of frames lost on each way along it, from 0 to 1. */
  readonly loss: number;
}

export interface EthernetOptions {
  readonly name: string;
  readonly clock: Clock;
  /** For losses, and for what nodes choose by chance. */
  readonly random: Random;
  /** Each node's link, in the order of their ports: at most 254. */
  readonly nodes: ReadonlyMap<string, EthernetLinkOptions>;
  /** Bytes that may wait at each output: of the switch to a node, and of a node to the switch. */
  readonly queueBytes: number;
  /** From a frame's last bit at the switch until it waits at its output. */
  readonly forwardingNs: number;
  /** The third byte of 10.0.x.y, the addresses of the nodes; 0 when omitted. */
  readonly subnet?: number;
}

/** A node's port, at its end of the link. */
export interface EthernetPort {
  readonly address: Ipv4Address;
  /** Gives a packet, not to be changed afterwards, to the line. Nobody tells whether it arrives. */
  send(packet: Uint8Array): void;
  /** The node is off: its link carries nothing. */
  detach(): void;
}

/** One direction of a link. */
export interface EthernetLinkLoad extends ChannelLoad {
  readonly node: string;
  readonly direction: 'toSwitch' | 'fromSwitch';
}

export interface EthernetLoad {
  /** Frames that the switch received. */
  readonly frames: number;
  readonly links: readonly EthernetLinkLoad[];
  /** A chain over each of these frames and its time: equal traffic gives equal digests. */
  readonly digest: string;
}

/** `packet`: from the destination address to the padding; `timeNs`: when the switch had it as a whole. */
export type PacketTap = Tap<Uint8Array>;

export interface EthernetNetwork {
  readonly name: string;
  /** For what a node chooses by chance; goes on where it is attached again. Throws a RangeError for an unknown node. */
  randomOf(node: string): Random;
  /** Throws a RangeError for an unknown node. */
  addressOf(node: string): Ipv4Address;
  /** `received` is never called from inside `send` or `attach`. A node that is attached already is replaced. */
  attach(node: string, received: (packet: Uint8Array) => void): EthernetPort;
  /** Takes the links of nodes off, `*` for all. What is on them, and what waits for them, is lost. Adds to an earlier partition. */
  partition(nodes: readonly string[]): void;
  /** Puts every link back. */
  repair(): void;
  /** Totals since the start. */
  load(): EthernetLoad;
  /** Hears every frame that the switch receives, as from a mirror port: what was lost before it is not heard. */
  tap(hear: PacketTap): () => void;
  close(): void;
}

export function createEthernet(options: EthernetOptions): EthernetNetwork {
  return new Network(options);
}

interface Port {
  readonly node: string;
  readonly address: Ipv4Address;
  readonly random: Random;
  readonly toSwitch: Channel;
  readonly fromSwitch: Channel;
  attached: ((packet: Uint8Array) => void) | undefined;
}

const portsMax = 254;

class Network implements EthernetNetwork {
  readonly name: string;
  private readonly clock: Clock;
  private readonly forwardingNs: number;
  private readonly ports: readonly Port[];
  private readonly off = new Set<string>();
  private readonly taps = new Taps<Uint8Array>();
  private readonly digest = new FrameDigest();
  private readonly network: Ipv4Address;
  private frames = 0;

  constructor(options: EthernetOptions) {
    const { name, clock, nodes, forwardingNs, subnet = 0 } = options;
    if (nodes.size > portsMax) throw new RangeError(`a switch has at most ${portsMax} ports, not ${nodes.size}`);
    this.name = name;
    this.clock = clock;
    this.forwardingNs = forwardingNs;
    this.network = 0x0a00_0000 + 256 * subnet;
    this.ports = [...nodes].map(([node, link], index) => this.makePort(options, node, link, index));
  }

  randomOf(node: string): Random {
    return this.portOf(node).random;
  }

  addressOf(node: string): Ipv4Address {
    return this.portOf(node).address;
  }

  attach(node: string, received: (packet: Uint8Array) => void): EthernetPort {
    const port = this.portOf(node);
    const listener = (packet: Uint8Array) => received(packet);
    this.change(port, undefined);
    this.change(port, listener);
    return {
      address: port.address,
      send: (packet) => {
        if (port.attached === listener) port.toSwitch.send(packet);
      },
      detach: () => {
        if (port.attached === listener) this.change(port, undefined);
      },
    };
  }

  partition(nodes: readonly string[]): void {
    for (const node of nodes) this.off.add(node);
    for (const port of this.ports) this.change(port, port.attached);
  }

  repair(): void {
    this.off.clear();
    for (const port of this.ports) this.change(port, port.attached);
  }

  load(): EthernetLoad {
    const links = this.ports.flatMap(({ node, toSwitch, fromSwitch }): EthernetLinkLoad[] => [
      { node, direction: 'toSwitch', ...toSwitch.load() },
      { node, direction: 'fromSwitch', ...fromSwitch.load() },
    ]);
    return { frames: this.frames, links, digest: this.digest.text() };
  }

  tap(hear: PacketTap): () => void {
    return this.taps.add(hear);
  }

  close(): void {
    this.taps.clear();
    for (const port of this.ports) this.change(port, undefined);
  }

  private makePort(
    { name, clock, random, queueBytes }: EthernetOptions,
    node: string,
    link: EthernetLinkOptions,
    index: number,
  ): Port {
    const channel = (direction: EthernetLinkLoad['direction'], arrived: (packet: Uint8Array) => void) => {
      const losses = random.fork(`ethernet/${name}/${node}/${direction}`);
      return new Channel({ clock, ...link, queueBytes, random: losses, arrived });
    };
    const port: Port = {
      node,
      address: this.network + index + 1,
      random: random.fork(`ethernet/${name}/${node}`),
      toSwitch: channel('toSwitch', (packet) => this.forward(packet)),
      fromSwitch: channel('fromSwitch', (packet) => port.attached?.(packet)),
      attached: undefined,
    };
    this.change(port, undefined);
    return port;
  }

  private portOf(node: string): Port {
    const port = this.ports.find(({ node: name }) => name === node);
    if (port === undefined) throw new RangeError(`${this.name} has no port for ${node}`);
    return port;
  }

  /** A node is attached or not, and the link carries something where it is, and is on. */
  private change(port: Port, attached: Port['attached']): void {
    port.attached = attached;
    const isOff = attached === undefined || this.off.has('*') || this.off.has(port.node);
    for (const channel of [port.toSwitch, port.fromSwitch]) {
      if (isOff) channel.cut();
      else channel.join();
    }
  }

  private forward(packet: Uint8Array): void {
    const nowNs = this.clock.nowNs();
    this.frames += 1;
    this.digest.addBytes(nowNs, packet);
    this.taps.tell(packet, nowNs);
    const to = this.ports[(destinationOf(packet) ?? 0) - this.network - 1];
    if (to !== undefined) this.clock.after(this.forwardingNs, () => to.fromSwitch.send(packet));
  }
}
