// Owns: a `Link` over a connected socket of the host, TCP or TLS: whole messages, length-prefixed, and the end of the connection. Must not
// know how the connection came about.
import type { Socket } from 'node:net';
import { type EnvironmentFault, environmentFault } from '../../core/faults.ts';
import { linkMessageBytesMax } from '../../core/limits.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { hostTimer } from '../../core/time/hostTime.ts';
import type { Enter } from '../enter.ts';
import { type Link, type LinkListener, sendingRefusal } from '../link.ts';
import { Deframer, framed } from '../tcp/lengthPrefix.ts';

/** Which end of a connection somebody is. */
export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

/** What a socket's error comes to. `what`: what it kept from happening. */
export function connectionFault(what: string, cause: Error): EnvironmentFault {
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
  return environmentFault('connection-failed', `${what} (${code})`);
}

/**
 * A link over a connected socket. What the peer sends before `listen` waits in the socket. A lost connection is told as
 * `transferFailed('sending')` where a message was on its way, and always as `transferFailed('receiving')`; from then on `send`
 * refuses with `closed`.
 */
export class SocketLink implements Link {
  readonly local: TcpAddress;
  readonly messageBytesMax = linkMessageBytesMax;
  private readonly socket: Socket;
  private readonly peer: string;
  private readonly enter: Enter;
  private readonly deframer = new Deframer(linkMessageBytesMax);
  private listener: LinkListener | undefined;
  private sending = false;
  private closed = false;
  /** Why the connection went, until the listener has been told. */
  private lostBy: EnvironmentFault | undefined;

  constructor(socket: Socket, enter: Enter) {
    this.socket = socket;
    this.enter = enter;
    this.local = { host: socket.localAddress ?? '', port: socket.localPort ?? 0 };
    this.peer = `${socket.remoteAddress ?? 'peer'}:${socket.remotePort ?? 0}`;
    socket.setNoDelay(true);
    socket.on('error', (cause) => this.lose(connectionFault(`the connection to ${this.peer} broke`, cause)));
    const closed = () => this.lose(environmentFault('closed', `${this.peer} closed the connection`));
    if (socket.destroyed) closed();
    else socket.on('close', closed);
  }

  listen(listener: LinkListener): void {
    const first = this.listener === undefined;
    this.listener = listener;
    if (!first || this.closed) return;
    this.socket.on('data', (chunk) => this.enter(() => this.arrived(chunk)));
    // A connection lost before anybody listened is told now, but not from inside this call.
    if (this.lostBy !== undefined) hostTimer(0, () => this.enter(() => this.tellLost()));
  }

  send(message: Uint8Array): Result<void, EnvironmentFault> {
    const isClosed = this.closed || this.lostBy !== undefined || !this.socket.writable;
    const state = { name: this.peer, isClosed, isSending: this.sending, bytesMax: this.messageBytesMax };
    const refusal = sendingRefusal(state, message.length);
    if (refusal !== undefined) return fail(refusal);
    this.sending = true;
    this.socket.write(framed(message), (cause) => {
      if (cause === undefined || cause === null) this.enter(() => this.left());
    });
    return ok();
  }

  close(): void {
    this.closed = true;
    // What was confirmed is with the kernel. A message still on its way is given up: else a peer that reads no more would keep us.
    if (this.sending) this.socket.destroy();
    else this.socket.destroySoon();
  }

  private left(): void {
    if (this.closed || this.lostBy !== undefined) return;
    this.sending = false;
    this.listener?.messageSent();
  }

  private arrived(chunk: Uint8Array): void {
    this.deframer.push(chunk);
    while (!this.closed && this.lostBy === undefined) {
      const result = this.deframer.next();
      if (result.type === 'moreNeeded') return;
      if (result.type === 'message') {
        this.listener?.messageReceived(result.message);
      } else {
        const text = `${this.peer} announced a message of ${result.length} bytes, not of 1 to ${this.messageBytesMax}`;
        this.lostBy = environmentFault('too-long', `${text}: connection closed`);
        this.socket.destroy();
        this.tellLost();
      }
    }
  }

  private lose(fault: EnvironmentFault): void {
    if (this.closed || this.lostBy !== undefined) return;
    this.lostBy = fault;
    this.socket.destroy();
    if (this.listener !== undefined) this.enter(() => this.tellLost());
  }

  private tellLost(): void {
    const { lostBy, sending } = this;
    if (this.closed || lostBy === undefined) return;
    this.sending = false;
    if (sending) this.listener?.transferFailed('sending', lostBy);
    if (!this.closed) this.listener?.transferFailed('receiving', lostBy);
  }
}
