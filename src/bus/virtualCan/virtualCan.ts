// Owns: a simulated CAN or CAN FD bus, exact to the bit: lengths with stuff bits, arbitration, interframe space, error frames, error
// counters, bus-off and recovery (ISO 11898-1). Must not know what the frames mean. Without timing: trivialCan.ts.
//
// How it works. The bus is in one of four states, and has at most one timer:
// - idle: no timer. A node's first frame (`hasFrame`) leads to `contend`.
// - before an arbitration: the timer runs `arbitrate` as soon as the bus is free; every frame given until then takes part. Where all that
//   wait are suspended, it runs at the end of the first suspension (`isWaitingForSuspended`), and a new frame takes that timer's place.
// - a frame on the wire (`onWire`): the timer runs `endFrame`, or `endError`, at its last bit. A node that leaves may replace the one by
//   the other (`breakOff`).
// - standing: a node alone, error-passive, repeats one frame. No timer: its attempts are counted when somebody looks (`countStanding`), and
//   whatever changes nodes or noise calls `endStanding` first.
// `idleAtNs` is when the bus is free again, the interframe space included. Only what puts something on the wire sets it: `start`,
// `endsWithError`, `endStanding`. `contend` sets the timer only where none runs and nothing stands. Listeners are told after `ended` has
// cleared timer and wire, so that they may send at once.

import type { Random } from '../../core/random.ts';
import type { Alarm, SimulatedClock } from '../../core/time/clock.ts';
import { NS_PER_S } from '../../core/units.ts';
import { AcceptanceTable } from '../acceptance.ts';
import {
  type AttachOptions,
  type Bus,
  type BusListener,
  type BusLoad,
  type BusNode,
  type CanErrorFrame,
  type CanFrame,
  classicFrame,
  type ErrorTap,
  type FrameTap,
} from '../bus.ts';
import { FrameDigest } from '../frame/frameDigest.ts';
import { Taps } from '../taps.ts';
import { type BitRates, bitsNs, frameTimeNs, interframeNs, nominalNs } from './bits/frameTiming.ts';
import { BusyTime } from './busLoad.ts';
import { collide } from './collision.ts';
import { Disturbances, undisturbed } from './disturbances.ts';
import { type CounterState, errorReport } from './errors/errorReport.ts';
import { errorTailBits, type WireError } from './errors/wireError.ts';
import { FaultConfinement } from './faultConfinement.ts';
import { NodeRecords } from './nodeRecords.ts';
import { StandingAttempts } from './standingAttempts.ts';
import { brokenOff, type Transmission } from './transmission.ts';
import { type NodeHost, VirtualCanNode } from './virtualCanNode.ts';

export interface VirtualCanOptions {
  readonly name: string;
  readonly clock: SimulatedClock;
  /** Bits a second in the arbitration phase. */
  readonly bitrate: number;
  /** Bits a second in the data phase of FD frames with the bit rate switch; as `bitrate` when omitted. */
  readonly dataBitrate?: number;
  /** Whether the bus carries FD frames as well as classic ones. */
  readonly fd: boolean;
}

export interface VirtualCan extends Bus {
  /**
   * From now on bits of frames go wrong at `rate`, from 0 to 1: for all nodes alike, or for the nodes of one name, which then
   * see errors where the others see none. Bits of error frames and of the interframe space do not.
   */
  setBitErrors(rate: number, random: Random, node?: string): void;
}

/**
 * A bus of its own on `clock`. A frame is delivered, in the order of attachment, and then confirmed to its sender, at the
 * end of its EOF field; the next one starts 3 bits later, so frames given in `frameSent` run back to back. A frame that an error ended
 * is sent again by itself. A node alone on the bus sends its frame over and over, as nobody acknowledges it.
 */
export function createVirtualCan(options: VirtualCanOptions): VirtualCan {
  return new VirtualCanBus(options);
}

/** What a node alone on the bus repeats. */
interface Standing {
  readonly sender: VirtualCanNode;
  readonly transmission: Transmission;
  readonly attempts: StandingAttempts;
}

const nobody: readonly VirtualCanNode[] = [];
const noData = new Uint8Array(0);
/** Bits that an error-passive sender lets pass before it sends again. */
const suspendBits = 8;

/** `includes`, quick where it is the first of few, or none, as with nearly every frame. */
function isAmong(nodes: readonly VirtualCanNode[], node: VirtualCanNode): boolean {
  return nodes.length > 0 && (nodes[0] === node || (nodes.length > 1 && nodes.includes(node)));
}

