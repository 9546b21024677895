// Owns: how many bits a frame takes on the wire, exactly (ISO 11898-1): stuff bits follow from the id, the data and the CRC, so
// they are counted here by tables, a byte at a time. Must not know bit rates: see frameTiming.ts. Bits themselves: bitSequence.ts.
import type { CanFrame } from '../../bus.ts';

/** After SOF: one dominant bit. */
const afterSof = 0;
const recessive = 4;

/**
 * Bit stuffing as a machine of 8 states: the last bit (4 for recessive) and how often it has stood in a row, less one. After five
 * in a row the opposite bit is put in and starts a row of its own. Gives the state after a bit, and 8 where one was put in.
 */
function stuffedBit(state: number, bit: number): number {
  const isSame = state >= recessive === (bit === 1);
  const inRow = isSame ? (state & 3) + 2 : 1;
  if (inRow < 5) return bit * recessive + inRow - 1;
  return 8 + (1 - bit) * recessive;
}

function crc15Bit(crc: number, bit: number): number {
  const shifted = (crc << 1) & 0x7fff;
  return ((crc >> 14) ^ bit) === 1 ? shifted ^ 0x4599 : shifted;
}

/** The same for `count` bits at once, highest first, by state and bits: the state after them, and 8 times the stuff bits put in. */
function stuffingTable(count: number): Uint8Array {
  return Uint8Array.from({ length: 8 << count }, (_, index) => {
    let state = index >> count;
    let stuffed = 0;
    for (let place = count - 1; place >= 0; place -= 1) {
      const step = stuffedBit(state, (index >> place) & 1);
      state = step & 7;
      stuffed += step & 8;
    }
    return state + stuffed;
  });
}

/** CRC-15 (0x4599) of `count` bits at once, by the CRC's highest bits xor them. */
function crc15Table(count: number): Uint16Array {
  return Uint16Array.from({ length: 1 << count }, (_, bits) => {
    let crc = 0;
    for (let place = count - 1; place >= 0; place -= 1) crc = crc15Bit(crc, (bits >> place) & 1);
    return crc;
  });
}

/** By the number of bits, from 0 to 8. */
const stuffing = Array.from({ length: 9 }, (_, count) => stuffingTable(count));
const crc15 = Array.from({ length: 9 }, (_, count) => crc15Table(count));
const stuffedBytes = stuffingTable(8);
const crc15Bytes = crc15Table(8);

// The machines' places between two calls: no object a frame.
let state = 0;
let stuffBits = 0;
let crc = 0;

function takeByte(byte: number): void {
  const step = stuffedBytes[(state << 8) | byte] as number;
  state = step & 7;
  stuffBits += step >> 3;
}

function crcByte(byte: number): void {
  crc = ((crc << 8) & 0x7fff) ^ (crc15Bytes[((crc >> 7) & 0xff) ^ byte] as number);
}

function takeBytes(data: Uint8Array): void {
  let now = state;
  let stuffed = 0;
  for (let index = 0; index < data.length; index += 1) {
    const step = stuffedBytes[(now << 8) | (data[index] as number)] as number;
    now = step & 7;
    stuffed += step >> 3;
  }
  state = now;
  stuffBits += stuffed;
}

function takeBytesWithCrc(data: Uint8Array): void {
  let now = state;
  let stuffed = 0;
  let sum = crc;
  for (let index = 0; index < data.length; index += 1) {
    const byte = data[index] as number;
    const step = stuffedBytes[(now << 8) | byte] as number;
    now = step & 7;
    stuffed += step >> 3;
    sum = ((sum << 8) & 0x7fff) ^ (crc15Bytes[((sum >> 7) & 0xff) ^ byte] as number);
  }
  state = now;
  stuffBits += stuffed;
  crc = sum;
}

/** The lowest `count` bits of `bits`, at most 32, highest first. */
function take(bits: number, count: number): void {
  let left = count;
  for (; left >= 8; left -= 8) takeByte((bits >>> (left - 8)) & 0xff);
  if (left === 0) return;
  const step = (stuffing[left] as Uint8Array)[(state << left) | (bits & ((1 << left) - 1))] as number;
  state = step & 7;
  stuffBits += step >> 3;
}

