// Owns: links over real UDP: messages in datagrams of at most 1400 bytes, in order and complete, by the TCP of ethernet/. One of the real
// transports: it may use sockets and promises. Must not know what the messages mean.
import { randomBytes } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { Clock, Timer } from '../../core/clock.ts';
import { type EnvironmentFault, environmentFault } from '../../core/faults.ts';
import { hostTimer, monotonicMs } from '../../core/hostTime.ts';
import { linkMessageBytesMax } from '../../core/limits.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { NS_PER_MS } from '../../core/units.ts';
import type { Enter } from '../enter.ts';
import type { Link } from '../link.ts';
import { TcpConnection } from '../tcp/connection.ts';
import { TcpMessageLink } from '../tcp/messageLink.ts';
import { resetFor, type TcpSegment } from '../tcp/segment.ts';
import { TcpSocket } from '../tcp/socket.ts';
import { readUdpDatagram, udpDatagram, udpSegmentBytes } from '../tcp/udpSegment.ts';

export interface ListenUdpOptions {
  readonly host?: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly enter: Enter;
}

export interface ConnectUdpOptions {
  readonly host: string;
  readonly port: number;
  readonly enter: Enter;
}

/** Takes one peer, the first that sends: others are not heard. Before that, `send` refuses with `closed`. Fault: `connection-failed`. */
export async function listenUdpLink(
  options: ListenUdpOptions,
): Promise<Result<{ readonly port: number; readonly link: Link }, EnvironmentFault>> {
  const { host = '127.0.0.1', port = 0, enter } = options;
  const socket = await boundSocket(host, port);
  if (!socket.ok) return socket;
  const end = new UdpEnd(socket.value, enter, `${host}:${socket.value.address().port}`, undefined);
  return ok({ port: socket.value.address().port, link: end.link });
}

/** To a peer that listens there. Whether it does shows with the first message. Fault: `connection-failed`. */
export async function connectUdpLink(options: ConnectUdpOptions): Promise<Result<Link, EnvironmentFault>> {
  const { host, port, enter } = options;
  const socket = await boundSocket(host === '127.0.0.1' ? host : undefined, 0);
  if (!socket.ok) return socket;
  return ok(new UdpEnd(socket.value, enter, `${host}:${port}`, { address: host, port }).link);
}

function boundSocket(host: string | undefined, port: number): Promise<Result<Socket, EnvironmentFault>> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const failed = (cause: NodeJS.ErrnoException) => {
      socket.close();
      const text = `cannot use UDP on ${host ?? 'any address'}:${port} (${cause.code ?? cause.message})`;
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

type Peer = Pick<RemoteInfo, 'address' | 'port'>;

class UdpEnd {
  readonly link: TcpMessageLink;
  private readonly socket: Socket;
  private readonly clock: Clock;
  private readonly connections = new Map<number, TcpSocket>();
  private readonly opens: boolean;
  private peer: Peer | undefined;
  private isClosed = false;
  private sending = 0;

  /** With a `peer`, this end opens connections to it. */
  constructor(socket: Socket, enter: Enter, name: string, peer: Peer | undefined) {
    this.socket = socket;
    this.clock = hostClock(enter);
    this.peer = peer;
    this.opens = peer !== undefined;
    this.link = new TcpMessageLink({
      name,
      messageBytesMax: linkMessageBytesMax,
      ...(this.opens && { open: () => this.open(randomBytes(4).readUInt32BE()) }),
      closed: () => this.close(),
    });
    socket.on('message', (datagram, from) => enter(() => this.arrived(datagram, from)));
  }

  private arrived(datagram: Uint8Array, { address, port }: Peer): void {
    const { connection, segment } = readUdpDatagram(datagram) ?? {};
    if (connection === undefined || segment === undefined || this.isClosed) return;
    const { peer } = this;
    if (peer !== undefined && (peer.address !== address || peer.port !== port)) return;
    const socket = this.connections.get(connection);
    if (socket !== undefined) socket.arrived(segment);
    else if (!this.opens && segment.syn && segment.acknowledgment === undefined) {
      this.peer = { address, port };
      this.link.adopt(this.open(connection, segment));
    } else if (peer !== undefined && !segment.rst) this.send(udpDatagram(connection, resetFor(segment)));
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
    if (this.peer === undefined) return;
    this.sending += 1;
    this.socket.send(datagram, this.peer.port, this.peer.address, () => {
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
