// Owns: what a virtual bus has on the wire, and what becomes of it when a node leaves in its middle. Pure. Must not know what follows:
// see virtualCan.ts.

import type { CanFrame } from '../bus.ts';
import { bitSequence } from './bits/bitSequence.ts';
import { type BitRates, bitsIn } from './bits/frameTiming.ts';
import type { Outcome } from './disturbances.ts';
import { ackError, silenceError } from './errors/wireError.ts';
import type { VirtualCanNode } from './virtualCanNode.ts';

export interface Transmission {
  readonly frame: CanFrame;
  /** One node, or several that send the very same bits. */
  readonly senders: readonly VirtualCanNode[];
  readonly startNs: number;
  readonly outcome: Outcome;
}

/**
 * The outcome where a frame has lost its sender, or all who would acknowledge it. Undefined where it stays as it is: somebody sends and
 * somebody hears, the missing bits make no difference, or an earlier error ends it. `nodesOnBus`: those that are left, senders included.
 */
export function brokenOff(
  { frame, senders, startNs, outcome }: Transmission,
  nodesOnBus: number,
  nowNs: number,
  rates: BitRates,
): Outcome | undefined {
  const sending = senders.filter(({ attached }) => attached).length;
  if (sending > 0 && sending < nodesOnBus) return undefined;
  const bits = bitSequence(frame, senders[0]?.isPassive);
  const sent = bitsIn(bits, nowNs - startNs, frame.brs, rates);
  const error = sending === 0 ? silenceError(bits, sent) : ackError(bits);
  const before = outcome.error?.flagAtBit ?? bits.length;
  if (error === undefined || error.flagAtBit <= sent || before <= error.flagAtBit) return undefined;
  return { error, bits, firstToSee: undefined, isAckError: sending > 0, missedBy: [] };
}
