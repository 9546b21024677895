// Owns: a TCP connection on a clock and a network: brings it segments and deadlines, and what comes of them to its owner. Calls are
// of four kinds:
// - the owner's: `own`, `open`, `write`, `finish`, `abort`. They send segments, and tell the owner nothing.
// - the network's: `arrived`, for each segment; `drop`, when the node is off.
// - to the network: `give`, for each segment to send; `closed`, when none will be sent or heard any more.
// - to the owner, from `settle` alone, after a segment or a deadline and when all segments are given: `TcpSocketOwner`. It may send.
import type { Clock } from '../../core/time/clock.ts';
import { DeadlineTimer } from '../../core/time/deadlineTimer.ts';
import type { TcpConnection, TcpFailure } from './connection.ts';
import type { TcpSegment } from './segment.ts';

/** Who is told; never from inside a call of the socket but `arrived`. */
export interface TcpSocketOwner {
  received(bytes: Uint8Array): void;
  acknowledged(): void;
  finished(): void;
  failed(failure: TcpFailure): void;
}

export class TcpSocket {
  private readonly connection: TcpConnection;
  private readonly clock: Clock;
  private readonly give: (segment: TcpSegment) => void;
  private readonly closed: () => void;
  private readonly timer: DeadlineTimer;
  private owner: TcpSocketOwner | undefined;

  /** `closed` is called once, when no segment will be sent or heard any more. */
  constructor(connection: TcpConnection, clock: Clock, give: (segment: TcpSegment) => void, closed: () => void) {
    this.connection = connection;
    this.clock = clock;
    this.give = give;
    this.closed = closed;
    this.timer = new DeadlineTimer(clock, () => {
      this.connection.tick(this.clock.nowNs());
      this.settle();
    });
  }

  /** Sets who is told; nobody any more with undefined. */
  own(owner: TcpSocketOwner | undefined): void {
    this.owner = owner;
  }

  arrived(segment: TcpSegment): void {
    this.connection.arrived(segment, this.clock.nowNs());
    this.settle();
  }

  /** Sends what there is to send at the beginning: the SYN, or its answer. */
  open(): void {
    this.transmit();
  }

  /** As of `TcpConnection`. */
  write(bytes: Uint8Array): void {
    this.connection.write(bytes);
    this.transmit();
  }

  finish(): void {
    this.connection.finish(this.clock.nowNs());
    this.transmit();
  }

  abort(): void {
    this.connection.abort();
    this.transmit();
  }

  /** The node is off: nothing more is sent, nobody is told. */
  drop(): void {
    this.owner = undefined;
    this.timer.cancel();
  }

  /** After anything happened: segments first, then the owner, who may send. */
  private settle(): void {
    this.transmit();
    for (let event = this.connection.takeEvent(); event !== undefined; event = this.connection.takeEvent()) {
      if (event.type === 'received') this.owner?.received(event.bytes);
      else if (event.type === 'failed') this.owner?.failed(event.failure);
      else this.owner?.[event.type]();
    }
  }

  private transmit(): void {
    const { connection } = this;
    const nowNs = this.clock.nowNs();
    for (let segment = connection.take(nowNs); segment !== undefined; segment = connection.take(nowNs))
      this.give(segment);
    this.timer.set(connection.deadlineNs);
    if (connection.isClosed) this.closed();
  }
}
