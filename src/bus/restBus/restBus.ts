// Owns: the traffic of all the ECUs that a simulation does not have: cyclic messages, or frames as they once were recorded. Over any
// `Bus`. Must not know files.

import { fromHex } from '../../core/bytes.ts';
import type { Random } from '../../core/random.ts';
import type { Clock, Timer } from '../../core/time/clock.ts';
import { NS_PER_MS } from '../../core/units.ts';
import type { Bus, BusNode, CanFrame } from '../bus.ts';
import { transmitQueueFramesMax } from '../limits.ts';
import { type CyclicMessage, restBusNode } from './dbc/cyclicMessages.ts';
import type { Recording } from './recording.ts';
import { driveSignals } from './signals/signalDrivers.ts';

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
 * drawn anew each time, but for what the message says of them.
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
    const phaseNs = own.below(cycleNs);
    const startNs = clock.nowNs() + (message.delayMs === undefined ? phaseNs : Math.round(message.delayMs * NS_PER_MS));
    const contents = contentsOf(message, own);
    let dueNs = startNs;
    let last: CanFrame | undefined;
    let waitedCycles = 0;
    const send = () => {
      waitedCycles = sender.isWaiting(last) ? waitedCycles + 1 : 0;
      if (waitedCycles > 0 && waitedCycles < cyclesWaitedMax) totals.lost += 1;
      else {
        // One that waited so long was lost when the node was taken off the cable.
        sender.forget(last);
        waitedCycles = 0;
        last = cyclicFrame(message, contents((dueNs - startNs) / NS_PER_MS));
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

/** Returns a function that gives what the message carries next, `atMs` after its first frame. */
function contentsOf({ bytes, data, signals }: CyclicMessage, random: Random): (atMs: number) => Uint8Array {
  const standing = data === undefined ? undefined : fromHex(data);
  let frame = 0;
  return (atMs) => {
    const next = standing?.slice() ?? random.bytes(bytes);
    if (signals !== undefined) driveSignals(next, signals, { frame, atMs });
    frame += 1;
    return next;
  };
}

/** A message as it goes over the bus: in CAN FD with the bit rate switch. */
export function cyclicFrame(
  { id, extended, fd }: Pick<CyclicMessage, 'id' | 'extended' | 'fd'>,
  data: Uint8Array,
): CanFrame {
  return { id, extended, remote: false, fd, brs: fd, data };
}

/** Sends recorded frames as one node, again from the beginning after the last one; those of CAN FD where the bus has it. */
export function startRecordedTraffic(bus: Bus, recording: Recording, clock: Clock): RestBus {
  const totals = new Totals();
  const sender = new Sender(bus, restBusNode, clock, totals);
  let roundNs = clock.nowNs();
  let taken = 0;
  let timer: Timer | undefined;
  const take = () => {
    const due = recording.next();
    if (due === undefined) return;
    taken += 1;
    const { frame } = due;
    timer = clock.at(roundNs + due.atNs, () => {
      // An object of its own each time: a bus confirms frames by the object that it was given.
      if (bus.fd || !frame.fd) sender.send({ ...frame });
      if (taken === recording.frames) {
        taken = 0;
        roundNs += recording.lastNs + recording.pauseNs;
      }
      take();
    });
  };
  take();
  return {
    totals: () => ({ ...totals }),
    stop: () => {
      timer?.cancel();
      recording.close();
      sender.stop();
    },
  };
}
