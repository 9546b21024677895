// Owns: nodes that do not hear what was on the bus, over any `Bus`: frames that a node loses, that reach it changed, or late. What the
// wire itself does to a frame is virtualCan.ts's. Must not know what frames mean.

import type { Random } from '../../core/random.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { Bus, BusListener, CanFrame } from '../bus.ts';
import { wrappedBus } from '../wrappedBus.ts';

/** What happens to a frame on its way from the controller to the node. */
export interface ReceiveFaults {
  /** The share of frames, from 0 to 1, that the node never hears: a receive buffer that ran over. */
  readonly loss: number;
  /** The share of frames in whose data one bit is changed, in a way that no CRC catches. */
  readonly corruption: number;
  /** How much later the node hears of a frame. Its frames keep their order. */
  readonly delayNs: number;
}

export interface FaultyBus extends Bus {
  /** From now on, for the nodes of one name or, without it, for all that have no faults of their own. */
  setReceiveFaults(faults: ReceiveFaults, random: Random, node?: string): void;
  /** Every node hears everything again. What is delayed already comes when it was due. */
  clearReceiveFaults(): void;
}

interface ReceivePath {
  readonly faults: ReceiveFaults;
  readonly random: Random;
}

/** `bus` with nodes whose receive paths can be made worse. Attach through the returned bus only. */
export function withReceiveFaults(bus: Bus, clock: Clock): FaultyBus {
  const byNode = new Map<string, ReceivePath>();
  let forAll: ReceivePath | undefined;
  /** As on most buses: no look into the map for each frame. */
  let areNone = true;
  return wrappedBus<FaultyBus>(bus, {
    attach(name, listener, options = {}) {
      const late = new LateFrames(clock, listener);
      const hearing: BusListener = {
        frameReceived: (frame) => {
          const path = areNone ? undefined : (byNode.get(name) ?? forAll);
          if (path === undefined) late.hear(frame, 0);
          else heard(frame, path, late);
        },
        frameSent: (frame) => listener.frameSent(frame),
        nodeFailed: (fault) => listener.nodeFailed(fault),
      };
      const node = bus.attach(name, hearing, options);
      return {
        send: (frame) => node.send(frame),
        detach: () => {
          late.close();
          node.detach();
        },
      };
    },
    setReceiveFaults(faults, random, node) {
      for (const share of [faults.loss, faults.corruption]) {
        if (!(share >= 0 && share <= 1)) throw new RangeError(`a share is from 0 to 1, not ${share}`);
      }
      areNone = false;
      if (node === undefined) forAll = { faults, random };
      else byNode.set(node, { faults, random });
    },
    clearReceiveFaults() {
      areNone = true;
      forAll = undefined;
      byNode.clear();
    },
  });
}

function heard(frame: CanFrame, { faults, random }: ReceivePath, late: LateFrames): void {
  const { loss, corruption, delayNs } = faults;
  if (loss > 0 && random.fraction() < loss) return;
  const isChanged = corruption > 0 && random.fraction() < corruption;
  late.hear(isChanged ? withWrongBit(frame, random) : frame, delayNs);
}

/** A copy with one bit of the data inverted; the frame itself where it has none. */
function withWrongBit(frame: CanFrame, random: Random): CanFrame {
  if (frame.data.length === 0) return frame;
  const data = frame.data.slice();
  const bit = random.below(8 * data.length);
  data[bit >> 3] = (data[bit >> 3] as number) ^ (1 << (bit & 7));
  return { ...frame, data };
}

/** Frames that a node hears later, in their order. */
class LateFrames {
  private readonly clock: Clock;
  private readonly listener: BusListener;
  private readonly waiting: { readonly frame: CanFrame; readonly dueNs: number }[] = [];
  private isClosed = false;

  constructor(clock: Clock, listener: BusListener) {
    this.clock = clock;
    this.listener = listener;
  }

  /** At once where nothing waits and nothing is delayed. */
  hear(frame: CanFrame, delayNs: number): void {
    if (delayNs === 0 && this.waiting.length === 0) {
      this.listener.frameReceived(frame);
      return;
    }
    const dueNs = Math.max(this.clock.nowNs() + delayNs, this.waiting.at(-1)?.dueNs ?? 0);
    this.waiting.push({ frame, dueNs });
    this.clock.at(dueNs, () => this.deliver());
  }

  close(): void {
    this.isClosed = true;
    this.waiting.length = 0;
  }

  private deliver(): void {
    const next = this.waiting.shift();
    if (next !== undefined && !this.isClosed) this.listener.frameReceived(next.frame);
  }
}
