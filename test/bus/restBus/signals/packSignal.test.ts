import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SignalPlace } from '../../../../src/bus/restBus/dbc/dbcFile.ts';
import { fits, putRaw, rawOf, rawOfPhysical } from '../../../../src/bus/restBus/signals/packSignal.ts';
import { toHex } from '../../../../src/core/bytes.ts';
import { prop } from '../../../support/property.ts';

function place(start: number, length: number, more: Partial<SignalPlace> = {}): SignalPlace {
  const plain = { bigEndian: false, signed: false, float: false, factor: 1, offset: 0 };
  return { name: 'S', start, length, ...plain, ...more };
}
const big = { bigEndian: true };

function packed(signal: SignalPlace, raw: bigint, bytes = 8): string {
  const data = new Uint8Array(bytes);
  putRaw(data, signal, raw);
  return toHex(data);
}

describe('bits in a frame', () => {
  // Each counted by hand over the usual table of bytes and bits.
  test.each<[string, SignalPlace, bigint, string]>([
    ['a byte, little-endian', place(8, 8), 0xa5n, '00a5000000000000'],
    ['12 bits over a byte, little-endian', place(4, 12), 0xabcn, 'c0ab000000000000'],
    ['a byte, big-endian', place(15, 8, big), 0xa5n, '00a5000000000000'],
    ['12 bits over a byte, big-endian', place(3, 12, big), 0xabcn, '0abc000000000000'],
    ['12 bits from within a byte, big-endian', place(5, 12, big), 0xfffn, '3ffc000000000000'],
    ['64 bits, little-endian', place(0, 64), 0x0102030405060708n, '0807060504030201'],
    ['64 bits, big-endian', place(7, 64, big), 0x0102030405060708n, '0102030405060708'],
    ['a negative number', place(0, 12, { signed: true }), -2n, 'fe0f000000000000'],
    ['one bit', place(13, 1), 1n, '0020000000000000'],
  ])('%s', (_, signal, raw, hex) => {
    expect(packed(signal, raw)).toBe(hex);
  });

  test('leave the others as they are', () => {
    const data = new Uint8Array(2).fill(0xff);
    putRaw(data, place(4, 8), 0n);
    expect(toHex(data)).toBe('0ff0');
  });

  test.each<[SignalPlace, number, boolean]>([
    [place(0, 64), 8, true],
    [place(1, 64), 8, false],
    [place(56, 8), 8, true],
    [place(64, 1), 8, false],
    [place(7, 64, big), 8, true],
    [place(6, 64, big), 8, false],
    [place(63, 8, big), 8, true],
    [place(62, 8, big), 8, false],
    [place(0, 2, big), 1, false],
    [place(0, 1), 0, false],
  ])('%o within %i bytes: %s', (signal, bytes, is) => {
    expect(fits(signal, bytes)).toBe(is);
  });
});

const anyPlace = fc
  .record({
    start: fc.nat(511),
    length: fc.integer({ min: 1, max: 64 }),
    bigEndian: fc.boolean(),
    signed: fc.boolean(),
  })
  .map(({ start, length, ...more }) => place(start, length, more))
  .filter((signal) => fits(signal, 64));

prop([anyPlace, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.uint8Array({ minLength: 64, maxLength: 64 })])(
  'what is put is read again, and changes no more bits than it has',
  (signal, bits, data) => {
    const wanted = signal.signed ? BigInt.asIntN(signal.length, bits) : BigInt.asUintN(signal.length, bits);
    const before = data.slice();
    putRaw(data, signal, bits);
    expect(rawOf(data, signal)).toBe(wanted);
    const changed = data.reduce((sum, byte, index) => sum + ones(byte ^ (before[index] ?? 0)), 0);
    expect(changed).toBeLessThanOrEqual(signal.length);
  },
);

function ones(byte: number): number {
  return byte.toString(2).replaceAll('0', '').length;
}

describe('a physical value', () => {
  test.each<[string, SignalPlace, number, bigint | undefined]>([
    ['is rounded to the nearest raw one', place(0, 8, { factor: 0.5, offset: -40 }), 20.3, 121n],
    ['may have a negative factor', place(0, 8, { factor: -2, offset: 10 }), 0, 5n],
    ['is refused above the bits', place(0, 8), 256, undefined],
    ['is refused below them', place(0, 8), -1, undefined],
    ['is refused below those of a number with a sign', place(0, 8, { signed: true }), -129, undefined],
    ['is taken at the end of them', place(0, 8, { signed: true }), -128, -128n],
    ['is refused without a factor', place(0, 8, { factor: 0 }), 1, undefined],
    ['is a float of 32 bits', place(0, 32, { float: true }), 1.5, 0x3fc0_0000n],
    ['is a float of 64 bits', place(0, 64, { float: true, factor: 2 }), 3, 0x3ff8_0000_0000_0000n],
    ['is no float of 16 bits', place(0, 16, { float: true }), 1, undefined],
  ])('%s', (_, signal, physical, raw) => {
    expect(rawOfPhysical(signal, physical)).toBe(raw);
  });
});
