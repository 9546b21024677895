// Frame lengths, to the bit (ISO 11898-1): worked by hand, against the bits one by one, and against known averages and worst cases.
// What Linux' canbusload says of the same frames: frameBits.socketcan.test.ts.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CanFrame, classicFrame, fdFrame } from '../../../../src/bus/bus.ts';
import { fdDataLengths } from '../../../../src/bus/frame/checkFrame.ts';
import { bitSequence } from '../../../../src/bus/virtualCan/bits/bitSequence.ts';
import { classicFrameBits, countFdFrameBits } from '../../../../src/bus/virtualCan/bits/frameBits.ts';
import { frameTimeNs } from '../../../../src/bus/virtualCan/bits/frameTiming.ts';
import { createRandom } from '../../../../src/core/random.ts';
import { prop } from '../../../support/property.ts';

const rates = { bitrate: 500_000, dataBitrate: 2_000_000 };
const bytes = (...values: number[]) => Uint8Array.from(values);
const extended = (frame: CanFrame): CanFrame => ({ ...frame, extended: true });

function fdBits(frame: CanFrame, errorPassive = false) {
  const counted = { nominal: 0, data: 0 };
  countFdFrameBits(frame, errorPassive, counted);
  return counted;
}

/** The first bits of a frame as text: stuff bits as O and I. */
function written(frame: CanFrame, count: number): string {
  const bits = bitSequence(frame).map(({ bit, isStuff }) => (isStuff ? 'OI'.charAt(bit) : String(bit)));
  return bits.slice(0, count).join('');
}

describe('worked by hand', () => {
  test('id 0 without data: 34 dominant bits, a stuff bit after each five, and 13 more', () => {
    const frame = classicFrame(0, bytes());
    expect(written(frame, 50)).toBe(`${'00000I'.repeat(6)}0000${'1011111111'}`);
    expect(classicFrameBits(frame)).toBe(34 + 6 + 13);
  });

  test('a stuff bit counts for the next five: id 0x783 begins 0 1111 O 0000 I', () => {
    // SOF, then 11110000011: five dominant bits after four recessive ones.
    expect(written(classicFrame(0x783, bytes()), 13)).toBe('0111100000I11');
    // SOF, then 11111000011: the dominant stuff bit is the first of five.
    expect(written(classicFrame(0x7c3, bytes()), 14)).toBe('011111O0000I11');
  });

  test('FD, id 0x555, no data: ESI and DLC are five dominant bits, and the first fixed stuff bit follows in place of a sixth', () => {
    const frame = fdFrame(0x555, bytes());
    // SOF, id, RRS, IDE, FDF, res, BRS; ESI, DLC; fixed stuff bit, stuff count 0 and its parity.
    expect(written(frame, 27)).toBe(`0${'10101010101'}00101${'00000'}I0000`);
    expect(fdBits(frame)).toEqual({ nominal: 17 + 12, data: 1 + 4 + 4 + 17 + 6 + 1 });
  });

  test('FD, id 0, FF: two stuff bits at the nominal rate, then one at the data rate', () => {
    const frame = fdFrame(0, bytes(0xff));
    // SOF, id, RRS, IDE: 14 dominant bits with two stuff bits; 1 0 1; ESI and DLC 0001: no five in a row; then 8 of FF.
    expect(written(frame, 34)).toBe(`00000I00000I0000${'101'}${'00001'}${'1111O1111'}O`.slice(0, 34));
    expect(fdBits(frame)).toEqual({ nominal: 17 + 2 + 12, data: 5 + 8 + 1 + 4 + 17 + 6 + 1 });
  });

  test('FD with 29 bits: 36 nominal bits before ESI', () => {
    expect(fdBits(extended(fdFrame(0x1555_5555, bytes(0x55))))).toEqual({ nominal: 36 + 12, data: 5 + 8 + 28 });
  });

  test('the recessive ESI bit of an error-passive sender takes part in stuffing', () => {
    // Res 0, BRS 1, ESI, DLC 1111: four in a row after a dominant ESI, six after a recessive one.
    const frame = fdFrame(0x555, new Uint8Array(64).fill(0x55));
    expect(fdBits(frame, true).data).toBe(fdBits(frame, false).data + 1);
  });
});

const anyFrame = fc
  .record({ extended: fc.boolean(), fd: fc.boolean(), brs: fc.boolean(), remote: fc.boolean(), raw: fc.nat() })
  .chain(({ extended: isExtended, fd, brs, remote, raw }) => {
    const length = fd ? (fdDataLengths[raw % 16] ?? 0) : raw % 9;
    const byte = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 0xff, 0x0f, 0xf0, 0x1f, 0x3e));
    return fc.record({
      id: fc.oneof(fc.nat(isExtended ? 0x1fff_ffff : 0x7ff), fc.constantFrom(0, isExtended ? 0x1fff_ffff : 0x7ff)),
      extended: fc.constant(isExtended),
      remote: fc.constant(remote && !fd && length === 0),
      fd: fc.constant(fd),
      brs: fc.constant(fd && brs),
      data: fc.array(byte, { minLength: length, maxLength: length }).map((values) => Uint8Array.from(values)),
      told: fc.nat(8),
    });
  })
  .map(({ told, ...frame }): CanFrame => {
    if (frame.remote) return { ...frame, requestedBytes: told };
    return frame.fd && told > 4 ? { ...frame, esi: true } : frame;
  });

