import { describe, expect, it } from 'vitest';
import { type CanFrame, classicFrame, fdFrame } from '../../../src/bus/bus.ts';
import { createCandumpDecoder, createCandumpEncoder } from '../../../src/capture/candump/candumpLog.ts';
import { captureLineBytesMax } from '../../../src/capture/limits.ts';
import { captureFaultText } from '../../../src/capture/record/captureFault.ts';
import type { CaptureRecord } from '../../../src/capture/record/captureRecord.ts';
import { fromUtf8 } from '../../../src/core/bytes.ts';
import { fc, prop } from '../../support/property.ts';
import { anyFrameRecord, captured, decoded, encoded } from '../support/records.ts';

const data = Uint8Array.of(0xde, 0xad, 0xbe, 0xef);
const noData = new Uint8Array(0);
const at = { timeNs: 1_436_509_052_249_713_000n, bus: 'vcan0' };
const frame = (which: CanFrame, more = {}): CaptureRecord => captured(which, 0, { ...at, ...more });

/** What candump 2020 and later write, and what it stands for. */
const lines: readonly (readonly [text: string, record: CaptureRecord])[] = [
  ['123#DEADBEEF', frame(classicFrame(0x123, data))],
  ['7FF#', frame(classicFrame(0x7ff, noData))],
  ['00000123#DEADBEEF', frame({ ...classicFrame(0x123, data), extended: true })],
  ['1FFFFFFF#', frame({ ...classicFrame(0x1fff_ffff, noData), extended: true })],
  ['123#R', frame({ ...classicFrame(0x123, noData), remote: true })],
  ['123#R8', frame({ ...classicFrame(0x123, noData), remote: true, requestedBytes: 8 })],
  ['123##0DEADBEEF', frame({ ...fdFrame(0x123, data), brs: false })],
  ['123##1DEADBEEF', frame(fdFrame(0x123, data))],
  ['123##2DEADBEEF', frame({ ...fdFrame(0x123, data), brs: false, esi: true })],
  ['00000123##3', frame({ ...fdFrame(0x123, noData), extended: true, esi: true })],
  ['20000004#0001000000000000', { type: 'error', ...at, errorClass: 4, data: Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0) }],
];

