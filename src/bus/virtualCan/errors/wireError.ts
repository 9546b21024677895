// Owns: what becomes of a frame when one of its bits goes wrong, for all nodes or for one, when two nodes send at once, or when nobody
// acknowledges it (ISO 11898-1). Pure: bits in, consequences out. Counters: errorCounters.ts; when it happens: virtualCan.ts.
import type { WireBit } from '../bits/bitSequence.ts';

/** How a frame ended that did not go through. Bits are counted from SOF, in the frame's own sequence. */
export interface WireError {
  /** Bits of the frame on the wire before the first error flag, or, past its end, as many nominal bits. */
  readonly flagAtBit: number;
  /** From the first bit of the first error flag to the last of the last one: 6 where all signal at once, 12 at most. */
  readonly flagBits: number;
  /** The sender took noise for a stronger id and stopped: no error of its own. */
  readonly senderStopped: boolean;
  /** A recessive stuff bit in the arbitration field was seen dominant: the sender's TEC stays (ISO 11898-1, the transmitter's exception B). */
  readonly senderSpared: boolean;
  /** The receivers took the frame all the same: only the sender saw the error, and sends it again. */
  readonly delivered: boolean;
}

/** Bits after the last error flag, at the nominal rate: error delimiter and interframe space. */
export const errorTailBits = 8 + 3;
const flagLength = 6;

interface Ending {
  readonly flagAtBit: number;
  readonly flagBits: number;
  readonly senderStopped?: boolean;
  readonly senderSpared?: boolean;
  readonly delivered?: boolean;
}

function wireError(ending: Ending): WireError {
  return { senderStopped: false, senderSpared: false, delivered: false, ...ending };
}

function indexOf(bits: readonly WireBit[], field: WireBit['field']): number {
  return bits.findIndex((bit) => bit.field === field);
}

/** What a node sees at a place of the frame. */
type Seen = (at: number) => number;

/**
 * The first place from `from` on where a receiver that sees this sees that something is wrong: six equal bits in a row, a fixed stuff bit
 * like the one before it, a dominant delimiter. Undefined: not before it looks at the CRC.
 */
function firstViolation(bits: readonly WireBit[], from: number, seen: Seen): number | undefined {
  for (let at = from; at < bits.length; at += 1) {
    const bit = bits[at];
    if (bit === undefined || bit.field === 'delimiter') return seen(at) === 0 ? at : undefined;
    if (bit.field === 'fixedStuffed') {
      if (bit.isStuff && seen(at) === seen(at - 1)) return at;
      continue;
    }
    let run = 1;
    while (run < flagLength && at - run >= 0 && seen(at - run) === seen(at)) run += 1;
    if (run === flagLength) return at;
  }
  return undefined;
}

/**
 * Bits from the first flag's start to the last one's end, where one node signals after `last`, with bits of `flag`, and the others
 * see by them that something is wrong.
 */
function staggeredFlags(bits: readonly WireBit[], last: number, seen: Seen, flag: number): number {
  const violation = firstViolation(bits, last, upTo(last + 1, seen, flag)) ?? last + flagLength;
  return flagLength + Math.min(violation - last, flagLength);
}

function asSent(bits: readonly WireBit[]): Seen {
  return (at) => bits[at]?.bit ?? 1;
}

/** As sent, but for the bit at `index`. */
function inverted(bits: readonly WireBit[], index: number): Seen {
  const sent = asSent(bits);
  return (at) => (at === index ? 1 - sent(at) : sent(at));
}

/** The first `count` bits as seen, and from there on only `then`. */
function upTo(count: number, seen: Seen, then: number): Seen {
  return (at) => (at < count ? seen(at) : then);
}

/**
 * The bit at `index` is inverted for every node, the sender too. `senderPassive`: the sender's error flag is recessive.
 * Bits of the error flags themselves do not go wrong.
 */