function takeWithCrc(bits: number, count: number): void {
  take(bits, count);
  let left = count;
  for (; left >= 8; left -= 8) crcByte((bits >>> (left - 8)) & 0xff);
  if (left === 0) return;
  const mask = (1 << left) - 1;
  crc = ((crc << left) & 0x7fff) ^ ((crc15[left] as Uint16Array)[(crc >> (15 - left)) ^ (bits & mask)] as number);
}

/** CRC delimiter, ACK, its delimiter, EOF and the interframe space: never stuffed. */
const classicTailBits = 1 + 2 + 7 + 3;
/** ACK, its delimiter, EOF and the interframe space: the CRC delimiter belongs to the data phase. */
const fdTailBits = 2 + 7 + 3;

/** What a DLC field says for a data length. */
const dlcFor = new Uint8Array(65);
for (let length = 0; length <= 64; length += 1) {
  dlcFor[length] = length <= 8 ? length : length <= 24 ? 6 + Math.ceil(length / 4) : 11 + Math.ceil(length / 16);
}

/** The DLC of a frame: of a remote one, the length that it asks for. */
export function dlcOf({ remote, data, requestedBytes = 0 }: CanFrame): number {
  return dlcFor[remote ? requestedBytes : data.length] as number;
}

/** Bits of a classic frame from SOF to the end of the interframe space, stuff bits included. */
export function classicFrameBits(frame: CanFrame): number {
  const { id, data } = frame;
  const rtr = frame.remote ? 1 : 0;
  const dlc = rtr === 1 ? dlcOf(frame) : data.length;
  state = afterSof;
  stuffBits = 0;
  crc = 0;
  let fields = 34;
  if (frame.extended) {
    // Base id, SRR, IDE; 18 further id bits, RTR, r1, r0, DLC.
    fields = 54;
    takeWithCrc(((id >>> 18) << 2) | 3, 13);
    takeWithCrc(((id & 0x3_ffff) << 7) | (rtr << 6) | dlc, 25);
  } else {
    // Id, RTR, IDE, r0, DLC.
    takeWithCrc((id << 7) | (rtr << 6) | dlc, 18);
  }
  takeBytesWithCrc(data);
  take(crc, 15);
  return fields + 8 * data.length + stuffBits + classicTailBits;
}

/** The bits of an FD frame, by the phase whose bit rate they have. `nominal` includes the interframe space. */
export interface FdFrameBits {
  nominal: number;
  data: number;
}

/**
 * Counts an FD frame's bits into `into`. `errorPassive`: of the sender; its ESI bit says so, or what the frame says by itself.
 * A stuff bit that falls due after the last data bit is not put in: the first fixed stuff bit stands there.
 */
export function countFdFrameBits(frame: CanFrame, errorPassive: boolean, into: FdFrameBits): void {
  const { id, data } = frame;
  const brs = frame.brs ? 1 : 0;
  state = afterSof;
  stuffBits = 0;
  let nominal = 17;
  if (frame.extended) {
    // Base id, SRR, IDE; 18 further id bits, RRS, FDF, res, BRS.
    nominal = 36;
    take(((id >>> 18) << 2) | 3, 13);
    take(((id & 0x3_ffff) << 4) | 4 | brs, 22);
  } else {
    // Id, RRS, IDE, FDF, res, BRS.
    take((id << 5) | 4 | brs, 16);
  }
  into.nominal = nominal + stuffBits + fdTailBits;
  stuffBits = 0;
  const dlc = dlcFor[data.length] as number;
  take((errorPassive || frame.esi === true ? 16 : 0) | dlc, 5);
  takeBytes(data);
  const lastBit = (data.length === 0 ? dlc : (data[data.length - 1] as number)) & 1;
  if (state >> 2 !== lastBit) stuffBits -= 1;
  const isLong = data.length > 16;
  // ESI and DLC; the stuff count; the CRC, its fixed stuff bits, its delimiter.
  into.data = 5 + 8 * data.length + stuffBits + 4 + (isLong ? 21 + 7 : 17 + 6) + 1;
}
