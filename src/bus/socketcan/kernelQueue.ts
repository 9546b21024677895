// Owns: the frames of this process on their way to a real interface: those that wait for the kernel, and those that it has and
// whose echo has not come. Must not know when to try again, or who is told.
import type { CanFrame } from '../bus.ts';

/** A frame as the interface reports it. */
export interface HeardFrame {
  readonly id: number;
  readonly extended: boolean;
  readonly remote: boolean;
  readonly data: Uint8Array;
  readonly requestedBytes?: number;
}

/** A frame on its way, and whose it is. */
export interface Outgoing<Node> {
  readonly node: Node;
  readonly frame: CanFrame;
  /** Its place among all frames. */
  readonly order: number;
}

function sameFrame(frame: CanFrame, heard: HeardFrame): boolean {
  if (frame.extended !== heard.extended || frame.remote !== heard.remote) return false;
  const { data } = frame;
  if (data.length !== heard.data.length) return false;
  if ((frame.requestedBytes ?? 0) !== (heard.requestedBytes ?? 0)) return false;
  for (let index = 0; index < data.length; index += 1) if (data[index] !== heard.data[index]) return false;
  return true;
}

export class KernelQueue<Node> {
  private orders = 0;
  private waiting: Outgoing<Node>[] = [];
  /** By id, each in the order of sending. */
  private readonly unechoed = new Map<number, Outgoing<Node>[]>();
  private unechoedFrames = 0;

  /** Frames that the kernel has not taken. */
  get waitingFrames(): number {
    return this.waiting.length;
  }

  /** Frames that the kernel has and has not echoed. */
  get kernelFrames(): number {
    return this.unechoedFrames;
  }

  put(node: Node, frame: CanFrame): void {
    this.orders += 1;
    this.waiting.push({ node, frame, order: this.orders });
  }

  /** Gives frames to the kernel, in order, as long as it has fewer than `kernelMax` and `send` says that it took one. */
  give(kernelMax: number, send: (frame: CanFrame) => boolean): void {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      if (this.unechoedFrames >= kernelMax || !send(next.frame)) return;
      this.waiting.shift();
      this.unechoedFrames += 1;
      const sent = this.unechoed.get(next.frame.id);
      if (sent === undefined) this.unechoed.set(next.frame.id, [next]);
      else sent.push(next);
    }
  }

  /**
   * The frame that was just heard, last, where it is one of these; before it, earlier ones under its id, which have left as well:
   * the kernel must have dropped their echoes for want of room.
   */
  echoed(heard: HeardFrame): readonly Outgoing<Node>[] {
    const sent = this.unechoed.get(heard.id);
    const index = sent?.findIndex(({ frame }) => sameFrame(frame, heard)) ?? -1;
    if (sent === undefined || index < 0) return [];
    const left = sent.splice(0, index + 1);
    if (sent.length === 0) this.unechoed.delete(heard.id);
    this.unechoedFrames -= left.length;
    return left;
  }

  /** What the kernel had is lost: those of its frames that `keep` says wait again, before all others, in their order. */
  takeBack(keep: (node: Node) => boolean): void {
    const lost = [...this.unechoed.values()].flat().filter(({ node }) => keep(node));
    lost.sort((a, b) => a.order - b.order);
    this.waiting = [...lost, ...this.waiting];
    this.unechoed.clear();
    this.unechoedFrames = 0;
  }

  /** Drops what waits of a node; what the kernel has of it still goes out. */
  drop(node: Node): void {
    this.waiting = this.waiting.filter((outgoing) => outgoing.node !== node);
  }

  clear(): void {
    this.waiting = [];
    this.unechoed.clear();
    this.unechoedFrames = 0;
  }
}
