// Owns: how long a frame occupies a bus, without stuff bits (ISO 11898-1). Must not know who sends it or when.
import { NS_PER_S } from '../core/units.ts';
import type { CanFrame } from './bus.ts';

/** Bits a second: the nominal (arbitration) rate, and that of the data phase of FD frames with the bit rate switch. */
export interface BitRates {
  readonly bitrate: number;
  readonly dataBitrate: number;
}

/** The pause after every frame, at the nominal rate: intermission. */
const interframeBits = 3;

/** SOF, id, RTR, IDE, r0, DLC, CRC-15 and its delimiter, ACK and its delimiter, EOF, interframe space. */
const classicBaseBits = 47;
/** The same with SRR, 18 more id bits and r1. */
const classicExtendedBits = 67;
/** SOF, id, RRS, IDE, FDF, res, BRS; then ACK and its delimiter, EOF, interframe space. */
const fdBaseNominalBits = 17 + 12;
/** The same with SRR and 18 more id bits. */
const fdExtendedNominalBits = 36 + 12;

/** Bits after BRS up to and including the CRC delimiter; the stuff count and the fixed stuff bits are part of every FD frame. */
function fdDataPhaseBits(dataBytes: number): number {
  const longCrc = dataBytes > 16;
  const esi = 1;
  const dlc = 4;
  const stuffCount = 4;
  const crc = longCrc ? 21 : 17;
  const fixedStuffBits = longCrc ? 7 : 6;
  const crcDelimiter = 1;
  return esi + dlc + 8 * dataBytes + stuffCount + crc + fixedStuffBits + crcDelimiter;
}

/** Nanoseconds from a frame's start to the moment at which the next may start: interframe space included, rounded once. */
export function frameTimeNs(frame: CanFrame, rates: BitRates): number {
  const { extended, fd, data } = frame;
  if (!fd) {
    const bits = (extended ? classicExtendedBits : classicBaseBits) + 8 * data.length;
    return Math.round((bits * NS_PER_S) / rates.bitrate);
  }
  const nominalBits = extended ? fdExtendedNominalBits : fdBaseNominalBits;
  const dataRate = frame.brs ? rates.dataBitrate : rates.bitrate;
  return Math.round((nominalBits * NS_PER_S) / rates.bitrate + (fdDataPhaseBits(data.length) * NS_PER_S) / dataRate);
}

/** Nanoseconds of the interframe space. */
export function interframeNs(rates: BitRates): number {
  return Math.round((interframeBits * NS_PER_S) / rates.bitrate);
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
