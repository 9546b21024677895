import { describe, expect, it } from 'vitest';
import { slcanLineCharsMax } from '../../src/attach/limits.ts';
import { LineReader } from '../../src/attach/lineReader.ts';
import { parseSlcan, slcanText } from '../../src/attach/slcanText.ts';
import { type CanFrame, classicFrame, fdFrame } from '../../src/bus/bus.ts';
import { fdDataLengths } from '../../src/bus/frame/checkFrame.ts';
import { fc, prop } from '../support/property.ts';

const bytes = (length: number) => Uint8Array.from({ length }, (_, index) => 0xf0 + index);

describe('slcan text', () => {
  it.each<[string, CanFrame]>([
    ['t1230', classicFrame(0x123, bytes(0))],
    ['t4563F0F1F2', classicFrame(0x456, bytes(3))],
    ['T12ABCDEF2F0F1', { ...classicFrame(0x12abcdef, bytes(2)), extended: true }],
    ['r7FF8', { ...classicFrame(0x7ff, bytes(0)), remote: true, requestedBytes: 8 }],
    ['r7FF0', { ...classicFrame(0x7ff, bytes(0)), remote: true }],
    ['R000000010', { ...classicFrame(1, bytes(0)), remote: true, extended: true }],
    ['d1239F0F1F2F3F4F5F6F7F8F9FAFB', { ...fdFrame(0x123, bytes(12)), brs: false }],
    ['D1ABCDEF01F0', { ...fdFrame(0x1abcdef0, bytes(1)), brs: false, extended: true }],
    ['b0010', fdFrame(1, bytes(0))],
    ['B000007FF8F0F1F2F3F4F5F6F7', { ...fdFrame(0x7ff, bytes(8)), extended: true }],
  ])('%s is one frame, both ways', (text, frame) => {
    expect(parseSlcan(text)).toEqual({ type: 'frame', frame });
    expect(slcanText(frame)).toBe(text);
    expect(parseSlcan(`${text.charAt(0)}${text.slice(1).toLowerCase()}`)).toEqual({ type: 'frame', frame });
  });

  it.each([
    ...['t', 't12', 't123', 't1231', 't12312', 't123100F', 't1239', 't800100', 't12G100', 'T20000000100', 't-121FF'],
    ...[
      'r12310000',
      'r1239',
      'd123911',
      'dG',
      'b123',
      'e1230',
      'O1',
      'o',
      'c',
      'C ',
      ' C',
      'Z',
      'Z2',
      'S',
      'S10',
      'SA',
    ],
    ...['s12', 's12345', 'sXYZW', 'M1234567', 'm123456789', 'V1', 'X0', 'Q1', 'P', 'A', 'U1', 'hello', 'é', '\0'],
  ])('%j asks for nothing', (line) => {
    expect(parseSlcan(line)).toBeUndefined();
  });

  it.each(['S0', 'S8', 's031C', 's01020304', 'Y2', 'Y5', 'y01020304', 'M00000000', 'mFFFFFFFF', 'W0', 'X1'])(
    '%s is a setting',
    (line) => {
      expect(parseSlcan(line)).toEqual({ type: 'setting' });
    },
  );

  const frames = fc
    .record({
      extended: fc.boolean(),
      kind: fc.constantFrom('classic', 'remote', 'fd', 'brs'),
      id: fc.nat(0x1fffffff),
      length: fc.constantFrom(...fdDataLengths),
    })
    .map(({ extended, kind, id, length }): CanFrame => {
      const fd = kind === 'fd' || kind === 'brs';
      const dataLength = kind === 'remote' ? 0 : fd ? length : Math.min(length, 8);
      const common = { extended, remote: kind === 'remote', fd, brs: kind === 'brs' };
      const asked = kind === 'remote' && length > 0 ? { requestedBytes: Math.min(length, 8) } : {};
      return { id: extended ? id : id & 0x7ff, ...common, data: bytes(dataLength), ...asked };
    });

  prop([frames])('gives every frame back that it writes', (frame) => {
    const text = slcanText(frame);
    expect(text.length).toBeLessThanOrEqual(slcanLineCharsMax);
    expect(parseSlcan(text)).toEqual({ type: 'frame', frame });
  });

  prop([fc.string({ maxLength: 200, unit: 'binary' })])('takes any text without a fault', (text) => {
    const command = parseSlcan(text);
    if (command?.type === 'frame') expect(slcanText(command.frame).length).toBeLessThanOrEqual(slcanLineCharsMax);
  });
});

describe('lines', () => {
  const linesOf = (pieces: readonly string[]) => {
    const reader = new LineReader();
    const lines: unknown[] = [];
    for (const piece of pieces) {
      reader.push(piece);
      for (let line = reader.next(); line !== undefined; line = reader.next()) lines.push(line);
    }
    return lines;
  };

  it('end with CR, LF or both, in pieces of any size', () => {
    expect(linesOf(['V\rN\n', 'C\r\nO', '\r', '\nF', '\r\r'])).toEqual(['V', 'N', 'C', 'O', 'F', '']);
  });

  it('that are too long are told once and dropped, whole or in pieces', () => {
    const long = 'x'.repeat(slcanLineCharsMax + 1);
    expect(linesOf([`${long}\rV\r`])).toEqual([{ tooLong: true }, 'V']);
    expect(linesOf([long, long, long, 'tail', '\rV\r'])).toEqual([{ tooLong: true }, 'V']);
    expect(linesOf(['x'.repeat(slcanLineCharsMax), '\r'])).toEqual(['x'.repeat(slcanLineCharsMax)]);
  });

  prop([fc.string({ unit: fc.constantFrom('V', '\r', '\n') }), fc.array(fc.nat(40))])(
    'are the same however the text is cut',
    (text, cuts) => {
      const ends = [...cuts, text.length].sort((a, b) => a - b);
      const pieces = ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end));
      expect(linesOf(pieces)).toEqual(linesOf([text]));
    },
  );

  it('keep no more than one line of what has no end', () => {
    const reader = new LineReader();
    for (let count = 0; count < 1000; count += 1) {
      reader.push('x'.repeat(10_000));
      expect(reader.next()).toBeUndefined();
      expect(reader.waiting).toBeLessThanOrEqual(slcanLineCharsMax);
    }
  });
});
