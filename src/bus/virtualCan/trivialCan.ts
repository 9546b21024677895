// Owns: a simulated CAN bus without timing: what is sent arrives at once, in the order of sending. For runs in which the bus does
// not matter. No arbitration, no load, no errors: those are virtualCan.ts's.

import { type EnvironmentFault, environmentFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Clock, Timer } from '../../core/time/clock.ts';
import { AcceptanceTable, type Accepting } from '../acceptance.ts';
import type { AttachOptions, Bus, BusListener, BusLoad, BusNode, CanFrame, FrameTap } from '../bus.ts';
import { checkFrame } from '../frame/checkFrame.ts';
import { FrameDigest } from '../frame/frameDigest.ts';
import { transmitQueueFramesMax } from '../limits.ts';
import { Taps } from '../taps.ts';
import { type NodeRecord, NodeRecords } from './nodeRecords.ts';

export interface TrivialCanOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly fd: boolean;
}

export function createTrivialCan(options: TrivialCanOptions): Bus {
  return new TrivialCan(options);
}

interface TrivialNode extends BusNode, Accepting {
  readonly listener: BusListener;
  readonly record: NodeRecord;
  waiting: number;
  attached: boolean;
}

class TrivialCan implements Bus {
  readonly name: string;
  readonly fd: boolean;
  private readonly clock: Clock;
  private readonly table = new AcceptanceTable<TrivialNode>();
  private readonly taps = new Taps<CanFrame>();
  private readonly records = new NodeRecords();
  private readonly digest = new FrameDigest();
  private frames = 0;
  private closed = false;
  /** What was sent and has not arrived: bounded by what each node may have waiting. */
  private sent: { readonly node: TrivialNode; readonly frame: CanFrame }[] = [];
  private timer: Timer | undefined;

  constructor({ name, clock, fd }: TrivialCanOptions) {
    this.name = name;
    this.clock = clock;
    this.fd = fd;
  }

  attach(name: string, listener: BusListener, { acceptIds }: AttachOptions = {}): BusNode {
    const node: TrivialNode = {
      listener,
      record: this.records.of(name),
      acceptIds: acceptIds === undefined ? undefined : new Set(acceptIds),
      waiting: 0,
      attached: !this.closed,
      send: (frame) => this.send(name, node, frame),
      detach: () => {
        node.attached = false;
        this.sent = this.sent.filter((sending) => sending.node !== node);
        this.table.remove(node);
      },
    };
    if (node.attached) this.table.add(node);
    return node;
  }

  tap(hear: FrameTap): () => void {
    return this.taps.add(hear);
  }

  load(): BusLoad {
    const { frames } = this;
    const nodes = this.records.loads();
    return { frames, errorFrames: 0, busyNs: 0, recentShare: 0, nodes, digest: this.digest.text() };
  }

  close(): void {
    this.closed = true;
    this.timer?.cancel();
    this.taps.clear();
    for (const node of this.table.all()) node.detach();
  }

  private send(name: string, node: TrivialNode, frame: CanFrame): Result<void, EnvironmentFault> {
    if (!node.attached) return fail(environmentFault('closed', `${name} is not attached to ${this.name}`));
    const fault = checkFrame(frame, this.fd);
    if (fault !== undefined) return fail(fault);
    if (node.waiting >= transmitQueueFramesMax) {
      return fail(environmentFault('queue-full', `${name} has ${node.waiting} frames waiting for ${this.name}`));
    }
    node.waiting += 1;
    this.sent.push({ node, frame });
    this.timer ??= this.clock.after(0, this.arrive);
    return ok();
  }

  /** One frame an event, so that what a listener sends in answer comes after what was sent before. */
  private readonly arrive = (): void => {
    this.timer = undefined;
    const sending = this.sent.shift();
    if (sending === undefined) return;
    const { node, frame } = sending;
    const nowNs = this.clock.nowNs();
    node.waiting -= 1;
    node.record.frames += 1;
    this.frames += 1;
    this.digest.add(nowNs, frame);
    this.taps.tell(frame, nowNs);
    for (const other of this.table.accepting(frame.id)) {
      if (other !== node && other.attached) other.listener.frameReceived(frame);
    }
    if (node.attached) node.listener.frameSent(frame);
    if (this.sent.length > 0) this.timer ??= this.clock.after(0, this.arrive);
  };
}
