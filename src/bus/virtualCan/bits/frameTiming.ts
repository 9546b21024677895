// Owns: how long a frame occupies a bus, to the bit (ISO 11898-1). Must not know who sends it or when.
import { NS_PER_S } from '../../../core/units.ts';
import type { CanFrame } from '../../bus.ts';
import type { WireBit } from './bitSequence.ts';
import { classicFrameBits, countFdFrameBits, type FdFrameBits } from './frameBits.ts';

/** Bits a second: the nominal (arbitration) rate, and that of the data phase of FD frames with the bit rate switch. */
export interface BitRates {
  readonly bitrate: number;
  readonly dataBitrate: number;
}

/** The pause after every frame, at the nominal rate: intermission. */
const interframeBits = 3;

const counted: FdFrameBits = { nominal: 0, data: 0 };

/**
 * Nanoseconds from a frame's start to the moment at which the next may start: stuff bits and interframe space included, rounded
 * once. `errorPassive`: the state of its sender, which an FD frame tells in its ESI bit.
 */
export function frameTimeNs(frame: CanFrame, rates: BitRates, errorPassive = false): number {
  if (!frame.fd) return Math.round((classicFrameBits(frame) * NS_PER_S) / rates.bitrate);
  countFdFrameBits(frame, errorPassive, counted);
  const dataRate = frame.brs ? rates.dataBitrate : rates.bitrate;
  return Math.round((counted.nominal * NS_PER_S) / rates.bitrate + (counted.data * NS_PER_S) / dataRate);
}

/** Bits from SOF to the end of EOF, stuff bits included: those that noise can change. */
export function wireBits(frame: CanFrame, errorPassive: boolean): number {
  if (!frame.fd) return classicFrameBits(frame) - interframeBits;
  countFdFrameBits(frame, errorPassive, counted);
  return counted.nominal + counted.data - interframeBits;
}

/** Nanoseconds of the first `count` bits of `bits`, of a frame with the bit rate switch or not; past its end, of nominal bits. */
export function bitsNs(bits: readonly WireBit[], count: number, brs: boolean, rates: BitRates): number {
  let fast = 0;
  if (brs) for (let index = 0; index < count; index += 1) if (bits[index]?.inDataPhase) fast += 1;
  return Math.round(((count - fast) * NS_PER_S) / rates.bitrate + (fast * NS_PER_S) / rates.dataBitrate);
}

/** How many whole bits of `bits` `elapsedNs` hold. */
export function bitsIn(bits: readonly WireBit[], elapsedNs: number, brs: boolean, rates: BitRates): number {
  let count = 0;
  while (count < bits.length && bitsNs(bits, count + 1, brs, rates) <= elapsedNs) count += 1;
  return count;
}

/** Nanoseconds of `bits` at the nominal rate. */
export function nominalNs(bits: number, rates: BitRates): number {
  return Math.round((bits * NS_PER_S) / rates.bitrate);
}

/** Nanoseconds of the interframe space. */
export function interframeNs(rates: BitRates): number {
  return nominalNs(interframeBits, rates);
}

/**
 * What a frame's arbitration field says, as a number: lower wins (ISO 11898-1). Base id, then RTR or SRR, IDE,
 * the 18 further id bits and RTR; CAN FD's RRS stands dominant in RTR's place.
 */
export function arbitrationKey(frame: CanFrame): number {
  const rtr = frame.remote ? 1 : 0;
  if (!frame.extended) return frame.id * 0x20_0000 + rtr * 0x10_0000;
  const base = Math.floor(frame.id / 0x4_0000);
  const rest = frame.id % 0x4_0000;
  return base * 0x20_0000 + 0x10_0000 + 0x8_0000 + rest * 2 + rtr;
}
