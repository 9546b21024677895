// Owns: one node of a virtual CAN bus: the frames it has waiting, its controller, and whether it takes part. The bus tells it what happened,
// and only it changes itself. Must not know the wire: see virtualCan.ts.
import { type EnvironmentFault, environmentFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Accepting } from '../acceptance.ts';
import type { AttachOptions, BusListener, BusNode, CanFrame, TransmitOrder } from '../bus.ts';
import { checkFrame } from '../frame/checkFrame.ts';
import { transmitQueueFramesMax } from '../limits.ts';
import { arbitrationKey } from './bits/frameTiming.ts';
import type { BitNoise } from './errors/bitNoise.ts';
import type { ErrorCounters } from './errors/errorCounters.ts';
import type { CounterState } from './errors/errorReport.ts';
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
  /** This node as the only sender. */
  readonly alone: readonly VirtualCanNode[] = [this];
  readonly order: TransmitOrder;
  private readonly host: NodeHost;
  /** Frames to send, in the order in which they will be offered; the first stays here until it has left. */
  private readonly queue: CanFrame[] = [];
  private firstKey = 0;
  private lastLeft: CanFrame | undefined;
  private isOffered = false;
  private isOnWire = false;
  private isDetached = false;
  private missesRest = false;
  private resumesAtNs = 0;
  private ownNoise: BitNoise | undefined;

  constructor(host: NodeHost, record: NodeRecord, listener: BusListener, options: AttachOptions) {
    this.host = host;
    this.record = record;
    this.controller = record.attach();
    this.name = record.node;
    this.listener = listener;
    this.acceptIds = options.acceptIds === undefined ? undefined : new Set(options.acceptIds);
    this.order = options.transmitOrder ?? 'fifo';
  }

  get attached(): boolean {
    return !this.isDetached;
  }

  get isOnBus(): boolean {
    return !this.isDetached && !this.missesRest && this.controller.state !== 'bus-off';
  }

  /** Its controller's counters, as they are now. */
  counters(): CounterState {
    const { transmitErrors, receiveErrors, state } = this.controller;
    return { transmitErrors, receiveErrors, state };
  }

  get isPassive(): boolean {
    return this.controller.state === 'error-passive';
  }

  /** The frame that it offers. */
  get first(): CanFrame | undefined {
    return this.queue[0];
  }

  /** The arbitration key of the first frame. */
  get key(): number {
    return this.firstKey;
  }

  /** The frame that left last, that very object. */
  get left(): CanFrame | undefined {
    return this.lastLeft;
  }

  /** An error-passive node that has just sent lets others go first until then. */
  get suspendedUntilNs(): number {
    return this.resumesAtNs;
  }

  /** Bit errors that this node alone sees. */
  get noise(): BitNoise | undefined {
    return this.ownNoise;
  }

  disturb(noise: BitNoise | undefined): void {
    this.ownNoise = noise;
  }

  /** It neither sends nor hears from now on, and what it had waiting is gone. */
  leave(): void {
    this.isDetached = true;
    this.isOffered = false;
    this.record.detach(this.controller);
    this.queue.length = 0;
  }

  /** It did not hear how the frame on the wire began, or gave its own up: it waits for the end. */
  missRest(): void {
    this.missesRest = true;
  }

  /** The frame is over. */
  integrate(): void {
    this.missesRest = false;
  }

  suspendUntil(timeNs: number): void {
    this.resumesAtNs = timeNs;
  }

  send(frame: CanFrame): Result<void, EnvironmentFault> {
    const { host, queue } = this;
    if (this.isDetached) return fail(environmentFault('closed', `${this.name} is not attached to ${host.name}`));
    const fault = checkFrame(frame, host.fd);
    if (fault !== undefined) return fail(fault);
    if (queue.length >= transmitQueueFramesMax) {
      return fail(environmentFault('queue-full', `${this.name} has ${queue.length} frames waiting for ${host.name}`));
    }
    if (this.order === 'fifo') queue.push(frame);
    else this.insert(frame);
    if (queue[0] === frame) this.firstKey = arbitrationKey(frame);
    if (!this.isOffered) {
      this.isOffered = true;
      host.hasFrame(this);
    }
    return ok();
  }

  detach(): void {
    this.host.remove(this);
  }

  /** The first frame is on the wire. */
  begin(): void {
    this.isOnWire = true;
  }

  /** The first frame has left, after `takenNs` on the wire. */
  sent(takenNs: number): void {
    this.lastLeft = this.queue.shift();
    this.isOnWire = false;
    this.record.frames += 1;
    this.record.busyNs += takenNs;
    this.offerFirst();
  }

  /** The first frame was on the wire in vain, for `takenNs`. */
  failed(takenNs: number): void {
    this.isOnWire = false;
    this.record.busyNs += takenNs;
    const [failed] = this.queue;
    if (this.order === 'fifo' || failed === undefined) return;
    this.queue.shift();
    this.insert(failed, true);
    this.offerFirst();
  }

  /** Nothing waits any more: the bus is told of the next frame. False where something does. */
  rest(): boolean {
    if (this.queue.length > 0) return false;
    this.isOffered = false;
    return true;
  }

  private offerFirst(): void {
    const [first] = this.queue;
    if (first !== undefined) this.firstKey = arbitrationKey(first);
  }

  /** By id; among equal ones in the order given, or before them. */
  private insert(frame: CanFrame, beforeEqual = false): void {
    const key = arbitrationKey(frame);
    let at = this.queue.length;
    for (; at > (this.isOnWire ? 1 : 0); at -= 1) {
      const other = arbitrationKey(this.queue[at - 1] as CanFrame);
      if (other < key || (other === key && !beforeEqual)) break;
    }
    this.queue.splice(at, 0, frame);
  }
}
