// Owns: a `Bus` over one real CAN interface: which node a frame belongs to, and what becomes of the nodes while the interface
// carries nothing. Must not know the native module: socketcan.ts gives it a `CanPort`, a test gives it another.
//
// The interface's echo is its truth: one receiver hears every frame on the interface, this process's own included, in the
// order of the bus. A frame that the kernel has of us is matched with its echo by id and data; then its sender is told `frameSent`
// and the other nodes here `frameReceived`. So all nodes see one order, and a sender is never faster than the bus.
// Received frames carry no FD or bit rate switch flag (the native module drops them): a frame of another process counts as FD with
// the switch where it has more than 8 bytes or the bus was opened as FD.
//
// While the interface is down or bus-off, frames wait, as in a controller that is bus-off. What the kernel had then and did not
// echo, when all echoes have been read, has not left: it is sent again, before all else and in order. Where an echo is lost all the
// same, another process hears a frame twice, as CAN itself lets it happen (an error in the last bit of EOF); no node here does.

import { type EnvironmentFault, environmentFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Clock } from '../../core/time/clock.ts';
import { DeadlineTimer } from '../../core/time/deadlineTimer.ts';
import { NS_PER_MS } from '../../core/units.ts';
import { AcceptanceTable } from '../acceptance.ts';
import type {
  AttachOptions,
  Bus,
  BusListener,
  BusLoad,
  BusNode,
  CanErrorFrame,
  CanFrame,
  ErrorTap,
  FrameTap,
} from '../bus.ts';
import { decodeErrorFrame } from '../frame/canErrorFrame.ts';
import { checkFrame, classicDataBytesMax } from '../frame/checkFrame.ts';
import { FrameDigest } from '../frame/frameDigest.ts';
import { interfacePatienceMs, kernelFiltersMax, transmitQueueFramesMax } from '../limits.ts';
import { Taps } from '../taps.ts';
import type { CanPort } from './canPort.ts';
import { type InterfaceEvent, InterfaceRecord, type WatchInterface } from './interfaceRecord.ts';
import { type HeardFrame, KernelQueue } from './kernelQueue.ts';
import { SocketCanNode, type SocketCanNodeHost } from './socketcanNode.ts';

/** The waits before a frame that the kernel refused is offered again. It is also offered after every echo. */
const retryFirstNs = 1 * NS_PER_MS;
const retryLongestNs = 32 * NS_PER_MS;
/** The waits before a look at whether the interface is back: at first far below the second that ISO-TP gives a frame to leave. */
const lookFirstNs = 10 * NS_PER_MS;
const lookLongestNs = 320 * NS_PER_MS;
/** An interface that stayed for less before it went again is looked at as rarely as before. */
const lastingNs = 1000 * NS_PER_MS;
/** Frames with the kernel and not echoed. A socket's receive buffer holds some 278, and what does not fit is lost without a word. */
const kernelFramesMax = 128;

/** A bus that tells what happens to the interface under it. */
export interface InterfaceBus extends Bus {
  /** Sets who is told. Never called from inside `send` or `attach`. */
  watch(watcher: WatchInterface): void;
}

/** The bus of an open interface. Its owner calls `heard`, `heardError` and `wentDown`, from outside of any `send`. */
export class SocketCanBus implements InterfaceBus, SocketCanNodeHost {
  readonly name: string;
  readonly fd: boolean;
  private readonly clock: Clock;
  private readonly port: CanPort;
  private readonly patienceNs: number;
  private readonly table = new AcceptanceTable<SocketCanNode>();
  private readonly taps = new Taps<CanFrame>();
  private readonly errorTaps = new Taps<CanErrorFrame>();
  private readonly digest = new FrameDigest();
  private readonly record: InterfaceRecord;
  private watcher: WatchInterface = () => {};
  private frames = 0;
  private sentFrames = 0;
  private readonly queue = new KernelQueue<SocketCanNode>();
  /** Ids of frames that were sent: their echoes must be heard, even where no node accepts them. */
  private readonly sentIds = new Set<number>();
  /** Until the next frame is offered or, while nothing is carried, until the next look. */
  private readonly timer: DeadlineTimer;
  private retryNs = retryFirstNs;
  private lookNs = lookFirstNs;
  /** Why nothing is carried at present, and since when. */
  private pause: { readonly fault: EnvironmentFault; readonly sinceNs: number } | undefined;
  private resumedNs = 0;
  private failedBy: EnvironmentFault | undefined;
  private closed = false;

  constructor(name: string, fd: boolean, clock: Clock, port: CanPort, patienceMs = interfacePatienceMs) {
    this.name = name;
    this.fd = fd;
    this.clock = clock;
    this.port = port;
    this.patienceNs = patienceMs * NS_PER_MS;
    this.record = new InterfaceRecord(port.interfaceName);
    this.timer = new DeadlineTimer(clock, () => (this.pause === undefined ? this.retry() : this.look(this.pause)));
    this.filter();
  }

  attach(node: string, listener: BusListener, options: AttachOptions = {}): BusNode {
    const attached = new SocketCanNode(this, node, listener, options);
    if (this.closed) attached.attached = false;
    else {
      this.table.add(attached);
      this.filter();
    }
    return attached;
  }

  /** What the kernel has of this node's frames still goes out. */
  remove(node: SocketCanNode): void {
    if (!node.attached) return;
    node.attached = false;
    this.queue.drop(node);
    this.table.remove(node);
    this.filter();
  }

