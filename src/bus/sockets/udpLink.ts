// Owns: links over real UDP: messages in datagrams of at most 1400 bytes, in order and complete, by the TCP of bus/tcp. One of the real
// transports: it may use sockets and promises. Must not know what the messages mean.
import { randomBytes } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { type EnvironmentFault, environmentFault } from '../../core/faults.ts';
import { linkMessageBytesMax } from '../../core/limits.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Clock, Timer } from '../../core/time/clock.ts';
import { hostTimer, monotonicMs } from '../../core/time/hostTime.ts';
import { NS_PER_MS } from '../../core/units.ts';
import type { Enter } from '../enter.ts';
import type { Link } from '../link.ts';
import { TcpConnection } from '../tcp/connection.ts';
import { TcpMessageLink } from '../tcp/messageLink.ts';
import { resetFor, type TcpSegment } from '../tcp/segment.ts';
import { TcpSocket } from '../tcp/socket.ts';
import { readUdpDatagram, udpDatagram, udpSegmentBytes } from '../tcp/udpSegment.ts';

export interface UdpAddress {
  /** IPv4, in numbers. */
  readonly host: string;
  readonly port: number;
}

/** A bound socket that waits to be told whose link it is; until then it hears nobody. */
export interface UdpEnd extends UdpAddress {
  /** The link to this peer: who else sends is not heard. One of the two ends `opens` connections; the other's `send` refuses with `closed` before that. */
  link(peer: UdpAddress, opens: boolean): Link;
  /** For an end that gets no link. */
  close(): void;
}

/** Binds a socket; port 0, the default, is any free one. Whether a peer is there shows with the first message. Fault: `connection-failed`. */
export async function openUdpEnd({
  host = '127.0.0.1',
  port = 0,
  enter,
}: Partial<UdpAddress> & { readonly enter: Enter }): Promise<Result<UdpEnd, EnvironmentFault>> {
  const socket = await boundSocket(host, port);
  if (!socket.ok) return socket;
  const bound = socket.value;
  const own = { host, port: bound.address().port };
  return ok({
    ...own,
    link: (peer, opens) => new UdpConnections(bound, enter, opens ? peer : own, peer, opens).link,
    close: () => bound.close(),
  });
}

function boundSocket(host: string, port: number): Promise<Result<Socket, EnvironmentFault>> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const failed = (cause: NodeJS.ErrnoException) => {
      socket.close();
      const text = `cannot use UDP on ${host}:${port} (${cause.code ?? cause.message})`;
      resolve(fail(environmentFault('connection-failed', text)));
    };
    socket.once('error', failed);
    socket.bind(port, host, () => {
      socket.removeListener('error', failed);
      // What cannot be sent is as good as lost on the way: it is sent again, or given up.
      socket.on('error', () => {});
      resolve(ok(socket));
    });
  });
}

/** The host's time, for connections that do not wait for the run. */
function hostClock(enter: Enter): Clock {
  const nowNs = () => Math.round(monotonicMs() * NS_PER_MS);
  const at = (timeNs: number, run: () => void): Timer => {
    let due: (() => void) | undefined = run;
    const cancelTimer = hostTimer(Math.ceil((timeNs - nowNs()) / NS_PER_MS), () => enter(() => due?.()));
    return {
      cancel() {
        due = undefined;
        cancelTimer();
      },
    };
  };
  return { nowNs, at, after: (delayNs, run) => at(nowNs() + delayNs, run) };
}

class UdpConnections {
  readonly link: TcpMessageLink;
  private readonly socket: Socket;
  private readonly clock: Clock;
  private readonly connections = new Map<number, TcpSocket>();
  private readonly opens: boolean;
  private readonly peer: UdpAddress;
  private isClosed = false;
  private sending = 0;

  /** `shown` is the end that a user is told of. */
  constructor(socket: Socket, enter: Enter, shown: UdpAddress, peer: UdpAddress, opens: boolean) {
    this.socket = socket;
    this.clock = hostClock(enter);
    this.peer = peer;
    this.opens = opens;
    this.link = new TcpMessageLink({
      name: `${shown.host}:${shown.port}`,
      messageBytesMax: linkMessageBytesMax,
      ...(opens && { open: () => this.open(randomBytes(4).readUInt32BE()) }),
      closed: () => this.close(),
    });
    socket.on('message', (datagram, from) => enter(() => this.arrived(datagram, from)));
  }

  private arrived(datagram: Uint8Array, { address, port }: RemoteInfo): void {
    if (this.isClosed || address !== this.peer.host || port !== this.peer.port) return;
    const { connection, segment } = readUdpDatagram(datagram) ?? {};
    if (connection === undefined || segment === undefined) return;
    const socket = this.connections.get(connection);
    if (socket !== undefined) socket.arrived(segment);
    else if (!this.opens && segment.syn && segment.acknowledgment === undefined) {
      this.link.adopt(this.open(connection, segment));
    } else if (!segment.rst) this.send(udpDatagram(connection, resetFor(segment)));
  }

  private open(connection: number, opening?: TcpSegment): TcpSocket {
    const options = { localPort: 0, remotePort: 0, segmentBytes: udpSegmentBytes };
    const tcp = new TcpConnection({
      ...options,
      initialSequence: randomBytes(4).readUInt32BE(),
      ...(opening !== undefined && { opening }),
    });
    const socket = new TcpSocket(
      tcp,
      this.clock,
      (segment) => this.send(udpDatagram(connection, segment)),
      () => this.connections.delete(connection),
    );
    this.connections.set(connection, socket);
    socket.open();
    return socket;
  }

  private send(datagram: Uint8Array): void {
    this.sending += 1;
    this.socket.send(datagram, this.peer.port, this.peer.host, () => {
      this.sending -= 1;
      this.closeSocket();
    });
  }

  /** The peer is told once, and not waited for: a process that ends has no time for that. */
  private close(): void {
    for (const socket of [...this.connections.values()]) socket.abort();
    this.isClosed = true;
    this.closeSocket();
  }

  private closeSocket(): void {
    if (this.isClosed && this.sending === 0) this.socket.close();
  }
}
