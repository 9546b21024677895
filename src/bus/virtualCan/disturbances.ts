// Owns: what stands in a frame's way on a virtual bus: noise for all nodes or for some, a collision, nobody to acknowledge it. The
// first of them to be signalled counts. Must not know time, nor what follows: see virtualCan.ts.
import type { Random } from '../../core/random.ts';
import { bitSequence, type WireBit } from './bits/bitSequence.ts';
import { wireBits } from './bits/frameTiming.ts';
import { BitNoise } from './errors/bitNoise.ts';
import { ackError, errorForAll, errorForOne, type WireError } from './errors/wireError.ts';
import type { VirtualCanNode } from './virtualCanNode.ts';

export interface Outcome {
  /** Why the frame will not go through; undefined where it will. */
  readonly error: WireError | undefined;
  /** The frame's bits, where there is an error. */
  readonly bits: readonly WireBit[];
  /** Of an error: the receiver that alone sees it at first. */
  readonly firstToSee: VirtualCanNode | undefined;
  readonly isAckError: boolean;
  /** Error-passive receivers that miss the frame: they cannot make the others miss it. */
  readonly missedBy: readonly VirtualCanNode[];
}

/** A frame that goes through. */
export const undisturbed: Outcome = {
  error: undefined,
  bits: [],
  firstToSee: undefined,
  isAckError: false,
  missedBy: [],
};

interface Found {
  readonly error: WireError;
  readonly by?: VirtualCanNode;
  readonly isAck?: boolean;
}

export class Disturbances {
  private noise: BitNoise | undefined;
  private readonly byNode = new Map<string, { readonly rate: number; readonly random: Random }>();

  /** Whether no bit can go wrong. */
  get areNone(): boolean {
    return this.noise === undefined && this.byNode.size === 0;
  }

  /** Bit errors for all nodes alike, or for those of one name. A rate of 0 ends them. */
  set(rate: number, random: Random, node: string | undefined): void {
    if (!(rate >= 0 && rate <= 1)) throw new RangeError(`a bit error rate is from 0 to 1, not ${rate}`);
    if (node === undefined) this.noise = rate > 0 ? new BitNoise(rate, random) : undefined;
    else if (rate > 0) this.byNode.set(node, { rate, random });
    else this.byNode.delete(node);
  }

  /** For a node that attaches, or whose rate was set. */
  noiseOf(node: string): BitNoise | undefined {
    const own = this.byNode.get(node);
    return own && new BitNoise(own.rate, own.random);
  }

  /** The first frame of `senders`, who send the same bits. `isAlone`: there is nobody but them. `nodes`: all that are attached. */
  judge(
    senders: readonly VirtualCanNode[],
    nodes: readonly VirtualCanNode[],
    isAlone: boolean,
    collided: WireError | undefined,
  ): Outcome {
    if (collided === undefined && !isAlone && this.areNone) return undisturbed;
    const [sender] = senders;
    const frame = sender?.first;
    if (sender === undefined || frame === undefined) return undisturbed;
    const count = wireBits(frame, sender.isPassive);
    const forAll = this.noise?.firstBad(count);
    const forSome = this.byNode.size === 0 ? [] : badBits(nodes, count);
    if (collided === undefined && !isAlone && forAll === undefined && forSome.length === 0) return undisturbed;

    const bits = bitSequence(frame, sender.isPassive);
    const found: Found[] = [];
    const missedBy: VirtualCanNode[] = [];
    if (collided !== undefined) found.push({ error: collided });
    else if (isAlone) found.push({ error: ackError(bits), isAck: true });
    if (forAll !== undefined) found.push({ error: errorForAll(bits, forAll, sender.isPassive) });
    for (const [node, bad] of forSome) {
      const isSender = senders.includes(node);
      const error = isSender ? errorForAll(bits, bad, node.isPassive) : errorForOne(bits, bad);
      if (error === undefined) continue;
      if (isSender) found.push({ error });
      else if (node.isPassive) missedBy.push(node);
      else found.push({ error, by: node });
    }
    // Nobody is left to acknowledge what all the others miss.
    const onBus = nodes.filter((node) => node.isOnBus && !senders.includes(node)).length;
    if (missedBy.length > 0 && missedBy.length === onBus) found.push({ error: ackError(bits), isAck: true });
    const first = firstOf(found);
    return { error: first?.error, bits, firstToSee: first?.by, isAckError: first?.isAck === true, missedBy };
  }
}

/** The nodes for which a bit of the next `count` goes wrong, and which bit. */
function badBits(nodes: readonly VirtualCanNode[], count: number): readonly (readonly [VirtualCanNode, number])[] {
  return nodes.flatMap((node) => {
    const bad = node.isOnBus ? node.noise?.firstBad(count) : undefined;
    return bad === undefined ? [] : [[node, bad] as const];
  });
}

function firstOf(found: readonly Found[]): Found | undefined {
  return found.reduce<Found | undefined>(
    (first, next) => (first === undefined || next.error.flagAtBit < first.error.flagAtBit ? next : first),
    undefined,
  );
}
