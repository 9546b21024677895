// Owns: one node's TCP/IP on a virtual Ethernet: finds the connection that a packet is for, opens and accepts connections, refuses what
// is for nobody. Must not know what is said over them.

import { linkMessageBytesMax } from '../../core/limits.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { Link } from '../link.ts';
import { TcpConnection } from '../tcp/connection.ts';
import { TcpMessageLink } from '../tcp/messageLink.ts';
import { resetFor, type TcpSegment } from '../tcp/segment.ts';
import { TcpSocket } from '../tcp/socket.ts';
import type { EthernetNetwork, EthernetPort } from './ethernetNetwork.ts';
import type { Ipv4Address } from './ipv4.ts';
import { readTcpPacket, tcpPacket } from './tcpPacket.ts';

export interface EthernetLinkEnd {
  /** The TCP port of the accepting end: different ones for several links between two nodes. `ecunetPort` when omitted. */
  readonly port?: number;
  /** `linkMessageBytesMax` when omitted. */
  readonly messageBytesMax?: number;
}

export interface EthernetNode {
  /** A link to `peer`. Its connection is opened by the first message, and after a loss again by the next one. */
  connect(peer: string, at?: EthernetLinkEnd): Link;
  /** The other end: a link for which `peer` opens the connections; before it has, `send` refuses with `closed`. */
  accept(peer: string, at?: EthernetLinkEnd): Link;
  /** Switches the node off: connections end without a word. */
  detach(): void;
}

/** Where a Secondary waits for its Primary. */
export const ecunetPort = 15_765;
/** RFC 6335: ports for those who open connections. */
const dynamicPortFirst = 49_152;
const dynamicPorts = 16_384;

/** Puts `name` on the network. Throws a RangeError where the network has no port for it. */
export function attachEthernetNode(network: EthernetNetwork, name: string, clock: Clock): EthernetNode {
  return new Node(network, name, clock);
}

class Node implements EthernetNode {
  private readonly network: EthernetNetwork;
  private readonly name: string;
  private readonly clock: Clock;
  private readonly port: EthernetPort;
  private readonly sockets = new Map<string, TcpSocket>();
  private readonly accepting = new Map<string, TcpMessageLink>();
  private identification = 0;

  constructor(network: EthernetNetwork, name: string, clock: Clock) {
    this.network = network;
    this.name = name;
    this.clock = clock;
    this.port = network.attach(name, (packet) => this.received(packet));
  }

  connect(peer: string, { port = ecunetPort, messageBytesMax = linkMessageBytesMax }: EthernetLinkEnd = {}): Link {
    const to = this.network.addressOf(peer);
    const open = () => {
      const socket = this.openSocket(to, this.freePort(to, port), port);
      socket.open();
      return socket;
    };
    return new TcpMessageLink({ name: `${this.name} to ${peer}`, messageBytesMax, open, closed: () => {} });
  }

  accept(peer: string, { port = ecunetPort, messageBytesMax = linkMessageBytesMax }: EthernetLinkEnd = {}): Link {
    const key = `${this.network.addressOf(peer)} ${port}`;
    if (this.accepting.has(key)) throw new RangeError(`${this.name} accepts ${peer} on port ${port} already`);
    const closed = () => this.accepting.delete(key);
    const link = new TcpMessageLink({ name: `${this.name} to ${peer}`, messageBytesMax, closed });
    this.accepting.set(key, link);
    return link;
  }

  detach(): void {
    for (const socket of this.sockets.values()) socket.drop();
    this.sockets.clear();
    this.accepting.clear();
    this.port.detach();
  }

  private received(packet: Uint8Array): void {
    const { from, to, segment } = readTcpPacket(packet) ?? {};
    if (from === undefined || segment === undefined || to !== this.port.address) return;
    const { sourcePort, destinationPort, syn, acknowledgment, rst } = segment;
    const socket = this.sockets.get(socketKey(from, sourcePort, destinationPort));
    const acceptor = this.accepting.get(`${from} ${destinationPort}`);
    if (socket !== undefined) socket.arrived(segment);
    else if (acceptor !== undefined && syn && acknowledgment === undefined && !rst) {
      const accepted = this.openSocket(from, destinationPort, sourcePort, segment);
      accepted.open();
      acceptor.adopt(accepted);
    } else if (!rst) this.send(from, resetFor(segment));
  }

  private openSocket(peer: Ipv4Address, localPort: number, remotePort: number, opening?: TcpSegment): TcpSocket {
    const key = socketKey(peer, remotePort, localPort);
    const initialSequence = this.network.randomOf(this.name).uint32();
    const connection = new TcpConnection({
      localPort,
      remotePort,
      initialSequence,
      ...(opening !== undefined && { opening }),
    });
    const give = (segment: TcpSegment) => this.send(peer, segment);
    const socket = new TcpSocket(connection, this.clock, give, () => this.sockets.delete(key));
    this.sockets.set(key, socket);
    return socket;
  }

  /** By chance, so that a node that was off does not take up a connection that its peer has not given up yet. */
  private freePort(peer: Ipv4Address, remotePort: number): number {
    const random = this.network.randomOf(this.name);
    for (;;) {
      const port = dynamicPortFirst + random.below(dynamicPorts);
      if (!this.sockets.has(socketKey(peer, remotePort, port))) return port;
    }
  }

  private send(to: Ipv4Address, segment: TcpSegment): void {
    this.identification = (this.identification + 1) & 0xffff;
    this.port.send(tcpPacket(this.port.address, to, this.identification, segment));
  }
}

function socketKey(peer: Ipv4Address, remotePort: number, localPort: number): string {
  return `${peer} ${remotePort} ${localPort}`;
}
