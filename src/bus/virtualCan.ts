// Owns: a simulated CAN or CAN FD bus. Each frame takes its exact unstuffed time on the clock; where several nodes
// wait, the lowest arbitration key wins at the moment the bus falls idle. Must not know what the frames mean.
import type { Clock, Timer } from '../core/clock.ts';
import { type EnvironmentFault, environmentFault } from '../core/faults.ts';
import { transmitQueueFramesMax } from '../core/limits.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { AcceptanceTable, type Accepting } from './acceptance.ts';
import type { AttachOptions, Bus, BusListener, BusLoad, BusNode, CanFrame } from './bus.ts';
import { checkFrame } from './checkFrame.ts';
import { FrameDigest } from './frameDigest.ts';
import { arbitrationKey, type BitRates, frameTimeNs, interframeNs } from './frameTiming.ts';

export interface VirtualCanOptions {
  readonly name: string;
  readonly clock: Clock;
  /** Bits a second in the arbitration phase. */
  readonly bitrate: number;
  /** Bits a second in the data phase of FD frames with the bit rate switch; as `bitrate` when omitted. */
  readonly dataBitrate?: number;
  /** Whether the bus carries FD frames as well as classic ones. */
  readonly fd: boolean;
}

/**
 * A bus of its own on `clock`. A frame is delivered, in the order of attachment, and then confirmed to its sender, at the
 * end of its EOF field; the next one starts 3 bits later, so frames given in `frameSent` run back to back.
 * Where two nodes send the same key at once, the one that attached first wins: errors are not simulated here.
 */
export function createVirtualCan(options: VirtualCanOptions): Bus {
  return new VirtualCan(options);
}

class VirtualCanNode implements BusNode, Accepting {
  readonly name: string;
  readonly listener: BusListener;
  readonly acceptIds: ReadonlySet<number> | undefined;
  /** Frames to send, in order; the first stays here until it has left. */
  readonly queue: CanFrame[] = [];
  /** The arbitration key of the first frame in the queue. */
  key = 0;
  attached = true;
  private readonly bus: VirtualCan;

  constructor(bus: VirtualCan, name: string, listener: BusListener, acceptIds: readonly number[] | undefined) {
    this.bus = bus;
    this.name = name;
    this.listener = listener;
    this.acceptIds = acceptIds === undefined ? undefined : new Set(acceptIds);
  }

  send(frame: CanFrame): Result<void, EnvironmentFault> {
    if (!this.attached) return fail(environmentFault('closed', `${this.name} is not attached to ${this.bus.name}`));
    const fault = checkFrame(frame, this.bus.fd);
    if (fault !== undefined) return fail(fault);
    if (this.queue.length >= transmitQueueFramesMax) {
      return fail(
        environmentFault('queue-full', `${this.name} has ${this.queue.length} frames waiting for ${this.bus.name}`),
      );
    }
    this.queue.push(frame);
    if (this.queue.length === 1) this.key = arbitrationKey(frame);
    this.bus.contend();
    return ok();
  }

  detach(): void {
    this.bus.remove(this);
  }

  /** The first frame has left. */
  advance(): void {
    this.queue.shift();
    const next = this.queue[0];
    if (next !== undefined) this.key = arbitrationKey(next);
  }
}

class VirtualCan implements Bus {
  readonly name: string;
  readonly fd: boolean;
  private readonly clock: Clock;
  private readonly rates: BitRates;
  private readonly pauseNs: number;
  private readonly table = new AcceptanceTable<VirtualCanNode>();
  private readonly digest = new FrameDigest();
  private frames = 0;
  private busyNs = 0;
  private closed = false;
  /** The frame on the wire, its sender, and when the bus is free again. */
  private sender: VirtualCanNode | undefined;
  private frame: CanFrame | undefined;
  private idleAtNs = 0;
  /** The next end of a frame or start of an arbitration, whichever the bus waits for. */
  private timer: Timer | undefined;

  constructor(options: VirtualCanOptions) {
    const { bitrate, dataBitrate = bitrate } = options;
    if (!(bitrate > 0) || !(dataBitrate > 0))
      throw new RangeError(`bit rates are above 0, not ${bitrate} and ${dataBitrate}`);
    this.name = options.name;
    this.fd = options.fd;
    this.clock = options.clock;
    this.rates = { bitrate, dataBitrate };
    this.pauseNs = interframeNs(this.rates);
  }

  attach(node: string, listener: BusListener, options: AttachOptions = {}): BusNode {
    const attached = new VirtualCanNode(this, node, listener, options.acceptIds);
    if (this.closed) attached.attached = false;
    else this.table.add(attached);
    return attached;
  }

  /** A node gone in the middle of its frame ends that frame, but is no longer told. */
  remove(node: VirtualCanNode): void {
    node.attached = false;
    node.queue.length = 0;
    this.table.remove(node);
  }

  load(): BusLoad {
    return { frames: this.frames, busyNs: this.busyNs, digest: this.digest.text() };
  }

  close(): void {
    this.closed = true;
    this.timer?.cancel();
    this.timer = undefined;
    this.sender = undefined;
    this.frame = undefined;
    for (const node of this.table.all()) this.remove(node);
  }

  /** A node has a frame waiting: sees to it that there will be an arbitration. */
  contend(): void {
    if (this.timer !== undefined || this.closed) return;
    this.timer = this.clock.at(Math.max(this.idleAtNs, this.clock.nowNs()), this.arbitrate);
  }

  private readonly arbitrate = (): void => {
    this.timer = undefined;
    let winner: VirtualCanNode | undefined;
    for (const node of this.table.all()) {
      if (node.queue.length > 0 && (winner === undefined || node.key < winner.key)) winner = node;
    }
    const frame = winner?.queue[0];
    if (winner === undefined || frame === undefined) return;
    this.sender = winner;
    this.frame = frame;
    const totalNs = frameTimeNs(frame, this.rates);
    this.busyNs += totalNs;
    this.idleAtNs = this.clock.nowNs() + totalNs;
    this.timer = this.clock.at(this.idleAtNs - this.pauseNs, this.endFrame);
  };

  private readonly endFrame = (): void => {
    const { sender, frame } = this;
    this.timer = undefined;
    this.sender = undefined;
    this.frame = undefined;
    if (sender === undefined || frame === undefined) return;
    this.frames += 1;
    this.digest.add(this.clock.nowNs(), frame);
    sender.advance();
    for (const node of this.table.accepting(frame.id)) {
      if (node !== sender && node.attached) node.listener.frameReceived(frame);
    }
    if (sender.attached) sender.listener.frameSent(frame);
    if (this.table.all().some((node) => node.queue.length > 0)) this.contend();
  };
}
