// Owns: a frame's bits on the wire one by one (ISO 11898-1), for what depends on a single bit: collisions and bit errors. Slow and
// plain; frameBits.ts counts the same bits by tables, and a test holds the two together. Must not know bit rates.
import type { CanFrame } from '../../bus.ts';
import { dlcOf } from './frameBits.ts';

/** Where a bit stands, as far as errors are concerned. `fixedStuffed`: the stuff count and CRC of CAN FD. */
export type BitField = 'arbitration' | 'stuffed' | 'fixedStuffed' | 'delimiter' | 'ack' | 'ackDelimiter' | 'eof';

export interface WireBit {
  /** 1 is recessive. */
  readonly bit: 0 | 1;
  readonly field: BitField;
  /** A stuff bit, dynamic or fixed. */
  readonly isStuff: boolean;
  /** Runs at the data bit rate of a frame with the bit rate switch. */
  readonly inDataPhase: boolean;
}

type Bit = 0 | 1;

class Sequence {
  readonly bits: WireBit[] = [];
  /** Every bit that a CRC of CAN FD covers, dynamic stuff bits included. */
  readonly covered: Bit[] = [];
  dynamicStuffBits = 0;
  private inRow = 0;
  private last: Bit | undefined;

  /** Bits under dynamic stuffing, highest first. `stuffAfterLast` false: no stuff bit follows the last one. */
  stuffed(value: number, count: number, field: BitField, inDataPhase: boolean, stuffAfterLast = true): void {
    for (let place = count - 1; place >= 0; place -= 1) {
      this.add(((value >>> place) & 1) as Bit, field, false, inDataPhase);
      if (this.inRow === 5 && (place > 0 || stuffAfterLast)) {
        this.add(this.last === 1 ? 0 : 1, field, true, inDataPhase);
        this.dynamicStuffBits += 1;
      }
    }
  }

  plain(bit: Bit, field: BitField, inDataPhase: boolean, isStuff = false): void {
    this.bits.push({ bit, field, isStuff, inDataPhase });
  }

  private add(bit: Bit, field: BitField, isStuff: boolean, inDataPhase: boolean): void {
    this.inRow = bit === this.last ? this.inRow + 1 : 1;
    this.last = bit;
    this.covered.push(bit);
    this.bits.push({ bit, field, isStuff, inDataPhase });
  }
}

function crcOf(bits: readonly Bit[], width: number, polynomial: number, start: number): number {
  const mask = 2 ** width - 1;
  return bits.reduce((crc, bit) => {
    const shifted = (crc << 1) & mask;
    return ((crc >>> (width - 1)) & 1) !== bit ? shifted ^ polynomial : shifted;
  }, start);
}

/** The stuff count of CAN FD: the number modulo 8 in Gray code, and its parity. */
function stuffCountField(stuffBits: number): number {
  const number = stuffBits & 7;
  const gray = number ^ (number >> 1);
  return (gray << 1) | ((gray ^ (gray >> 1) ^ (gray >> 2)) & 1);
}

function arbitration(sequence: Sequence, { id, extended, remote }: CanFrame): void {
  const rtr = remote ? 1 : 0;
  sequence.stuffed(0, 1, 'stuffed', false);
  if (!extended) {
    sequence.stuffed((id << 1) | rtr, 12, 'arbitration', false);
    sequence.stuffed(0, 1, 'stuffed', false);
    return;
  }
  sequence.stuffed(((id >>> 18) << 2) | 3, 13, 'arbitration', false);
  sequence.stuffed(((id & 0x3_ffff) << 1) | rtr, 19, 'arbitration', false);
}

function trailer(sequence: Sequence): void {
  sequence.plain(0, 'ack', false);
  sequence.plain(1, 'ackDelimiter', false);
  for (let place = 0; place < 7; place += 1) sequence.plain(1, 'eof', false);
}

/**
 * Every bit from SOF to the end of EOF, as all nodes see it: the ACK slot is dominant. `errorPassive`: what an FD frame's ESI says
 * of its sender.
 */
export function bitSequence(frame: CanFrame, errorPassive = false): readonly WireBit[] {
  const sequence = new Sequence();
  arbitration(sequence, frame);
  if (frame.fd) fdFields(sequence, frame, errorPassive);
  else classicFields(sequence, frame);
  trailer(sequence);
  return sequence.bits;
}

function classicFields(sequence: Sequence, frame: CanFrame): void {
  // r0, or r1 and r0; the CRC covers the fields without their stuff bits.
  sequence.stuffed(0, frame.extended ? 2 : 1, 'stuffed', false);
  sequence.stuffed(dlcOf(frame), 4, 'stuffed', false);
  for (const byte of frame.data) sequence.stuffed(byte, 8, 'stuffed', false);
  const covered = sequence.bits.flatMap(({ bit, isStuff }) => (isStuff ? [] : [bit]));
  sequence.stuffed(crcOf(covered, 15, 0x4599, 0), 15, 'stuffed', false);
  sequence.plain(1, 'delimiter', false);
}

function fdFields(sequence: Sequence, frame: CanFrame, errorPassive: boolean): void {
  const { data } = frame;
  // FDF, res, BRS; then ESI.
  sequence.stuffed(4 | (frame.brs ? 1 : 0), 3, 'stuffed', false);
  sequence.stuffed(errorPassive || frame.esi === true ? 1 : 0, 1, 'stuffed', true);
  sequence.stuffed(dlcOf(frame), 4, 'stuffed', true, data.length > 0);
  for (const [index, byte] of data.entries()) sequence.stuffed(byte, 8, 'stuffed', true, index < data.length - 1);
  const count = stuffCountField(sequence.dynamicStuffBits);
  const countBits = [3, 2, 1, 0].map((place) => ((count >> place) & 1) as Bit);
  const covered = [...sequence.covered, ...countBits];
  const crc = data.length > 16 ? crcOf(covered, 21, 0x30_2899, 1 << 20) : crcOf(covered, 17, 0x3_685b, 1 << 16);
  const width = data.length > 16 ? 21 : 17;
  const crcBits = Array.from({ length: width }, (_, index) => ((crc >>> (width - 1 - index)) & 1) as Bit);
  // A fixed stuff bit before the stuff count and after every fourth bit: the opposite of the bit before it.
  for (const [index, bit] of [...countBits, ...crcBits].entries()) {
    if (index % 4 === 0) sequence.plain(sequence.bits.at(-1)?.bit === 1 ? 0 : 1, 'fixedStuffed', true, true);
    sequence.plain(bit, 'fixedStuffed', true);
  }
  sequence.plain(1, 'delimiter', true);
}