test('a remote frame says in its DLC what it asks for, and an FD frame with ESI is as long as that of an error-passive sender', () => {
  const dlc = (requestedBytes: number) =>
    bitSequence({ ...classicFrame(0x555, new Uint8Array(0)), remote: true, requestedBytes })
      .filter(({ field, isStuff }) => field === 'stuffed' && !isStuff)
      .slice(3, 7)
      .map(({ bit }) => bit)
      .join('');
  expect([0, 4, 8].map(dlc)).toEqual(['0000', '0100', '1000']);
  const frame = fdFrame(0x555, new Uint8Array(64).fill(0x55));
  expect(bitSequence({ ...frame, esi: true })).toEqual(bitSequence(frame, true));
  expect(bitSequence(frame, true)).not.toEqual(bitSequence(frame));
});

prop([anyFrame, fc.boolean()], { numRuns: 3000 })(
  'the tables count what the bits one by one sum to',
  (frame, errorPassive) => {
    const bits = bitSequence(frame, errorPassive);
    const fast = bits.filter(({ inDataPhase }) => inDataPhase).length;
    if (frame.fd) expect(fdBits(frame, errorPassive)).toEqual({ nominal: bits.length - fast + 3, data: fast });
    else expect(classicFrameBits(frame)).toBe(bits.length + 3);
  },
);

prop([anyFrame], { numRuns: 1000 })('no six equal bits stand in a row before the CRC delimiter', (frame) => {
  const bits = bitSequence(frame);
  const end = bits.findIndex(({ field }) => field === 'delimiter');
  const text = bits
    .slice(0, end)
    .map(({ bit }) => bit)
    .join('');
  expect(text).not.toMatch(/000000|111111/);
});

describe('averages and worst cases', () => {
  const random = createRandom('frames');
  const average = (count: number, bitsOf: () => number) =>
    Array.from({ length: count }, bitsOf).reduce((sum, bits) => sum + bits, 0) / count;

  test('consecutive frames of random data on id 0x7E0: 116.4 bits', () => {
    let sequence = 0;
    const bits = average(100_000, () => {
      sequence = (sequence + 1) & 15;
      return classicFrameBits(classicFrame(0x7e0, bytes(0x20 | sequence, ...random.bytes(7))));
    });
    expect(bits).toBeCloseTo(116.4, 1);
  });

  test('random ids and data: 114.3 bits', () => {
    const bits = average(100_000, () => classicFrameBits(classicFrame(random.below(0x800), random.bytes(8))));
    expect(bits).toBeCloseTo(114.3, 1);
  });

  test('FD, 64 random bytes at 500k and 2M: 345.4 us', () => {
    const ns = average(20_000, () => frameTimeNs(fdFrame(0x7e0, bytes(0x21, ...random.bytes(63))), rates));
    expect(ns / 1000).toBeCloseTo(345.4, 0);
  });

  test('bytes chosen to be stuffed come near the bound of 135 bits', () => {
    let worst = 0;
    for (let id = 0; id < 0x800; id += 1) {
      for (const fill of [0x00, 0xff, 0x0f, 0xf0, 0x1e, 0x3c, 0x78, 0x87, 0xc3, 0xe1]) {
        worst = Math.max(worst, classicFrameBits(classicFrame(id, new Uint8Array(8).fill(fill))));
      }
    }
    expect(worst).toBeGreaterThan(128);
    expect(worst).toBeLessThanOrEqual(135);
  });

  prop([anyFrame], { numRuns: 2000 })('no frame is longer than its worst case', (frame) => {
    const n = frame.data.length;
    if (!frame.fd) {
      const g = frame.extended ? 54 : 34;
      expect(classicFrameBits(frame)).toBeGreaterThanOrEqual(g + 8 * n + 13);
      expect(classicFrameBits(frame)).toBeLessThanOrEqual(g + 8 * n + 13 + Math.floor((g + 8 * n - 1) / 4));
      return;
    }
    const unstuffed = (frame.extended ? 48 : 29) + 5 + 8 * n + (n > 16 ? 33 : 28);
    const { nominal, data } = fdBits(frame);
    expect(nominal + data).toBeGreaterThanOrEqual(unstuffed);
    expect(nominal + data).toBeLessThanOrEqual(unstuffed + Math.floor(((frame.extended ? 41 : 22) + 8 * n - 1) / 4));
  });
});

describe('times', () => {
  test.each<[string, CanFrame, number]>([
    ['51 bits at 500 kbit/s', classicFrame(0x7e0, bytes()), 102_000],
    ['26 + 3 nominal and 33 fast bits', fdFrame(0x555, bytes()), 29 * 2000 + 33 * 500],
    [
      'without BRS all bits are nominal, and a stuff bit follows res, BRS, ESI and two of DLC',
      { ...fdFrame(0x555, bytes()), brs: false },
      (29 + 34) * 2000,
    ],
  ])('%s', (_, frame, expectedNs) => {
    expect(frameTimeNs(frame, rates)).toBe(expectedNs);
  });

  test('a rate that divides no second is rounded once a frame', () => {
    const frame = classicFrame(1, bytes(1, 2, 3));
    const bitrate = 83_333;
    expect(frameTimeNs(frame, { bitrate, dataBitrate: bitrate })).toBe(
      Math.round((classicFrameBits(frame) * 1e9) / bitrate),
    );
  });
});