describe('candump’s log format', () => {
  it.each(lines)('%s is written and read', (text, record) => {
    const line = `(1436509052.249713) vcan0 ${text}\n`;
    expect(fromUtf8(encoded(createCandumpEncoder(), [record]))).toBe(line);
    expect(decoded(createCandumpDecoder(), line)).toEqual({ records: [record], fault: undefined });
  });

  it.each<[string, CaptureRecord]>([
    ['(1436509052.249713) vcan0 123#DEADBEEF R', frame(classicFrame(0x123, data))],
    ['(1436509052.249713)  vcan0  123#deadbeef T', frame(classicFrame(0x123, data))],
    ['(1436509052.249713) vcan0 123#R0', frame({ ...classicFrame(0x123, noData), remote: true })],
    ['(1436509052.249713) vcan0 123#DEADBEEFDEADBEEF_F', frame(classicFrame(0x123, Uint8Array.of(...data, ...data)))],
    ['(1436509052.249713) vcan0 123##5DEADBEEF', frame(fdFrame(0x123, data))],
    ['(1436509052.249713456) vcan0 123#', frame(classicFrame(0x123, noData), { timeNs: at.timeNs + 456n })],
    ['(1436509052.2) vcan0 123#', frame(classicFrame(0x123, noData), { timeNs: 1_436_509_052_200_000_000n })],
  ])('what other versions write is read: %s', (line, record) => {
    expect(decoded(createCandumpDecoder(), `${line}\n`)).toEqual({ records: [record], fault: undefined });
  });

  it('the name of an interface comes without what a terminal would obey', () => {
    const { records } = decoded(createCandumpDecoder(), '(1.000000) can\u202e\u009b0 123#\n');
    expect(records).toMatchObject([{ bus: 'can\ufffd\ufffd0' }]);
  });

  it('a last line without its end is read, and told: it may be cut short', () => {
    const decoder = createCandumpDecoder();
    const { records, fault } = decoded(decoder, '(1.0) can0 123#DEAD\n(1.0) can0 123#DE');
    expect([records.length, fault]).toEqual([2, undefined]);
    expect(decoder.notes.texts).toEqual([
      'line 2: the last line has no end: the file may have been cut short within it',
    ]);
  });

  it.each([
    ['(1.0) can0 00123#81:00:12345678#1122', 'a CAN XL frame is left out'],
    ['(1.0) can0 45123#81:00:12345678#LONG', 'a CAN XL frame is left out'],
    [`DROPCOUNT: dropped 3 CAN frames on 'can0' socket (total drops 3)`, 'candump says here that it lost frames'],
  ])('%s is passed over and told, wherever it stands', (short, note) => {
    const line = short.replace('LONG', '5A'.repeat(2048));
    for (const text of [`(1.0) can0 123#\n${line}\n${line}\n(1.0) can0 123#\n`, `${line}\n${line}\n(1.0) can0 1#`]) {
      const decoder = createCandumpDecoder();
      const { records, fault } = decoded(decoder, text.replace('can0 1#', 'can0 001#\n'));
      expect([records.length, fault]).toEqual([text.startsWith('(1.0) can0 123#') ? 2 : 1, undefined]);
      expect(decoder.notes.texts).toEqual([expect.stringContaining(`${note} (2 times, this is the first)`)]);
    }
  });

  const spoiled = fc
    .tuple(
      anyFrameRecord,
      fc.nat(60),
      fc.constantFrom('', ' ', '0', '8', 'F', 'G', '#', 'R', '_', ')', '.', '\t', '9F'),
    )
    .map(([record, at, by]) => {
      const line = fromUtf8(createCandumpEncoder().encode(record))?.trimEnd() ?? '';
      return `${line.slice(0, at)}${by}${line.slice(at + 1)}`;
    });
  const anyLine = fc.oneof(
    spoiled,
    fc.constantFrom('(1.000000) body 800#', '(1.000000) body 20000000#', '(1.000000) body 123#R9'),
  );
  prop([fc.array(anyLine, { minLength: 1, maxLength: 5 })])(
    'the quick way reads no line otherwise than the careful one',
    (lines) => {
      for (const line of lines) {
        // A line of the same bus before leads to the quick way.
        const quick = decoded(createCandumpDecoder(), `(1.0) body 123#\n(1.0) chassis 123#\n${line}\n`);
        const careful = decoded(createCandumpDecoder(), `(1.0) unknown 123#\n${line}\n`);
        expect(quick.records.slice(2)).toEqual(careful.records.slice(1));
        expect(quick.fault?.message).toBe(careful.fault?.message);
      }
    },
  );

  it('empty lines and comments hold nothing, and CR LF ends a line', () => {
    const { records, fault } = decoded(createCandumpDecoder(), '\r\n# a comment\n\n(1.000000) can0 001#\r\n; x\n');
    expect([records.length, fault]).toEqual([1, undefined]);
  });

  it.each([
    'hello',
    '(1.0 can0 123#',
    '(1.0) can0',
    '(1.0) can0 123',
    '(1.0) can0 800#',
    '(1.0) can0 123#0',
    '(1.0) can0 123#001122334455667788',
    '(1.0) can0 123##',
    '(1.0) can0 123##1001122334455667788',
    '(1.0) can0 123#R9',
    '(1.0) can0 20000004#001122334455667788',
    '(1.0) can0 40000000#',
    `(1.0) ${'n'.repeat(200)} 123#`,
    '(1.0) can0 123#00\u0000',
  ])('%j ends the reading, and the line before it is read', (line) => {
    const { records, fault } = decoded(createCandumpDecoder(), `(1.0) can0 123#\n${line}\n(1.0) can0 123#\n`);
    expect(records).toHaveLength(1);
    expect(fault).toMatchObject({ line: 2 });
    expect(captureFaultText(fault ?? { message: '' })).toMatch(/^line 2: [^\n]+$/);
  });

  it('a line that never ends is not kept', () => {
    const decoder = createCandumpDecoder();
    const piece = new Uint8Array(captureLineBytesMax - 1).fill(0x28);
    expect(decoder.push(piece, () => {})).toBeUndefined();
    expect(decoder.push(piece, () => {})).toMatchObject({ line: 1 });
    expect(decoder.push(piece, () => {})).toMatchObject({ line: 1 });
    expect(decoder.end(() => {})).toMatchObject({ line: 1 });
  });

  it('Ethernet packets have no form in it', () => {
    expect(encoded(createCandumpEncoder(), [{ type: 'packet', ...at, packet: data }])).toHaveLength(0);
  });

  prop([fc.array(anyFrameRecord, { maxLength: 20 }), fc.integer({ min: 1, max: 100 })])(
    'gives back what was written, however it is cut',
    (records, pieceBytes) => {
      const bytes = encoded(createCandumpEncoder(), records);
      expect(decoded(createCandumpDecoder(), bytes, pieceBytes)).toEqual({ records, fault: undefined });
    },
  );

  prop([fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 50 })])(
    'any bytes give records or a fault with its line',
    (bytes, pieceBytes) => {
      const { fault } = decoded(createCandumpDecoder(), bytes, pieceBytes);
      if (fault !== undefined) expect(fault.line).toBeGreaterThan(0);
    },
  );
});
