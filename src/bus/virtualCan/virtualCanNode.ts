// Owns: one node of a virtual CAN bus: the frames it has waiting and its controller. Must not know the wire: see virtualCan.ts.
import { type EnvironmentFault, environmentFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Accepting } from '../acceptance.ts';
import type { AttachOptions, BusListener, BusNode, CanFrame, TransmitOrder } from '../bus.ts';
import { checkFrame } from '../frame/checkFrame.ts';
import { transmitQueueFramesMax } from '../limits.ts';
import { arbitrationKey } from './bits/frameTiming.ts';
import type { BitNoise } from './errors/bitNoise.ts';
import type { ErrorCounters } from './errors/errorCounters.ts';
import type { NodeRecord } from './nodeRecords.ts';

/** What a node needs of its bus. */
export interface NodeHost {
  readonly name: string;
  readonly fd: boolean;
  /** A frame of `node` waits where none did. */
  hasFrame(node: VirtualCanNode): void;
  remove(node: VirtualCanNode): void;
}

export class VirtualCanNode implements BusNode, Accepting {
  readonly name: string;
  readonly listener: BusListener;
  readonly acceptIds: ReadonlySet<number> | undefined;
  readonly record: NodeRecord;
  readonly controller: ErrorCounters;
  /** Bit errors that this node alone sees. */
  noise: BitNoise | undefined;
  /** This node as the only sender. */
  readonly alone: readonly VirtualCanNode[] = [this];
  /** Whether the bus knows that it has frames waiting. */
  isReady = false;
  /** Frames to send, in the order in which they will be offered; the first stays here until it has left. */
  readonly queue: CanFrame[] = [];
  /** The frame that left last, that very object. */
  left: CanFrame | undefined;
  /** The arbitration key of the first frame in the queue. */
  key = 0;
  /** Whether the first frame is on the wire now. */
  isSending = false;
  /** An error-passive node that has just sent lets others go first until then. */
  suspendedUntilNs = 0;
  attached = true;
  /** Whether it waits for a frame to be over whose beginning it did not hear, or which it gave up. */
  isIntegrating = false;
  private readonly host: NodeHost;
  readonly order: TransmitOrder;

  constructor(host: NodeHost, record: NodeRecord, listener: BusListener, options: AttachOptions) {
    this.host = host;
    this.record = record;
    this.controller = record.attach();
    this.name = record.node;
    this.listener = listener;
    this.acceptIds = options.acceptIds === undefined ? undefined : new Set(options.acceptIds);
    this.order = options.transmitOrder ?? 'fifo';
  }

  get isOnBus(): boolean {
    return this.attached && !this.isIntegrating && this.controller.state !== 'bus-off';
  }

  get isPassive(): boolean {
    return this.controller.state === 'error-passive';
  }

  send(frame: CanFrame): Result<void, EnvironmentFault> {
    const { host, queue } = this;
    if (!this.attached) return fail(environmentFault('closed', `${this.name} is not attached to ${host.name}`));
    const fault = checkFrame(frame, host.fd);
    if (fault !== undefined) return fail(fault);
    if (queue.length >= transmitQueueFramesMax) {
      return fail(environmentFault('queue-full', `${this.name} has ${queue.length} frames waiting for ${host.name}`));
    }
    if (this.order === 'fifo') queue.push(frame);
    else this.insert(frame);
    if (queue[0] === frame) this.key = arbitrationKey(frame);
    if (!this.isReady) host.hasFrame(this);
    return ok();
  }

  detach(): void {
    this.host.remove(this);
  }

  /** The first frame has left. */
  advance(): void {
    this.left = this.queue.shift();
    this.isSending = false;
    this.offerFirst();
  }

  /** The first frame was on the wire in vain. */
  failed(): void {
    this.isSending = false;
    const [failed] = this.queue;
    if (this.order === 'fifo' || failed === undefined) return;
    this.queue.shift();
    this.insert(failed, true);
    this.offerFirst();
  }

  private offerFirst(): void {
    const [first] = this.queue;
    if (first !== undefined) this.key = arbitrationKey(first);
  }

  /** By id; among equal ones in the order given, or before them. */
  private insert(frame: CanFrame, beforeEqual = false): void {
    const key = arbitrationKey(frame);
    let at = this.queue.length;
    for (; at > (this.isSending ? 1 : 0); at -= 1) {
      const other = arbitrationKey(this.queue[at - 1] as CanFrame);
      if (other < key || (other === key && !beforeEqual)) break;
    }
    this.queue.splice(at, 0, frame);
  }
}
