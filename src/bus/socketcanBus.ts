// Owns: a `Bus` over one real CAN interface: which node a frame belongs to, what is waiting, what the kernel has and has not
// echoed. Must not know the native module: socketcan.ts gives it a `CanPort`, a test gives it another.
//
// The interface's echo is its truth: one receiver hears every frame on the interface, this process's own included, in the
// order of the bus. A frame that the kernel has of us is matched with its echo by id and data; then its sender is told `frameSent`
// and the other nodes here `frameReceived`. So all nodes see one order, and a sender is never faster than the bus.
// Received frames carry no FD or bit rate switch flag (the native module drops them): a frame of another process counts as FD with
// the switch where it has more than 8 bytes or the bus was opened as FD.
import type { Clock } from '../core/clock.ts';
import { type EnvironmentFault, environmentFault } from '../core/faults.ts';
import { transmitQueueFramesMax } from '../core/limits.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { NS_PER_MS } from '../core/units.ts';
import { AcceptanceTable, type Accepting } from './acceptance.ts';
import type { AttachOptions, Bus, BusListener, BusLoad, BusNode, CanFrame } from './bus.ts';
import { checkFrame, classicDataBytesMax } from './checkFrame.ts';
import { DeadlineTimer } from './deadlineTimer.ts';
import { FrameDigest } from './frameDigest.ts';

/** A frame as the interface reports it. */
export interface HeardFrame {
  readonly id: number;
  readonly extended: boolean;
  readonly remote: boolean;
  readonly data: Uint8Array;
}

/** An open CAN interface. */
export interface CanPort {
  /** Gives one checked frame to the kernel without waiting; false where it has no room, or is down. */
  send(frame: CanFrame): boolean;
  isUp(): boolean;
  downFault(): EnvironmentFault;
  close(): void;
}

/** The waits before a frame that the kernel refused is offered again. It is also offered after every echo. */
const retryFirstNs = 1 * NS_PER_MS;
const retryLongestNs = 32 * NS_PER_MS;
/** Frames with the kernel and not echoed. A socket's receive buffer holds some 278, and what does not fit is lost without a word. */
const kernelFramesMax = 128;

class SocketCanNode implements BusNode, Accepting {
  readonly name: string;
  readonly listener: BusListener;
  readonly acceptIds: ReadonlySet<number> | undefined;
  /** Frames given to `send` that have not been echoed. */
  outstanding = 0;
  attached = true;
  private readonly bus: SocketCanBus;

  constructor(bus: SocketCanBus, name: string, listener: BusListener, acceptIds: readonly number[] | undefined) {
    this.bus = bus;
    this.name = name;
    this.listener = listener;
    this.acceptIds = acceptIds === undefined ? undefined : new Set(acceptIds);
  }

  send(frame: CanFrame): Result<void, EnvironmentFault> {
    return this.bus.take(this, frame);
  }

  detach(): void {
    this.bus.remove(this);
  }
}

interface Sending {
  readonly node: SocketCanNode;
  readonly frame: CanFrame;
}

function sameFrame(frame: CanFrame, heard: HeardFrame): boolean {
  if (frame.extended !== heard.extended || frame.remote !== heard.remote) return false;
  const { data } = frame;
  if (data.length !== heard.data.length) return false;
  for (let index = 0; index < data.length; index += 1) if (data[index] !== heard.data[index]) return false;
  return true;
}

/** The bus of an open interface. Its owner calls `heard` and `wentDown`, from outside of any `send`. */
export class SocketCanBus implements Bus {
  readonly name: string;
  readonly fd: boolean;
  private readonly clock: Clock;
  private readonly port: CanPort;
  private readonly table = new AcceptanceTable<SocketCanNode>();
  private readonly digest = new FrameDigest();
  private frames = 0;
  /** Frames that the kernel has not taken yet, in order, and those that it has and that were not echoed, by id. */
  private waiting: Sending[] = [];
  private readonly unechoed = new Map<number, Sending[]>();
  private unechoedFrames = 0;
  private readonly retryTimer: DeadlineTimer;
  private retryNs = retryFirstNs;
  private failedBy: EnvironmentFault | undefined;
  private closed = false;

  constructor(name: string, fd: boolean, clock: Clock, port: CanPort) {
    this.name = name;
    this.fd = fd;
    this.clock = clock;
    this.port = port;
    this.retryTimer = new DeadlineTimer(clock, () => this.retry());
  }