class VirtualCanBus implements VirtualCan, NodeHost {
  readonly name: string;
  readonly fd: boolean;
  private readonly clock: SimulatedClock;
  private readonly rates: BitRates;
  private readonly pauseNs: number;
  private readonly table = new AcceptanceTable<VirtualCanNode>();
  private readonly taps = new Taps<CanFrame>();
  private readonly errorTaps = new Taps<CanErrorFrame>();
  private readonly records = new NodeRecords();
  private readonly digest = new FrameDigest();
  private readonly busy = new BusyTime();
  private readonly confinement: FaultConfinement;
  /** Nodes with a frame waiting, on the bus or not. */
  private ready: VirtualCanNode[] = [];
  private frames = 0;
  private errorFrames = 0;
  private readonly disturbances = new Disturbances();
  private closed = false;
  private onWire: Transmission | undefined;
  /** What is on the wire without an error: one object for all such frames, each over before the next one starts. */
  private readonly undisturbed: { -readonly [member in keyof Transmission]: Transmission[member] };
  private idleAtNs = 0;
  /** Who won last, and since when it has done so while others waited. */
  private holder: VirtualCanNode | undefined;
  private heldSinceNs = 0;
  /** While it is set, no timer runs. */
  private standing: Standing | undefined;
  /** The next end of a frame or start of an arbitration, whichever the bus waits for. */
  private readonly timer: Alarm;
  /** Whether it waits for the end of a suspension alone. */
  private isWaitingForSuspended = false;

  constructor(options: VirtualCanOptions) {
    const { bitrate, dataBitrate = bitrate } = options;
    if (!(bitrate > 0) || !(dataBitrate > 0))
      throw new RangeError(`bit rates are above 0, not ${bitrate} and ${dataBitrate}`);
    this.name = options.name;
    this.fd = options.fd;
    this.clock = options.clock;
    this.undisturbed = { frame: classicFrame(0, noData), senders: nobody, startNs: 0, outcome: undisturbed };
    this.timer = this.clock.alarm(() => this.timeHasCome());
    this.rates = { bitrate, dataBitrate };
    this.pauseNs = interframeNs(this.rates);
    this.confinement = new FaultConfinement({
      clock: this.clock,
      bitNs: NS_PER_S / bitrate,
      rejoined: (node) => {
        if (node.first !== undefined) this.contend();
      },
    });
  }

  attach(name: string, listener: BusListener, options: AttachOptions = {}): BusNode {
    const node = new VirtualCanNode(this, this.records.of(name), listener, options);
    if (this.closed) {
      node.leave();
      return node;
    }
    node.disturb(this.disturbances.noiseOf(name));
    this.endStanding();
    this.table.add(node);
    this.confinement.joins(node, this.onWire !== undefined);
    return node;
  }

  /** What a node has on the wire breaks off, unless another sends the same bits; one that others were to acknowledge may stay without. */
  remove(node: VirtualCanNode): void {
    if (!node.attached) return;
    this.endStanding();
    this.confinement.leaves(node);
    node.leave();
    this.notReady(node);
    this.table.remove(node);
    this.breakOff();
  }

  tap(hear: FrameTap, hearError?: ErrorTap): () => void {
    const ends = [this.taps.add(hear), ...(hearError === undefined ? [] : [this.errorTaps.add(hearError)])];
    return () => {
      for (const end of ends) end();
    };
  }

  load(): BusLoad {
    this.countStanding();
    return {
      frames: this.frames,
      errorFrames: this.errorFrames,
      busyNs: this.busy.totalNs,
      recentShare: this.busy.recentShare(this.clock.nowNs()),
      nodes: this.records.loads(),
      digest: this.digest.text(),
    };
  }

  setBitErrors(rate: number, random: Random, node?: string): void {
    this.endStanding();
    this.disturbances.set(rate, random, node);
    for (const attached of this.table.all()) {
      if (attached.name === node) attached.disturb(this.disturbances.noiseOf(node));
    }
  }

  close(): void {
    this.countStanding();
    this.standing = undefined;
    this.closed = true;
    this.timer.cancel();
    this.onWire = undefined;
    this.confinement.recovery.close();
    this.taps.clear();
    this.errorTaps.clear();
    for (const node of this.table.all()) this.remove(node);
  }

  hasFrame(node: VirtualCanNode): void {
    this.ready.push(node);
    this.contend();
  }

  private notReady(node: VirtualCanNode): void {
    const index = this.ready.indexOf(node);
    if (index >= 0) this.ready.splice(index, 1);
  }

  /** Sees to it that there will be an arbitration. */
  private contend(): void {
    if (this.isWaitingForSuspended) {
      // Somebody else may go first: that is what the wait is for.
      this.timer.cancel();
      this.isWaitingForSuspended = false;
    }
    if (this.timer.isSet || this.standing !== undefined || this.closed) return;
    this.timer.set(Math.max(this.idleAtNs, this.clock.nowNs()));
  }

