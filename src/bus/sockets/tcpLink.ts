// Owns: connecting links over real TCP, with TLS where asked: in-vehicle Ethernet's stand-in on this machine or between machines. One of
// the real transports: it may use sockets and promises. Must not know what the messages mean. It does not reconnect: a lost connection is
// reported, and a new link is the owner's matter.
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { type EnvironmentFault, environmentFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { hostTimer } from '../../core/time/hostTime.ts';
import type { Enter } from '../enter.ts';
import { tcpCallersWaitingMax, tlsHandshakeMsMax, tlsHandshakesMax } from '../limits.ts';
import type { Link } from '../link.ts';
import { connectionFault, SocketLink, type TcpAddress } from './socketLink.ts';

/** Who one is, in PEM: a private key, and its certificate with what leads to one that the peer knows. */
export interface TlsIdentity {
  readonly key: string;
  readonly certificate: string;
}

export interface TlsServerOptions extends TlsIdentity {
  /** Only peers with a certificate that leads to one of these, in PEM, are let in; any peer when omitted. */
  readonly clientCa?: string;
}

export interface TlsClientOptions {
  /** To which of these, in PEM, the server's certificate must lead. */
  readonly ca: string;
  /** The name that it must be for. */
  readonly serverName: string;
  /** Shown to a server that asks for it. */
  readonly identity?: TlsIdentity;
}

export interface ListenTcpOptions {
  readonly host?: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly tls?: TlsServerOptions;
  readonly enter: Enter;
}

export interface ConnectTcpOptions {
  readonly host: string;
  readonly port: number;
  readonly tls?: TlsClientOptions;
  readonly enter: Enter;
}

/** A link that this end connected. */
export interface ConnectedTcpLink extends Link {
  /** This end, as the other one sees it. */
  readonly local: TcpAddress;
}

/** A port where one peer can connect. */
export interface TcpLinkServer {
  readonly port: number;
  /**
   * The link to this peer, or to the first that connects where none is named, and, with TLS, that is who it must be; nobody else is let in,
   * and nobody listens from then on. `closed` where `close` came first.
   */
  accept(peer?: TcpAddress): Promise<Result<Link, EnvironmentFault>>;
  /** Stops listening. A link already accepted stays. */
  close(): void;
}

/** Older versions allow what nobody should use any more, and the other end is ours too. */
const tlsVersionMin = 'TLSv1.3';

/** Listens for one peer. Fault: `connection-failed` where the address cannot be had, or the key and the certificate are of no use. */
export function listenTcpLink(options: ListenTcpOptions): Promise<Result<TcpLinkServer, EnvironmentFault>> {
  const { host = '127.0.0.1', port = 0, tls, enter } = options;
  const failed = (cause: Error) => fail(connectionFault(`cannot listen on ${host}:${port}`, cause));
  let server: Server;
  try {
    server = tls === undefined ? createServer() : tlsServer(tls);
  } catch (cause) {
    return Promise.resolve(failed(cause as Error));
  }
  const callers = new Callers(server, tls === undefined ? 'connection' : 'secureConnection');
  const accept = (peer?: TcpAddress) =>
    new Promise<Result<Link, EnvironmentFault>>((resolve) => {
      const closed = () => resolve(fail(environmentFault('closed', `${host}:${port}: no longer listening`)));
      if (!server.listening) return closed();
      server.once('close', closed);
      callers.take(peer, (socket) => {
        server.close();
        resolve(ok(new SocketLink(socket, enter)));
      });
    });
  const close = () => {
    callers.close();
    server.close();
  };
  return new Promise((resolve) => {
    server.on('error', (cause) => resolve(failed(cause)));
    server.listen(port, host, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      resolve(ok({ port: bound, accept, close }));
    });
  });
}

interface Caller {
  readonly socket: Socket;
  /** Kept: a connection that has ended does not say it any more. */
  readonly from: TcpAddress;
}

/** Who connected before it was said who may, and who does then. */
class Callers {
  private readonly waiting: Caller[] = [];
  private wanted: ((caller: Caller) => void) | undefined;

  /** `event` is that by which the server tells of a caller. */
  constructor(server: Server, event: 'connection' | 'secureConnection') {
    server.on(event, (socket: Socket) => {
      socket.on('error', () => {}); // nobody else listens to it yet
      const from = { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
      if (this.wanted !== undefined) return this.wanted({ socket, from });
      this.waiting.push({ socket, from });
      // A flood pushes out its own: the peer that is meant connects last, just before it is named.
      if (this.waiting.length > tcpCallersWaitingMax) drop(this.waiting.shift());
    });
  }

  /** Gives `taken` the one that is meant, and drops all others. */
  take(peer: TcpAddress | undefined, taken: (socket: Socket) => void): void {
    this.wanted = (caller) => {
      const { socket, from } = caller;
      if (peer !== undefined && (from.port !== peer.port || from.host !== peer.host)) return drop(caller);
      this.wanted = drop;
      taken(socket);
    };
    for (const caller of this.waiting.splice(0)) this.wanted(caller);
  }

  close(): void {
    this.wanted = drop;
    for (const caller of this.waiting.splice(0)) drop(caller);
  }
}

function drop(caller: Caller | undefined): void {
  caller?.socket.destroy();
}

/** Throws for what is no key or no certificate. A peer that fails is dropped, and the next one is waited for. */
function tlsServer({ key, certificate, clientCa }: TlsServerOptions): Server {
  const server = createTlsServer({
    key,
    cert: certificate,
    minVersion: tlsVersionMin,
    handshakeTimeout: tlsHandshakeMsMax,
    ...(clientCa !== undefined && { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
  });
  server.maxConnections = tlsHandshakesMax;
  return server;
}

/**
 * Connects to a peer. Fault: `connection-failed`, with TLS also for a peer that is not who it must be. A server that refuses this end's
 * certificate says so after that: as a lost connection.
 */
export function connectTcpLink(options: ConnectTcpOptions): Promise<Result<ConnectedTcpLink, EnvironmentFault>> {
  const { host, port, tls, enter } = options;
  return new Promise((resolve) => {
    let socket: Socket;
    const failed = (cause: Error) => {
      resolve(fail(connectionFault(`cannot connect to ${host}:${port}`, cause)));
      socket?.destroy();
    };
    try {
      socket = tls === undefined ? createConnection({ host, port }) : tlsSocket(host, port, tls);
    } catch (cause) {
      failed(cause as Error);
      return;
    }
    const cancel = tls === undefined ? () => {} : hostTimer(tlsHandshakeMsMax, () => failed(new Error('no handshake')));
    const refused = (cause: Error) => {
      cancel();
      failed(cause);
    };
    socket.once('error', refused);
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      cancel();
      socket.removeListener('error', refused);
      resolve(ok(new SocketLink(socket, enter)));
    });
  });
}

function tlsSocket(host: string, port: number, { ca, serverName, identity }: TlsClientOptions): Socket {
  return connectTls({
    host,
    port,
    ca,
    servername: serverName,
    minVersion: tlsVersionMin,
    ...(identity !== undefined && { key: identity.key, cert: identity.certificate }),
  });
}