  attach(node: string, listener: BusListener, options: AttachOptions = {}): BusNode {
    const attached = new SocketCanNode(this, node, listener, options.acceptIds);
    if (this.closed) attached.attached = false;
    else this.table.add(attached);
    return attached;
  }

  /** What the kernel has of this node's frames still goes out. */
  remove(node: SocketCanNode): void {
    node.attached = false;
    this.waiting = this.waiting.filter((sending) => sending.node !== node);
    this.table.remove(node);
  }

  load(): BusLoad {
    return { frames: this.frames, busyNs: 0, digest: this.digest.text() };
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.retryTimer.cancel();
    for (const node of this.table.all()) this.remove(node);
    this.unechoed.clear();
    this.port.close();
  }

  take(node: SocketCanNode, frame: CanFrame): Result<void, EnvironmentFault> {
    if (!node.attached) return fail(environmentFault('closed', `${node.name} is not attached to ${this.name}`));
    if (this.failedBy !== undefined) return fail(this.failedBy);
    const fault = checkFrame(frame, this.fd);
    if (fault !== undefined) return fail(fault);
    if (node.outstanding >= transmitQueueFramesMax) {
      return fail(
        environmentFault('queue-full', `${node.name} has ${node.outstanding} frames waiting for ${this.name}`),
      );
    }
    node.outstanding += 1;
    this.waiting.push({ node, frame });
    if (this.waiting.length === 1) this.giveToKernel(kernelFramesMax);
    return ok();
  }

  /** A frame was on the interface, of another process or of this one. */
  heard(heard: HeardFrame): void {
    if (this.closed) return;
    const own = this.echoed(heard);
    const flaggedFd = !heard.remote && (this.fd || heard.data.length > classicDataBytesMax);
    const frame = own?.frame ?? { ...heard, fd: flaggedFd, brs: flaggedFd };
    this.frames += 1;
    this.digest.add(this.clock.nowNs(), frame);
    for (const node of this.table.accepting(frame.id)) {
      if (node !== own?.node && node.attached) node.listener.frameReceived(frame);
    }
    if (own !== undefined) this.confirm(own);
    if (this.waiting.length > 0) this.giveToKernel(kernelFramesMax);
  }

  /** The interface carries nothing more: every node is told, once. */
  wentDown(): void {
    if (this.closed || this.failedBy !== undefined) return;
    const fault = this.port.downFault();
    this.failedBy = fault;
    this.retryTimer.cancel();
    this.waiting = [];
    this.unechoed.clear();
    for (const node of this.table.all()) if (node.attached) node.listener.nodeFailed(fault);
  }

  private confirm(sending: Sending): void {
    this.unechoedFrames -= 1;
    sending.node.outstanding -= 1;
    if (sending.node.attached) sending.node.listener.frameSent(sending.frame);
  }

  /**
   * The frame of ours that was just heard. Earlier ones under its id, whose echo the kernel must have dropped for want of room,
   * have left as well.
   */
  private echoed(heard: HeardFrame): Sending | undefined {
    const sent = this.unechoed.get(heard.id);
    const index = sent?.findIndex((sending) => sameFrame(sending.frame, heard)) ?? -1;
    if (sent === undefined || index < 0) return undefined;
    const [own, ...unheard] = sent.splice(0, index + 1).reverse();
    if (sent.length === 0) this.unechoed.delete(heard.id);
    for (const sending of unheard.reverse()) this.confirm(sending);
    return own;
  }

  private giveToKernel(unechoedMax: number): void {
    for (let sending = this.waiting[0]; sending !== undefined; sending = this.waiting[0]) {
      const { frame } = sending;
      if (this.unechoedFrames >= unechoedMax || !this.port.send(frame)) {
        this.retryTimer.set(this.clock.nowNs() + this.retryNs);
        return;
      }
      this.waiting.shift();
      this.retryNs = retryFirstNs;
      this.unechoedFrames += 1;
      const sent = this.unechoed.get(frame.id);
      if (sent === undefined) this.unechoed.set(frame.id, [sending]);
      else sent.push(sending);
    }
    this.retryTimer.cancel();
  }

  private retry(): void {
    if (!this.port.isUp()) {
      this.wentDown();
      return;
    }
    this.retryNs = Math.min(2 * this.retryNs, retryLongestNs);
    // One more than there is room for, so that echoes that were lost cannot hold everything up.
    this.giveToKernel(Math.max(kernelFramesMax, this.unechoedFrames + 1));
  }
}