  private timeHasCome(): void {
    if (this.onWire === undefined) this.arbitrate();
    else if (this.onWire.outcome.error === undefined) this.endFrame();
    else this.endError();
  }

  private arbitrate(): void {
    this.isWaitingForSuspended = false;
    const nowNs = this.clock.nowNs();
    let winner: VirtualCanNode | undefined;
    let isTied = false;
    let contenders = 0;
    let laterNs = Number.POSITIVE_INFINITY;
    for (const node of this.ready) {
      if (!node.isOnBus) continue;
      contenders += 1;
      if (node.suspendedUntilNs > nowNs) laterNs = Math.min(laterNs, node.suspendedUntilNs);
      else if (winner === undefined || node.key < winner.key) {
        winner = node;
        isTied = false;
      } else if (node.key === winner.key) isTied = true;
    }
    if (winner !== undefined) {
      this.countHold(winner, nowNs, contenders > 1);
      this.confinement.recovery.transmissionStarted(nowNs);
      if (isTied) this.startTied(winner.key, nowNs);
      else this.start(winner.alone, undefined, nowNs);
    } else if (Number.isFinite(laterNs)) this.waitForSuspended(laterNs);
  }

  /** Who wins again and again, without a pause, while others wait, holds the bus. */
  private countHold(winner: VirtualCanNode, nowNs: number, othersWait: boolean): void {
    const isAgain = winner === this.holder && nowNs <= this.idleAtNs;
    if (!isAgain || !othersWait) {
      this.holder = winner;
      this.heldSinceNs = nowNs;
      return;
    }
    const { record } = winner;
    record.longestHoldNs = Math.max(record.longestHoldNs, nowNs - this.heldSinceNs);
  }

  private waitForSuspended(untilNs: number): void {
    this.isWaitingForSuspended = true;
    this.timer.set(untilNs);
  }

  private startTied(key: number, nowNs: number): void {
    const tied = this.ready.filter((node) => node.isOnBus && node.key === key && node.suspendedUntilNs <= nowNs);
    const { senders, gaveUp, error } = collide(tied);
    for (const node of gaveUp) this.confinement.missesRest(node);
    this.start(senders, error, nowNs);
    for (const node of gaveUp) {
      this.confinement.transmitFailed(node, this.idleAtNs);
      this.suspend(node);
    }
  }

  private start(senders: readonly VirtualCanNode[], collided: WireError | undefined, startNs: number): void {
    const [sender] = senders;
    const first = sender?.first;
    if (sender === undefined || first === undefined) return;
    // What the others see: ESI is the controller's word, whatever the frame was given with.
    const frame = first.fd && sender.isPassive ? { ...first, esi: true as const } : first;
    for (const node of senders) node.begin();
    const isAlone = this.confinement.nodesOnBus <= senders.length;
    const outcome = this.disturbances.judge(senders, this.table.all(), isAlone, collided);
    if (outcome.error !== undefined) {
      this.onWire = { frame, senders, startNs, outcome };
      this.endsWithError(this.onWire, outcome.error);
      return;
    }
    const { undisturbed } = this;
    undisturbed.frame = frame;
    undisturbed.senders = senders;
    undisturbed.startNs = startNs;
    undisturbed.outcome = outcome;
    this.onWire = undisturbed;
    this.idleAtNs = startNs + frameTimeNs(frame, this.rates, sender.isPassive);
    this.timer.set(this.idleAtNs - this.pauseNs);
  }

  private endsWithError({ frame, startNs, outcome }: Transmission, error: WireError): void {
    const untilFlagNs = bitsNs(outcome.bits, error.flagAtBit, frame.brs, this.rates);
    this.idleAtNs = startNs + untilFlagNs + nominalNs(error.flagBits + errorTailBits, this.rates);
    this.timer.set(this.idleAtNs - this.pauseNs);
  }

  /** A node has left, maybe in the middle of its frame. */
  private breakOff(): void {
    if (this.onWire === undefined || this.closed) return;
    const outcome = brokenOff(this.onWire, this.confinement.nodesOnBus, this.clock.nowNs(), this.rates);
    if (outcome?.error === undefined) return;
    this.onWire = { ...this.onWire, outcome };
    this.endsWithError(this.onWire, outcome.error);
  }

  private endFrame(): void {
    const transmission = this.ended();
    if (transmission === undefined) return;
    const { frame, senders, startNs, outcome } = transmission;
    const { missedBy } = outcome;
    const takenNs = this.idleAtNs - startNs;
    for (const node of senders) {
      node.sent(takenNs);
      this.suspend(node);
    }
    this.confinement.frameSent(this.table.all(), senders, missedBy, this.idleAtNs);
    this.deliver(frame, senders, missedBy);
    for (const node of senders) {
      if (node.attached && node.left !== undefined) node.listener.frameSent(node.left);
      if (node.rest()) this.notReady(node);
    }
    this.confinement.integrate();
    if (this.ready.length > 0) this.contend();
  }

