// A 1 MiB image as one message on an idle bus takes what its frames take, exactly; and the table over STmin and BS of the physical
// limit. The frames are also made here anew, and their bits counted one by one, by nothing of the product.
import { expect, test } from 'vitest';
import type { IsoTpParams } from '../../../src/bus/isotp/params.ts';
import { frameTimeNs } from '../../../src/bus/virtualCan/bits/frameTiming.ts';
import { createVirtualCan } from '../../../src/bus/virtualCan/virtualCan.ts';
import { createRandom } from '../../../src/core/random.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { recorded } from '../support/harness.ts';
import { isoTpPair } from '../support/isoTpPair.ts';

const rates = { bitrate: 500_000, dataBitrate: 2_000_000 };
const image = createRandom('physical limit').bytes(1 << 20);
const interframeNs = 6000;

/** Sends the image; what it took, interframe space after the last frame included, and what was on the bus. */
function transfer(fd: boolean, receiver: Partial<IsoTpParams>) {
  const clock = new EventQueue();
  const bus = createVirtualCan({ name: 'can0', clock, ...rates, fd });
  let frames = 0;
  let sumNs = 0;
  bus.tap((frame) => {
    frames += 1;
    sumNs += frameTimeNs(frame, rates);
  });
  const bytesMax = { max_frame_size: image.length };
  const { a, b } = isoTpPair(bus, bus, clock, bytesMax, { ...bytesMax, ...receiver });
  const heard = recorded(b);
  let sentNs = 0;
  const sender = recorded(a);
  sender.onSent = () => {
    sentNs = clock.nowNs();
  };
  a.send(image);
  while (clock.step());
  expect(heard.received[0]?.length).toBe(image.length);
  expect(Buffer.compare(heard.received[0] ?? new Uint8Array(0), image)).toBe(0);
  return { takenNs: sentNs + interframeNs, frames, sumNs };
}

/** Bits as they go out, with a stuff bit after five equal ones. */
class Wire {
  count = 0;
  crc = 0;
  private last = -1;
  private inRow = 0;

  put(value: number, bits: number, stuffAfterLast = true): void {
    for (let place = bits - 1; place >= 0; place -= 1) {
      const bit = (value >>> place) & 1;
      const isTopSet = ((this.crc >> 14) & 1) !== bit;
      this.crc = ((this.crc << 1) & 0x7fff) ^ (isTopSet ? 0x4599 : 0);
      this.one(bit);
      if (this.inRow === 5 && (place > 0 || stuffAfterLast)) this.one(1 - bit);
    }
  }

  private one(bit: number): void {
    this.count += 1;
    this.inRow = bit === this.last ? this.inRow + 1 : 1;
    this.last = bit;
  }
}

function classicNs(id: number, data: Uint8Array): number {
  const wire = new Wire();
  wire.put(0, 1);
  wire.put(id, 11);
  wire.put(0, 3);
  wire.put(data.length, 4);
  for (const byte of data) wire.put(byte, 8);
  wire.put(wire.crc, 15);
  return (wire.count + 13) * 2000;
}

function fdNs(id: number, data: Uint8Array): number {
  const wire = new Wire();
  wire.put(0, 1);
  wire.put(id, 11);
  // RRS, IDE; FDF, res, BRS.
  wire.put(0b00_101, 5);
  const nominal = wire.count + 12;
  // ESI, and a DLC: 64 bytes are 15, up to 8 are themselves.
  wire.put(0, 1);
  wire.put(data.length === 64 ? 15 : data.length === 48 ? 14 : data.length, 4);
  for (const [index, byte] of data.entries()) wire.put(byte, 8, index < data.length - 1);
  const tail = data.length > 16 ? 4 + 21 + 7 + 1 : 4 + 17 + 6 + 1;
  return nominal * 2000 + (wire.count + 12 - nominal + tail) * 500;
}

/** The frames of one message with BS 0, from the reference's table of first bytes. */
function* framesOf(txDl: number): Generator<readonly [number, Uint8Array]> {
  const first = new Uint8Array(txDl);
  first.set([0x10, 0x00, 0x00, 0x10, 0x00, 0x00]);
  first.set(image.subarray(0, txDl - 6), 6);
  yield [0x7e0, first];
  yield [0x7e8, Uint8Array.of(0x30, 0, 0, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc)];
  let sequenceNumber = 0;
  for (let offset = txDl - 6; offset < image.length; offset += txDl - 1) {
    sequenceNumber = (sequenceNumber + 1) % 16;
    const rest = image.subarray(offset, offset + txDl - 1);
    const needed = rest.length + 1;
    const length = [8, 12, 16, 20, 24, 32, 48, 64].find((allowed) => allowed >= needed) ?? 0;
    const data = new Uint8Array(length).fill(0xcc);
    data[0] = 0x20 + sequenceNumber;
    data.set(rest, 1);
    yield [0x7e0, data];
  }
}

test.each([
  ['500k classic', false, 8, 34.9],
  ['500k/2M FD, frames of 64 bytes', true, 64, 5.75],
] as const)('%s: BS 0, STmin 0', (_, fd, txDl, tableSeconds) => {
  const { takenNs, frames, sumNs } = transfer(fd, {});
  let madeFrames = 0;
  let madeNs = 0;
  for (const [id, data] of framesOf(txDl)) {
    madeFrames += 1;
    madeNs += fd ? fdNs(id, data) : classicNs(id, data);
  }
  expect(frames).toBe(madeFrames);
  // To the nanosecond, which is more than the 0.1 % that are asked for.
  expect(takenNs).toBe(sumNs);
  expect(takenNs).toBe(madeNs);
  expect(Math.abs(takenNs / 1e9 / tableSeconds - 1)).toBeLessThan(0.01);
});

/** Consecutive frames after the first, each of which waits for STmin. */
const separations = Math.ceil((image.length - 2) / 7) - 1;

test.each([
  ['STmin 0.1 ms', { stmin: 0xf1 }, 49.9],
  ['STmin 1 ms', { stmin: 1 }, 184.7],
  ['BS 8, flow controls of 3 bytes', { blocksize: 8, tx_padding: undefined }, 37.6],
  ['BS 8, padded flow controls', { blocksize: 8 }, 39.3],
] as const)('500k classic: %s', (_, receiver, tableSeconds) => {
  const { takenNs, sumNs } = transfer(false, receiver);
  // The table adds STmin to a frame with its interframe space; by 9.6.5.4 STmin begins with the end of the frame, and the
  // interframe space passes within it.
  const withinNs = 'stmin' in receiver ? separations * interframeNs : 0;
  expect(Math.abs((takenNs + withinNs) / 1e9 / tableSeconds - 1)).toBeLessThan(0.01);
  const stMinNs = 'stmin' in receiver ? (receiver.stmin === 1 ? 1_000_000 : 100_000) : 0;
  expect(takenNs).toBe(sumNs + separations * stMinNs - withinNs);
});
