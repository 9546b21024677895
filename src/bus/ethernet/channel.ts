// Owns: one direction of a full-duplex Ethernet link: its output queue, the line at its rate, the way along it, and what is lost. Must
// not know what is at its ends.

import type { Random } from '../../core/random.ts';
import type { Clock } from '../../core/time/clock.ts';
import { checkSequenceBytes, frameNs, interframeNs } from './wire.ts';

export interface ChannelOptions {
  readonly clock: Clock;
  readonly bitsPerSecond: number;
  /** From the sender's end of the line to the receiver's. */
  readonly latencyNs: number;
  /** Bytes of frames, check sequences included, that may wait for the line. The frame that is on it waits no more. */
  readonly queueBytes: number;
  /** The share of frames that arrive damaged, and so do not arrive; from 0 to 1. */
  readonly loss: number;
  readonly random: Random;
  /** A packet is whole at the other end. */
  readonly arrived: (packet: Uint8Array) => void;
}

/** What a direction carried since the start. */
export interface ChannelLoad {
  /** Frames that were on the line as a whole, interframe gaps included in `busyNs`. */
  readonly frames: number;
  readonly busyNs: number;
  /** Frames that came to nothing on the line: damaged, or cut off with it. */
  readonly lostFrames: number;
  /** Frames that found the queue full. */
  readonly droppedFrames: number;
}

export class Channel {
  private readonly options: ChannelOptions;
  private readonly interframeNs: number;
  private frames = 0;
  private busyNs = 0;
  private lostFrames = 0;
  private droppedFrames = 0;
  /** What waits for the line, in order; what has begun is taken out when somebody looks. */
  private readonly waiting: { readonly startNs: number; readonly bytes: number }[] = [];
  private waitingBytes = 0;
  private lineFreeNs = 0;
  private isCut = false;
  /** What was on its way before the latest cut is lost. */
  private cuts = 0;

  constructor(options: ChannelOptions) {
    this.options = options;
    this.interframeNs = interframeNs(options.bitsPerSecond);
  }

  /** Queues a packet, not to be changed afterwards. What finds no room is dropped, as nobody can be told. */
  send(packet: Uint8Array): void {
    if (this.isCut) {
      this.lostFrames += 1;
      return;
    }
    const { clock, bitsPerSecond, latencyNs, queueBytes } = this.options;
    const nowNs = clock.nowNs();
    this.forgetBegun(nowNs);
    const bytes = packet.length + checkSequenceBytes;
    const startNs = Math.max(nowNs, this.lineFreeNs);
    if (startNs > nowNs) {
      if (this.waitingBytes + bytes > queueBytes) {
        this.droppedFrames += 1;
        return;
      }
      this.waiting.push({ startNs, bytes });
      this.waitingBytes += bytes;
    }
    const endNs = startNs + frameNs(packet, bitsPerSecond);
    this.lineFreeNs = endNs + this.interframeNs;
    const { cuts, lineFreeNs } = this;
    clock.at(endNs + latencyNs, () => this.arrive(packet, lineFreeNs - startNs, cuts));
  }

  /** The line is taken off: what is on it and what waits is lost. */
  cut(): void {
    if (this.isCut) return;
    this.isCut = true;
    this.cuts += 1;
    this.waiting.length = 0;
    this.waitingBytes = 0;
    this.lineFreeNs = 0;
  }

  /** The line is back. */
  join(): void {
    this.isCut = false;
  }

  load(): ChannelLoad {
    const { frames, busyNs, lostFrames, droppedFrames } = this;
    return { frames, busyNs, lostFrames, droppedFrames };
  }

  private arrive(packet: Uint8Array, busyNs: number, cuts: number): void {
    if (cuts !== this.cuts) {
      this.lostFrames += 1;
      return;
    }
    this.frames += 1;
    this.busyNs += busyNs;
    const { loss, random, arrived } = this.options;
    if (loss > 0 && random.fraction() < loss) this.lostFrames += 1;
    else arrived(packet);
  }

  private forgetBegun(nowNs: number): void {
    for (let next = this.waiting[0]; next !== undefined && next.startNs <= nowNs; next = this.waiting[0]) {
      this.waitingBytes -= next.bytes;
      this.waiting.shift();
    }
  }
}
