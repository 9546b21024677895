// Owns: the traffic of all the ECUs that a simulation does not have: cyclic messages, or frames as they once were recorded. Over any
// `Bus`. Must not know files.

import type { Random } from '../../core/random.ts';
import type { Clock, Timer } from '../../core/time/clock.ts';
import { NS_PER_MS } from '../../core/units.ts';
import type { Bus, BusNode, CanFrame } from '../bus.ts';
import { transmitQueueFramesMax } from '../limits.ts';
import type { CyclicMessage } from './dbc.ts';

/** What became of the background traffic. */
export interface RestBusTotals {
  /** Frames that left. */
  readonly frames: number;
  /** Frames that found no room, or were still waiting when the next of their message was due. */
  readonly lost: number;
  /** The longest time from when a frame was due to when it had left, its own length included, in nanoseconds; and its id. */
  readonly latestNs: number;
  readonly latestId: number;
  /** The sum of all those times. */
  readonly delaysNs: number;
}

export interface RestBus {
  totals(): RestBusTotals;
  stop(): void;
}

/** A frame, and when it was recorded, counted from the first. */
export interface RecordedFrame {
  readonly atNs: number;
  readonly frame: CanFrame;
}

class Totals {
  frames = 0;
  lost = 0;
  latestNs = 0;
  latestId = 0;
  delaysNs = 0;

  left(frame: CanFrame, delayNs: number): void {
    this.frames += 1;
    this.delaysNs += delayNs;
    if (delayNs <= this.latestNs) return;
    this.latestNs = delayNs;
    this.latestId = frame.id;
  }
}

/** Cycles after which a frame that has not left is not waited for any more: the cable may have been cut under it. */
const cyclesWaitedMax = 10;

/** A node of the rest, with what it has waiting and since when. */
class Sender {
  private readonly dueNs = new Map<CanFrame, number>();
  private readonly node: BusNode;
  private readonly clock: Clock;
  private readonly totals: Totals;

  constructor(bus: Bus, name: string, clock: Clock, totals: Totals) {
    this.clock = clock;
    this.totals = totals;
    this.node = bus.attach(
      name,
      { frameReceived: () => {}, frameSent: (frame) => this.sent(frame), nodeFailed: () => {} },
      { acceptIds: [], transmitOrder: 'priority' },
    );
  }

  send(frame: CanFrame): void {
    // What was taken and never left, as with a node off its cable, is lost: a bus confirms what it holds, and holds no more.
    while (this.dueNs.size >= transmitQueueFramesMax) this.forget(this.dueNs.keys().next().value);
    if (this.node.send(frame).ok) this.dueNs.set(frame, this.clock.nowNs());
    else this.totals.lost += 1;
  }

  /** Counts a frame that has not left as lost. */
  forget(frame: CanFrame | undefined): void {
    if (frame !== undefined && this.dueNs.delete(frame)) this.totals.lost += 1;
  }

  isWaiting(frame: CanFrame | undefined): boolean {
    return frame !== undefined && this.dueNs.has(frame);
  }

  stop(): void {
    this.node.detach();
  }

  private sent(frame: CanFrame): void {
    const dueNs = this.dueNs.get(frame);
    this.dueNs.delete(frame);
    if (dueNs !== undefined) this.totals.left(frame, this.clock.nowNs() - dueNs);
  }
}

/**
 * Sends each message every `cycleMs`, counted from a phase of its own and never from the last one; a message that is still
 * waiting when the next is due is lost, as in a controller with one buffer a message. A node of the bus for each sender; the data are
 * drawn anew each time.
 */
export function startCyclicTraffic(
  bus: Bus,
  messages: readonly CyclicMessage[],
  clock: Clock,
  random: Random,
): RestBus {
  const totals = new Totals();
  const senders = new Map<string, Sender>();
  const timers: (Timer | undefined)[] = [];
  for (const [index, message] of messages.entries()) {
    if (message.fd && !bus.fd) continue;
    const sender = senders.get(message.node) ?? new Sender(bus, message.node, clock, totals);
    senders.set(message.node, sender);
    const own = random.fork(`${index} ${message.id} ${message.extended}`);
    const cycleNs = Math.round(message.cycleMs * NS_PER_MS);
    let dueNs = clock.nowNs() + own.below(cycleNs);
    let last: CanFrame | undefined;
    let waitedCycles = 0;
    const send = () => {
      waitedCycles = sender.isWaiting(last) ? waitedCycles + 1 : 0;
      if (waitedCycles > 0 && waitedCycles < cyclesWaitedMax) totals.lost += 1;
      else {
        // One that waited so long was lost when the node was taken off the cable.
        sender.forget(last);
        waitedCycles = 0;
        last = cyclicFrame(message, own.bytes(message.bytes));
        sender.send(last);
      }
      dueNs += cycleNs;
      timers[index] = clock.at(dueNs, send);
    };
    timers[index] = clock.at(dueNs, send);
  }
  return {
    totals: () => ({ ...totals }),
    stop: () => {
      for (const timer of timers) timer?.cancel();
      for (const sender of senders.values()) sender.stop();
    },
  };
}

/** A message as it goes over the bus: in CAN FD with the bit rate switch. */
export function cyclicFrame(
  { id, extended, fd }: Pick<CyclicMessage, 'id' | 'extended' | 'fd'>,
  data: Uint8Array,
): CanFrame {
  return { id, extended, remote: false, fd, brs: fd, data };
}

/** Sends recorded frames as one node, again from the beginning after the last one: then the pause is that before the second frame. */
export function startRecordedTraffic(bus: Bus, recorded: readonly RecordedFrame[], clock: Clock): RestBus {
  const totals = new Totals();
  const sender = new Sender(bus, 'rest-bus', clock, totals);
  const frames = recorded.filter(({ frame }) => bus.fd || !frame.fd);
  let roundNs = clock.nowNs();
  let next = 0;
  let timer: Timer | undefined;
  const lastNs = frames.at(-1)?.atNs ?? 0;
  // A round lasts a millisecond at the least, however short the recording.
  const pauseNs = Math.max(NS_PER_MS - lastNs, frames[1]?.atNs ?? NS_PER_MS);
  const send = () => {
    const due = frames[next];
    if (due === undefined) return;
    // An object of its own each time: a bus confirms frames by the object that it was given.
    sender.send({ ...due.frame });
    next += 1;
    if (next === frames.length) {
      next = 0;
      roundNs += lastNs + pauseNs;
    }
    timer = clock.at(roundNs + (frames[next]?.atNs ?? 0), send);
  };
  if (frames.length > 0) timer = clock.at(roundNs, send);
  return {
    totals: () => ({ ...totals }),
    stop: () => {
      timer?.cancel();
      sender.stop();
    },
  };
}