export function errorForAll(bits: readonly WireBit[], index: number, senderPassive: boolean): WireError {
  const wrong = bits[index];
  if (wrong === undefined) throw new RangeError(`the frame has ${bits.length} bits, not ${index + 1}`);
  const flagAtBit = index + 1;
  switch (wrong.field) {
    case 'eof':
      // In its last bit only the sender sees an error: a receiver has taken the frame one bit before.
      return wireError({ flagAtBit, flagBits: flagLength, delivered: flagAtBit === bits.length });
    case 'delimiter':
    case 'ackDelimiter':
      return wireError({ flagAtBit, flagBits: flagLength });
    case 'ack':
      // The sender misses its acknowledgement; the receivers see its flag in the ACK delimiter.
      return wireError({ flagAtBit, flagBits: flagLength + 1 });
    case 'arbitration':
      if (wrong.bit === 1 && !wrong.isStuff) {
        // A dominant bit where it sent a recessive one: it gives way, and nobody sends until six recessive bits stand in a row.
        return wireError({ flagAtBit: flagAtBit + flagLength, flagBits: flagLength, senderStopped: true });
      }
      break;
    case 'stuffed':
    case 'fixedStuffed':
      break;
  }
  const flagBits = staggeredFlags(bits, index, inverted(bits, index), senderPassive ? 1 : 0);
  const senderSpared = wrong.field === 'arbitration' && wrong.isStuff && wrong.bit === 1;
  return wireError({ flagAtBit, flagBits, senderSpared });
}

/**
 * The bit at `index` is inverted for one receiver only, which signals the error to all. Undefined where it makes no
 * difference: in the ACK slot, and in the last bit of EOF.
 */
export function errorForOne(bits: readonly WireBit[], index: number): WireError | undefined {
  const wrong = bits[index];
  if (wrong === undefined) throw new RangeError(`the frame has ${bits.length} bits, not ${index + 1}`);
  const flagAtBit = index + 1;
  switch (wrong.field) {
    case 'ack':
      return undefined;
    case 'delimiter':
      // Its flag fills the ACK slot, where a dominant bit is right; the others see it in the ACK delimiter.
      return wireError({ flagAtBit, flagBits: flagLength + 2 });
    case 'ackDelimiter':
      return wireError({ flagAtBit, flagBits: flagLength + 1 });
    case 'eof':
      if (flagAtBit === bits.length) return undefined;
      // A flag in the last bit of EOF comes too late for the other receivers: they have the frame, and get it again.
      return wireError({ flagAtBit, flagBits: flagLength + 1, delivered: flagAtBit === bits.length - 1 });
    case 'arbitration':
    case 'stuffed':
    case 'fixedStuffed':
      break;
  }
  const violation = firstViolation(bits, index, inverted(bits, index));
  // A wrong CRC is signalled after the ACK delimiter, where the others see a dominant bit in EOF.
  if (violation === undefined) {
    return wireError({ flagAtBit: indexOf(bits, 'eof'), flagBits: flagLength + 1 });
  }
  return wireError({ flagAtBit: violation + 1, flagBits: staggeredFlags(bits, violation, asSent(bits), 0) });
}

/** Nobody acknowledges: the sender signals after the ACK slot. */
export function ackError(bits: readonly WireBit[]): WireError {
  return wireError({ flagAtBit: indexOf(bits, 'ack') + 1, flagBits: flagLength });
}

/**
 * Two nodes send `bits` at once, and the one that sends a recessive bit at `index` where the other's is dominant signals it. All
 * before `index` is equal.
 */
export function collisionError(bits: readonly WireBit[], index: number): WireError {
  return wireError({ flagAtBit: index + 1, flagBits: staggeredFlags(bits, index, asSent(bits), 0) });
}

/**
 * The sender falls silent after `count` bits: what follows is recessive, and all receivers see the same. Undefined where that makes no
 * difference: the acknowledgement is theirs, and all after it is recessive anyhow.
 */
export function silenceError(bits: readonly WireBit[], count: number): WireError | undefined {
  const end = indexOf(bits, 'delimiter');
  if (!bits.some(({ bit }, at) => at >= count && at < end && bit === 0)) return undefined;
  const violation = firstViolation(bits, count, upTo(count, asSent(bits), 1));
  const flagAtBit = violation === undefined ? indexOf(bits, 'eof') : violation + 1;
  return wireError({ flagAtBit, flagBits: flagLength });
}

/** The first place where two frames' bits differ; undefined where they are equal. */
export function firstDifference(a: readonly WireBit[], b: readonly WireBit[]): number | undefined {
  const index = a.findIndex((bit, at) => bit.bit !== b[at]?.bit);
  return index < 0 ? undefined : index;
}
