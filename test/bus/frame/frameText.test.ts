import { describe, expect, it } from 'vitest';
import { type CanFrame, classicFrame, fdFrame } from '../../../src/bus/bus.ts';
import { fdDataLengths } from '../../../src/bus/frame/checkFrame.ts';
import { formatFrame, parseFrame } from '../../../src/bus/frame/frameText.ts';
import { fc, prop } from '../../support/property.ts';

describe('a frame as text', () => {
  it.each<[CanFrame, string]>([
    [classicFrame(0x123, Uint8Array.of(0xde, 0xad)), '123#DEAD'],
    [classicFrame(0x001, new Uint8Array()), '001#'],
    [{ ...classicFrame(0x123, Uint8Array.of(1)), extended: true }, '00000123#01'],
    [{ ...classicFrame(0x7ff, new Uint8Array()), remote: true }, '7FF#R'],
    [{ ...classicFrame(0x7ff, new Uint8Array()), remote: true, requestedBytes: 4 }, '7FF#R4'],
    [{ ...fdFrame(0x123, Uint8Array.of(0xaa)), esi: true }, '123##3AA'],
    [fdFrame(0x123, Uint8Array.of(0xaa, 0xbb)), '123##1AABB'],
    [{ ...fdFrame(0x123, new Uint8Array()), brs: false }, '123##0'],
  ])('%j is %s, and back', (frame, text) => {
    expect(formatFrame(frame)).toBe(text);
    expect(parseFrame(text)).toEqual(frame);
  });

  it.each([
    '',
    '123',
    '12#00',
    '123#0',
    '123#001122334455667788',
    '123##1001122334455667788',
    '800#00',
    '20000000#',
    '123#R9',
    'xyz#00',
  ])('%j is none', (text) => expect(parseFrame(text)).toBeUndefined());

  const data = fc
    .constantFrom(...fdDataLengths)
    .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
  prop([fc.integer({ min: 0, max: 0x1fff_ffff }), data, fc.boolean()])(
    'comes back whatever it holds',
    (id, bytes, brs) => {
      const frame: CanFrame = { id, extended: true, remote: false, fd: true, brs, data: bytes };
      expect(parseFrame(formatFrame(frame))).toEqual(frame);
    },
  );

  prop([fc.string()])('is read from any text, or not, without a throw', (text) => {
    parseFrame(text);
  });
});
