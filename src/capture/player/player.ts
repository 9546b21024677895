// Owns: sending recorded frames on buses when they are due. Must not know where they come from: their reader is told when
// more are wanted.
import type { Bus, BusNode, CanFrame } from '../../bus/bus.ts';
import { type EnvironmentFault, environmentFault } from '../../core/faults.ts';
import type { Clock, Timer } from '../../core/time/clock.ts';
import { NS_PER_S } from '../../core/units.ts';

/** Where frames are sent. */
export type PlayedBus = Pick<Bus, 'name' | 'attach'>;

/** A frame, the time on the player's clock at which it is due, and where it goes. */
export interface DueFrame {
  readonly frame: CanFrame;
  readonly dueNs: number;
  readonly onto: readonly PlayedBus[];
}

export interface PlayerEvents {
  /** Few frames are left. Told once for each `offer`. */
  wantsMore(): void;
  /** All have left, or the fault keeps the rest from leaving. Told once. */
  finished(fault: EnvironmentFault | undefined): void;
}

export interface PlayerOptions {
  readonly clock: Clock;
  readonly buses: readonly PlayedBus[];
  /** The present as the watcher knows it: a host that is late is ahead of its own clock's events. */
  readonly presentNs: () => number;
  readonly events: PlayerEvents;
}

/** Frames that wait, below which more are wanted. */
const fewFrames = 1024;
/** A bus that takes nothing for so long takes no more. */
const patienceNs = 10 * NS_PER_S;

interface Sender {
  readonly node: BusNode;
  /** Frames that it took and that have not left. */
  outstanding: number;
}

/** Sends frames in the order in which they are offered, none before it is due. Where a bus has no room they wait. */
export class Player {
  /** Frames that have left, counted once a bus. */
  frames = 0;
  /** Whether few frames are left, and more may be offered. */
  wanting = true;
  /** How late the latest frame was given to its bus. */
  latestNs = 0;
  private readonly options: PlayerOptions;
  private readonly senders: ReadonlyMap<PlayedBus, Sender>;
  private waiting: DueFrame[] = [];
  /** The next of `waiting`, and the next bus that it goes to. */
  private next = 0;
  private nextBus = 0;
  private ended = false;
  private done = false;
  private timer: Timer | undefined;
  private stallTimer: Timer | undefined;

  constructor(options: PlayerOptions) {
    this.options = options;
    this.senders = new Map(options.buses.map((bus) => [bus, this.attach(bus)]));
  }

  /** Takes on more frames; `dueNs` must not fall. */
  offer(frames: readonly DueFrame[]): void {
    this.waiting = [...this.waiting.slice(this.next), ...frames];
    this.next = 0;
    this.wanting = false;
    this.go();
  }

  /** There are no more frames. */
  end(): void {
    this.ended = true;
    this.go();
  }

  /** Sends no more; nothing is told from now on. */
  stop(): void {
    this.done = true;
    this.timer?.cancel();
    this.stallTimer?.cancel();
    for (const { node } of this.senders.values()) node.detach();
  }

  private attach(bus: PlayedBus): Sender {
    const node = bus.attach('player', {
      frameReceived() {},
      frameSent: () => {
        sender.outstanding -= 1;
        this.frames += 1;
        this.stallTimer?.cancel();
        this.stallTimer = undefined;
        this.go();
      },
      nodeFailed: (fault) => this.finish(fault),
    });
    const sender: Sender = { node, outstanding: 0 };
    return sender;
  }

  private readonly go = (): void => {
    this.timer?.cancel();
    while (!this.done) {
      const due = this.waiting[this.next];
      if (due === undefined) break;
      if (due.dueNs > this.options.clock.nowNs()) {
        this.timer = this.options.clock.at(due.dueNs, this.go);
        break;
      }
      if (!this.send(due)) break;
      this.next += 1;
      this.nextBus = 0;
    }
    if (this.done) return;
    const left = this.waiting.length - this.next;
    if (this.ended && left === 0 && !this.isOutstanding()) this.finish(undefined);
    else if (!this.ended && !this.wanting && left < fewFrames) {
      this.wanting = true;
      this.options.events.wantsMore();
    }
    this.watch();
  };

  /** False where a bus has no room for it yet, or it ended the playing. */
  private send({ frame, dueNs, onto }: DueFrame): boolean {
    for (let bus = onto[this.nextBus]; bus !== undefined; bus = onto[this.nextBus]) {
      const sender = this.senders.get(bus);
      const sent = sender?.node.send(frame);
      if (sent?.ok === false) {
        const { code, message } = sent.fault;
        if (code === 'bad-frame') this.finish(environmentFault(code, `${bus.name}: ${message}`));
        else if (code !== 'queue-full') this.finish(sent.fault);
        return false;
      }
      if (sender !== undefined) sender.outstanding += 1;
      this.latestNs = Math.max(this.latestNs, this.options.presentNs() - dueNs);
      this.nextBus += 1;
    }
    return true;
  }

  private isOutstanding(): boolean {
    return [...this.senders.values()].some(({ outstanding }) => outstanding > 0);
  }

  /** Sees to it that a bus on which nothing moves ends the playing. */
  private watch(): void {
    if (this.done || this.stallTimer !== undefined || !this.isOutstanding()) return;
    this.stallTimer = this.options.clock.after(patienceNs, () => {
      const names = [...this.senders].filter(([, { outstanding }]) => outstanding > 0).map(([{ name }]) => name);
      const text = `${names.join(', ')} has sent nothing for ${patienceNs / NS_PER_S} s`;
      this.finish(environmentFault('queue-full', text));
    });
  }

  private finish(fault: EnvironmentFault | undefined): void {
    if (this.done) return;
    this.stop();
    this.options.events.finished(fault);
  }
}
