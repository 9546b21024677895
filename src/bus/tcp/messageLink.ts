// Owns: a `Link` over TCP on virtual Ethernet: whole messages, length-prefixed, one at a time. Outlives its connections: the end that opens
// them opens another with the next message. Must not know what the messages mean.
import { type EnvironmentFault, environmentFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { type Link, type LinkListener, sendingRefusal } from '../link.ts';
import type { TcpFailure } from './connection.ts';
import { Deframer, framed } from './lengthPrefix.ts';
import type { TcpSocket } from './socket.ts';

const failureWords: Readonly<Record<TcpFailure, string>> = {
  refused: 'the connection is refused',
  reset: 'the connection was reset',
  'timed-out': 'nothing was acknowledged for too long',
};

export interface TcpMessageLinkOptions {
  /** In words a user reads, in front of what went wrong. */
  readonly name: string;
  readonly messageBytesMax: number;
  /** Opens a connection; without it, this end waits for those of its peer. */
  readonly open?: () => TcpSocket;
  /** The owner has closed the link. */
  readonly closed: () => void;
}

export class TcpMessageLink implements Link {
  readonly messageBytesMax: number;
  private readonly options: TcpMessageLinkOptions;
  private listener: LinkListener | undefined;
  private socket: TcpSocket | undefined;
  private deframer: Deframer;
  private isSending = false;
  private isClosed = false;

  constructor(options: TcpMessageLinkOptions) {
    this.options = options;
    this.messageBytesMax = options.messageBytesMax;
    this.deframer = new Deframer(this.messageBytesMax);
  }

  listen(listener: LinkListener): void {
    this.listener = listener;
  }

  send(message: Uint8Array): Result<void, EnvironmentFault> {
    const { isClosed, isSending, messageBytesMax } = this;
    const { name, open } = this.options;
    const refusal = sendingRefusal({ name, isClosed, isSending, bytesMax: messageBytesMax }, message.length);
    if (refusal !== undefined) return fail(refusal);
    if (this.socket === undefined && open !== undefined) this.adopt(open());
    if (this.socket === undefined) return fail(environmentFault('closed', `${name}: the peer is not connected`));
    this.isSending = true;
    this.socket.write(framed(message));
    return ok();
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    // What was confirmed has arrived. A message still on its way is given up.
    if (this.isSending) this.socket?.abort();
    else this.socket?.finish();
    this.leave();
    this.options.closed();
  }

  /** From now on this connection carries the link; what was under way on an earlier one is lost. */
  adopt(socket: TcpSocket): void {
    const { socket: earlier } = this;
    if (earlier !== undefined) {
      this.lose('the peer has opened another connection');
      earlier.abort();
    }
    if (this.isClosed) {
      socket.abort();
      return;
    }
    this.deframer = new Deframer(this.messageBytesMax);
    this.socket = socket;
    socket.own({
      received: (bytes) => this.received(bytes),
      acknowledged: () => {
        this.isSending = false;
        this.listener?.messageSent();
      },
      finished: () => {
        const { socket: finishing } = this;
        this.lose('the peer has closed the connection');
        finishing?.finish();
      },
      failed: (failure) => this.lose(failureWords[failure]),
    });
  }

  private received(bytes: Uint8Array): void {
    const { deframer } = this;
    deframer.push(bytes);
    while (!this.isClosed && this.deframer === deframer) {
      const result = deframer.next();
      if (result.type === 'moreNeeded') return;
      if (result.type === 'message') this.listener?.messageReceived(result.message);
      else {
        this.socket?.abort();
        this.lose(`a message of ${result.length} bytes was announced, not of 1 to ${this.messageBytesMax}`, 'too-long');
      }
    }
  }

  /** The connection is no more of use. Tells of what was under way on it. */
  private lose(reason: string, code: EnvironmentFault['code'] = 'connection-failed'): void {
    const { isSending, deframer } = this;
    const fault = environmentFault(code, `${this.options.name}: ${reason}`);
    this.leave();
    if (isSending) this.listener?.transferFailed('sending', fault);
    if (!this.isClosed && (deframer.midMessage || code === 'too-long')) {
      this.listener?.transferFailed('receiving', fault);
    }
  }

  private leave(): void {
    this.socket?.own(undefined);
    this.socket = undefined;
    this.isSending = false;
    this.deframer = new Deframer(this.messageBytesMax);
  }
}
