// Owns: the contract of everything that carries frames. `busSuite` in test/bus shows what each implementation must do.
// Must not know who talks over it.
import type { EnvironmentFault } from '../core/faults.ts';
import type { Result } from '../core/result.ts';

/** One CAN or CAN FD frame. `data` belongs to whoever made it and is never changed afterwards. */
export interface CanFrame {
  /** 11 bits, or 29 where `extended`. */
  readonly id: number;
  readonly extended: boolean;
  /** A remote request: no data, classic only. */
  readonly remote: boolean;
  readonly fd: boolean;
  /** FD: the data phase runs at the faster bit rate. */
  readonly brs: boolean;
  /** 0 to 8 bytes; FD: 0 to 8, 12, 16, 20, 24, 32, 48 or 64. */
  readonly data: Uint8Array;
}

/** A classic data frame with an 11-bit id. */
export function classicFrame(id: number, data: Uint8Array): CanFrame {
  return { id, extended: false, remote: false, fd: false, brs: false, data };
}

/** An FD frame with an 11-bit id and the bit rate switch. */
export function fdFrame(id: number, data: Uint8Array): CanFrame {
  return { id, extended: false, remote: false, fd: true, brs: true, data };
}

/** What a node is told. Never called from inside `send` or `attach`. */
export interface BusListener {
  /** A frame of another node, in the order of the bus; a node never hears its own. */
  frameReceived(frame: CanFrame): void;
  /**
   * A frame given to `send`, that very object, left this node (on a real interface: the kernel echoed it). Once a frame, in the
   * order of `send`. Where its receivers are on the same bus object, they were told before.
   */
  frameSent(frame: CanFrame): void;
  /** The node can send no more: the interface went down or away. */
  nodeFailed(fault: EnvironmentFault): void;
}

/** One node's place on a bus. */
export interface BusNode {
  /** Queues a frame, bounded by `transmitQueueFramesMax`. Faults: `bad-frame`, `queue-full`, `interface-down`, `closed`. */
  send(frame: CanFrame): Result<void, EnvironmentFault>;
  detach(): void;
}

export interface AttachOptions {
  /** The ids this node wants to hear, as a controller's acceptance filter, 11-bit and 29-bit alike; all when omitted. */
  readonly acceptIds?: readonly number[];
}

export interface BusLoad {
  readonly frames: number;
  /** Time the bus was busy, in nanoseconds; 0 where the interface cannot tell. */
  readonly busyNs: number;
  /** A chain over every frame's time, id and data: equal traffic gives equal digests. See frameDigest.ts. */
  readonly digest: string;
}

export interface Bus {
  readonly name: string;
  /** Whether it carries FD frames. */
  readonly fd: boolean;
  attach(node: string, listener: BusListener, options?: AttachOptions): BusNode;
  /** Totals since the start. */
  load(): BusLoad;
  close(): void;
}