  /** Which frames of other processes were FD, had the bit rate switch or ESI, the native module does not tell. */
  tap(hear: FrameTap, hearError?: ErrorTap): () => void {
    const ends = [this.taps.add(hear), ...(hearError === undefined ? [] : [this.errorTaps.add(hearError)])];
    this.filter();
    return () => {
      for (const end of ends) end();
      this.filter();
    };
  }

  watch(watcher: WatchInterface): void {
    this.watcher = watcher;
  }

  /** Of the frames of other processes those that some node or tap wanted to hear. The one node is the interface itself. */
  load(): BusLoad {
    const { frames, sentFrames } = this;
    return { frames, busyNs: 0, recentShare: 0, ...this.record.load(sentFrames), digest: this.digest.text() };
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.timer.cancel();
    this.taps.clear();
    this.errorTaps.clear();
    for (const node of this.table.all()) this.remove(node);
    this.queue.clear();
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
    this.queue.put(node, frame);
    if (!this.sentIds.has(frame.id) && this.sentIds.size <= kernelFiltersMax) {
      this.sentIds.add(frame.id);
      this.filter();
    }
    if (this.queue.waitingFrames === 1) this.giveToKernel(kernelFramesMax);
    return ok();
  }

  /** A frame was on the interface, of another process or of this one. */
  heard(heard: HeardFrame): void {
    if (this.closed) return;
    const left = this.queue.echoed(heard);
    const own = left.at(-1);
    for (const { node, frame } of left) if (frame !== own?.frame) this.confirm(node, frame);
    const flaggedFd = !heard.remote && (this.fd || heard.data.length > classicDataBytesMax);
    const frame = own?.frame ?? { ...heard, fd: flaggedFd, brs: flaggedFd };
    this.frames += 1;
    const nowNs = this.clock.nowNs();
    this.digest.add(nowNs, frame);
    this.taps.tell(frame, nowNs);
    for (const node of this.table.accepting(frame.id)) {
      if (node !== own?.node && node.attached) node.listener.frameReceived(frame);
    }
    if (own !== undefined) {
      this.retryNs = retryFirstNs;
      this.confirm(own.node, own.frame);
    }
    if (this.queue.waitingFrames > 0) this.giveToKernel(kernelFramesMax);
  }

  /** The interface's driver told of an error. */
  heardError(error: CanErrorFrame): void {
    if (this.closed || this.failedBy !== undefined) return;
    const nowNs = this.clock.nowNs();
    this.errorTaps.tell(error, nowNs);
    this.tell({ type: 'errorFrame', error });
    // The queue of an interface that is bus-off swallows frames: none may be given to it.
    if (decodeErrorFrame(error).state === 'bus-off') this.paused(this.port.busOffFault());
  }

  /** The interface carries nothing until it is opened anew. */
  wentDown(): void {
    this.paused(this.port.downFault());
  }

  private paused(fault: EnvironmentFault): void {
    if (this.closed || this.failedBy !== undefined || this.pause !== undefined) return;
    const sinceNs = this.clock.nowNs();
    if (sinceNs - this.resumedNs > lastingNs) this.lookNs = lookFirstNs;
    this.pause = { fault, sinceNs };
    this.timer.set(sinceNs + Math.min(this.lookNs, this.patienceNs));
    this.tell({ type: 'interfaceDown', message: fault.message });
  }

  /** Whether the interface is back, or will not be waited for any longer. */
  private look({ fault, sinceNs }: { readonly fault: EnvironmentFault; readonly sinceNs: number }): void {
    const nowNs = this.clock.nowNs();
    if (this.port.revive()) {
      this.pause = undefined;
      this.resumedNs = nowNs;
      this.retryNs = retryFirstNs;
      this.queue.takeBack((node) => node.attached);
      this.tell({ type: 'interfaceUp' });
      this.giveToKernel(kernelFramesMax);
    } else if (nowNs >= sinceNs + this.patienceNs) this.fail(fault);
    else {
      this.lookNs = Math.min(2 * this.lookNs, lookLongestNs);
      this.timer.set(Math.min(nowNs + this.lookNs, sinceNs + this.patienceNs));
    }
  }

  /** For good: every node is told, once. */
  private fail(fault: EnvironmentFault): void {
    this.failedBy = fault;
    this.queue.clear();
    for (const node of this.table.all()) if (node.attached) node.listener.nodeFailed(fault);
  }

  private tell(event: InterfaceEvent): void {
    this.record.take(event);
    this.watcher(event);
  }

  private confirm(node: SocketCanNode, frame: CanFrame): void {
    this.sentFrames += 1;
    node.outstanding -= 1;
    if (node.attached) node.listener.frameSent(frame);
  }

  private filter(): void {
    const accepted = this.taps.areNone ? this.table.acceptedIds() : undefined;
    this.port.hearOnly(accepted === undefined ? undefined : new Set([...accepted, ...this.sentIds]));
  }

  private giveToKernel(kernelMax: number): void {
    if (this.pause !== undefined) return;
    this.queue.give(kernelMax, (frame) => this.port.send(frame));
    if (this.queue.waitingFrames > 0) this.timer.set(this.clock.nowNs() + this.retryNs);
    else this.timer.cancel();
  }

  private retry(): void {
    if (this.port.isBusOff()) {
      this.paused(this.port.busOffFault());
      return;
    }
    const isLongest = this.retryNs === retryLongestNs;
    this.retryNs = Math.min(2 * this.retryNs, retryLongestNs);
    // After long silence one more than there is room for, so that echoes that were lost cannot hold everything up.
    this.giveToKernel(isLongest ? Math.max(kernelFramesMax, this.queue.kernelFrames + 1) : kernelFramesMax);
  }
}