  private endError(): void {
    const transmission = this.ended();
    if (transmission === undefined) return;
    const { frame, senders, startNs, outcome } = transmission;
    const { error, firstToSee, isAckError } = outcome;
    if (error === undefined) return;
    this.errorFrames += 1;
    const repeats = isAckError && senders.length === 1 && senders[0]?.isPassive === true;
    const reporter = this.errorTaps.areNone ? undefined : (firstToSee ?? senders[0]);
    const before = reporter?.counters();
    for (const node of senders) {
      node.failed(this.idleAtNs - startNs);
      this.confinement.senderFailed(node, outcome, this.idleAtNs);
      this.suspend(node);
    }
    if (error.delivered) this.deliver(frame, senders, firstToSee === undefined ? nobody : [firstToSee]);
    this.confinement.receiversFailed(this.table.all(), senders, outcome, this.idleAtNs);
    if (reporter !== undefined && before !== undefined) this.tellError(transmission, reporter, before);
    this.confinement.integrate();
    if (repeats) this.stand(transmission);
    if (this.ready.length > 0) this.contend();
  }

  private tellError({ frame, outcome }: Transmission, reporter: VirtualCanNode, before: CounterState): void {
    const { error, bits, firstToSee, isAckError } = outcome;
    if (error === undefined) return;
    const { flagAtBit } = error;
    const bySender = firstToSee === undefined && !error.senderStopped;
    const report = { frame, bits, flagAtBit, isAckError, bySender, before, after: reporter.counters() };
    this.errorTaps.tell(errorReport(report), this.clock.nowNs());
  }

  /** Nothing changes any more for a node alone on the bus and error-passive: its attempts are counted when somebody looks. */
  private stand(transmission: Transmission): void {
    const [sender] = transmission.senders;
    if (
      sender === undefined ||
      !sender.attached ||
      sender.order !== 'fifo' ||
      this.confinement.nodesOnBus > 1 ||
      this.confinement.recovery.isNeeded
    )
      return;
    if (!this.disturbances.areNone) return;
    const nextNs = sender.suspendedUntilNs;
    const { startNs } = transmission;
    const busyNs = this.idleAtNs - startNs;
    const attempts = new StandingAttempts(nextNs, nextNs - startNs, busyNs, busyNs - this.pauseNs);
    this.standing = { sender, transmission, attempts };
  }

  private countStanding(): void {
    if (this.standing === undefined) return;
    const { sender, attempts } = this.standing;
    const over = attempts.take(this.clock.nowNs());
    if (over.attempts === 0) return;
    this.errorFrames += over.attempts;
    sender.record.busyNs += over.busyNs;
    this.busy.add(over.startNs, over.endNs, over.busyNs);
  }

  /** Something changes: the attempt that is on the wire now goes on by itself. */
  private endStanding(): void {
    if (this.standing === undefined) return;
    this.countStanding();
    const { sender, transmission, attempts } = this.standing;
    this.standing = undefined;
    const { startNs, busyNs } = attempts;
    sender.suspendUntil(startNs);
    if (startNs >= this.clock.nowNs()) {
      this.waitForSuspended(startNs);
      return;
    }
    sender.begin();
    this.onWire = { ...transmission, startNs };
    this.idleAtNs = startNs + busyNs;
    this.timer.set(this.idleAtNs - this.pauseNs);
  }

  /** Takes what was on the wire off it. */
  private ended(): Transmission | undefined {
    const transmission = this.onWire;
    this.onWire = undefined;
    if (transmission !== undefined) {
      this.busy.add(transmission.startNs, this.idleAtNs);
      this.confinement.recovery.transmissionEnded(this.idleAtNs);
    }
    return transmission;
  }

  private deliver(frame: CanFrame, senders: readonly VirtualCanNode[], missedBy: readonly VirtualCanNode[]): void {
    const nowNs = this.clock.nowNs();
    this.frames += 1;
    this.digest.add(nowNs, frame);
    if (!this.taps.areNone) this.taps.tell(frame, nowNs);
    for (const node of this.table.accepting(frame.id)) {
      if (node.isOnBus && !isAmong(senders, node) && !isAmong(missedBy, node)) node.listener.frameReceived(frame);
    }
  }

  /** An error-passive node lets others go first after each of its frames. */
  private suspend(node: VirtualCanNode): void {
    if (node.isPassive) node.suspendUntil(this.idleAtNs + nominalNs(suspendBits, this.rates));
  }
}
