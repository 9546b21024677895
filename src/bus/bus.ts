// Owns: the contract of everything that carries frames. `busSuite` in test/bus shows what each implementation must do.
// Must not know who talks over it.
import type { EnvironmentFault } from '../core/faults.ts';
import type { Result } from '../core/result.ts';
import type { Tap } from './taps.ts';

/** One CAN or CAN FD frame. `data` is never changed once the frame is made. */
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
  /** Remote: the length that it asks for, 1 to 8; 0 where omitted. */
  readonly requestedBytes?: number;
  /** FD: the error state indicator is recessive, since the sender was error passive; dominant where omitted. */
  readonly esi?: true;
}

/** An error as SocketCAN tells it (linux/can/error.h): not on the wire, a driver makes it from what its controller reports. */
export interface CanErrorFrame {
  /** One bit a class: the id without its flags. See canErrorFrame.ts. */
  readonly errorClass: number;
  /** 8 bytes that say more. */
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
  /** The node can send no more, and what it had waiting is lost: the interface went away for good. */
  nodeFailed(fault: EnvironmentFault): void;
}

/** A node on a bus, as its owner uses it. */
export interface BusNode {
  /** Queues a frame, bounded by `transmitQueueFramesMax`. Faults: `bad-frame`, `queue-full`, `interface-down`, `closed`. */
  send(frame: CanFrame): Result<void, EnvironmentFault>;
  detach(): void;
}

/** Which of its waiting frames a node offers the bus: the first given, or the one with the lowest id. */
export type TransmitOrder = 'fifo' | 'priority';

export interface AttachOptions {
  /** The ids this node wants to hear, as a controller's acceptance filter, 11-bit and 29-bit alike; all when omitted. */
  readonly acceptIds?: readonly number[];
  /** `fifo` when omitted; a kernel's interface has its own order. */
  readonly transmitOrder?: TransmitOrder;
}

/** How a CAN controller takes part in its bus (ISO 11898-1). */
export type ControllerState = 'error-active' | 'error-passive' | 'bus-off';

/** What one node did, and the state of its controller. */
export interface NodeLoad {
  readonly node: string;
  /** Frames that it sent as a whole. */
  readonly frames: number;
  /** Time that these and its failed attempts took, in nanoseconds; 0 where the interface cannot tell. */
  readonly busyNs: number;
  readonly state: ControllerState;
  /** TEC and REC. */
  readonly transmitErrors: number;
  readonly receiveErrors: number;
  /** How often it went bus-off. */
  readonly busOffs: number;
  /** The longest time for which it won the bus again and again while others had frames waiting, in nanoseconds. */
  readonly longestHoldNs: number;
}

export interface BusLoad {
  readonly frames: number;
  /** Attempts that an error frame ended. */
  readonly errorFrames: number;
  /** Time the bus was busy, error frames included, in nanoseconds; 0 where the interface cannot tell. */
  readonly busyNs: number;
  /** The share of the last second's whole tenths in which the bus was busy, from 0 to 1; 0 where the interface cannot tell. */
  readonly recentShare: number;
  /** In the order of attachment; of nodes that detached and came back under their name, together. */
  readonly nodes: readonly NodeLoad[];
  /** A chain over every frame's time, id and data: equal traffic gives equal digests. See frameDigest.ts. */
  readonly digest: string;
}

/** `timeNs`: when the frame was whole, on the bus's clock. Never called from inside `send` or `attach`. */
export type FrameTap = Tap<CanFrame>;

/** Hears of errors: what a real interface's driver tells, or what the driver of the node that saw it first would. */
export type ErrorTap = Tap<CanErrorFrame>;

export interface Bus {
  readonly name: string;
  /** Whether it carries FD frames. */
  readonly fd: boolean;
  attach(node: string, listener: BusListener, options?: AttachOptions): BusNode;
  /** Totals since the start. */
  load(): BusLoad;
  /**
   * Hears every frame of every node at its end, in the order of the bus, without being a node: nothing of it is on the wire.
   * `hearError` is told of error frames, between them. The returned function ends it.
   */
  tap(hear: FrameTap, hearError?: ErrorTap): () => void;
  close(): void;
}
