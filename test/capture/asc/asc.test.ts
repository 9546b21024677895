import { describe, expect, it } from 'vitest';
import { classicFrame, fdFrame } from '../../../src/bus/bus.ts';
import { ascDateText, parseAscDate } from '../../../src/capture/asc/ascDate.ts';
import { createAscDecoder } from '../../../src/capture/asc/ascDecoder.ts';
import { createAscEncoder } from '../../../src/capture/asc/ascEncoder.ts';
import type { CaptureRecord } from '../../../src/capture/record/captureRecord.ts';
import { fromUtf8, toHex } from '../../../src/core/bytes.ts';
import { fc, prop } from '../../support/property.ts';
import { anyFrameRecord, captured, decoded, encoded, startNs, startS, twoBuses } from '../support/records.ts';

const data = Uint8Array.of(0xde, 0xad, 0xbe, 0xef);
const noData = new Uint8Array(0);
const head = (base = 'hex', timestamps = 'absolute') =>
  `date Mon Jun 01 08:00:00.000 am 2026\nbase ${base}  timestamps ${timestamps}\nno internal events logged\n`;

/** A record in short: `bus +microseconds id kind data`. */
function brief(record: CaptureRecord): string {
  const time = `${record.bus} +${(record.timeNs - startNs) / 1000n}`;
  if (record.type !== 'frame') return `${time} ${record.type}`;
  const { frame } = record;
  const kind = frame.remote ? `remote ${frame.requestedBytes ?? 0}` : frame.fd ? 'fd' : 'classic';
  const flags = `${frame.extended ? 'x' : ''}${frame.brs ? ' brs' : ''}${frame.esi ? ' esi' : ''}`;
  return `${time} ${frame.id.toString(16)}${flags} ${kind} ${toHex(frame.data)}`.trimEnd();
}

function briefly(text: string): readonly string[] {
  const { records, fault } = decoded(createAscDecoder(), text);
  expect(fault).toBeUndefined();
  return records.map(brief);
}

describe('Vector’s ASC format', () => {
  it('is written in the columns of log2asc', () => {
    const records: readonly CaptureRecord[] = [
      captured(classicFrame(0x123, data), 1_000_999),
      captured({ ...classicFrame(0x123, data), extended: true }, 2_000_000, { bus: 'chassis' }),
      captured({ ...classicFrame(0x7ff, noData), remote: true, requestedBytes: 4 }, 1e9),
      captured(fdFrame(0x123, new Uint8Array(12).fill(0xab)), 12_345e9),
      captured({ ...fdFrame(0x1fff_ffff, noData), extended: true, brs: false, esi: true }, 0),
      { type: 'error', timeNs: startNs, bus: 'body', errorClass: 4, data: noData },
      { type: 'packet', timeNs: startNs, bus: 'body', packet: data },
    ];
    const buses = [...twoBuses, { name: 'backbone', kind: 'ethernet' } as const];
    expect(fromUtf8(encoded(createAscEncoder({ startS, buses }), records))).toBe(`${head()}// version 9.0.0
// channel 1 is body
// channel 2 is chassis
   0.001000 1  123             Rx   d 4 DE AD BE EF
   0.002000 2  123x            Rx   d 4 DE AD BE EF
   1.000000 1  7FF             Rx   r 4
12345.000000 CANFD   1 Rx          123                                   1 0 9 12${' AB'.repeat(12)}        0    0     3000 0 0 0 0 0
   0.000000 CANFD   1 Rx     1FFFFFFFx                                  0 1 0  0        0    0     5000 0 0 0 0 0
   0.000000 1  ErrorFrame
`);
  });

  it('the name of a channel comes without what a terminal would obey', () => {
    const text = `${head()}// channel 1 is bo\u202edy\u009b\n0.000000 1  123  Rx   d 0\n`;
    expect(briefly(text)).toEqual([expect.stringMatching(/^bo\ufffddy\ufffd /)]);
  });

  it('names its channels, which the reader understands', () => {
    const records = [captured(classicFrame(1, data)), captured(classicFrame(2, data), 0, { bus: 'chassis' })];
    const bytes = encoded(createAscEncoder({ startS, buses: twoBuses }), records);
    expect(decoded(createAscDecoder(), bytes).records).toEqual(records);
  });

  it('relative times count from the event before, whatever it is', () => {
    const text = `${head('hex', 'relative')}0.5 1  1 Rx d 0\n0.25 1 Statistic: D 0 R 0 XD 0\n0.25 2 2 Rx d 0\n`;
    expect(briefly(text)).toEqual(['1 +500000 1 classic', '2 +1000000 2 classic']);
  });

  it('base dec: ids and bytes are decimal, CAN FD lines are not', () => {
    const text = `${head('dec')}0.0 1 291 Rx d 2 255 10\n0.0 1 2047x Tx d 1 7\n0.0 CANFD 1 Rx 123 1 0 2 2 FF 10 0 0 3000 0 0 0 0 0\n`;
    expect(briefly(text)).toEqual(['1 +0 123 classic ff0a', '1 +0 7ffx classic 07', '1 +0 123 brs fd ff10']);
  });

  it.each<[string, readonly string[]]>([
    [
      '   0.001000 1  123             Rx   d 2 01 02  Length = 250000 BitCount = 60 ID = 291',
      ['1 +1000 123 classic 0102'],
    ],
    ['0.0010 1  123             Rx   r', ['1 +1000 123 remote 0']],
    ['0.001000 1  123             Rx   d F 01 02 03 04 05 06 07 08', ['1 +1000 123 classic 0102030405060708']],
    ['0.001000 02  123            Rx   d 0', ['2 +1000 123 classic']],
    ['0.001000 1  ErrorFrame  Flags = 0x1', ['1 +1000 error']],
    [
      '0.001 CANFD   1 Tx         11  msgCanFdFr1   1 0 a 16 00 00 00 00 00 00 00 00 00 00 00 00 00 00 59 c0 100000  214   303040 80000000',
      ['1 +1000 11 brs fd 000000000000000000000000000059c0'],
    ],
    [
      '0.001 CANFD 1 Rx 18DA10F1x 0 1 8 8 01 02 03 04 05 06 07 08 0 0 5000 0 0 0 0 0',
      ['1 +1000 18da10f1x esi fd 0102030405060708'],
    ],
    ['0.001 CANFD 1 Rx 123 0 0 2 2 01 02 0 0 0 0 0 0 0 0', ['1 +1000 123 classic 0102']],
    ['0.001 CANFD 1 Rx 123 0 0 4 0 0 0 10 0 0 0 0 0', ['1 +1000 123 remote 4']],
    ['0.001 CANFD 1 Rx ErrorFrame Stuff Error fffe 82 20aa Data 0 0 0 0 0 0', ['1 +1000 error']],
    ['0.001 CANFD 2 Tx ErrorFrame Not Acknowledge error, dominant error flag fffe c7 31ca Arb. 5', ['2 +1000 error']],
    [`0.001 CANFD 1 Rx 123 1 1 9 12${' 5a'.repeat(12)} 0 0 0 0 0`, [`1 +1000 123 brs esi fd ${'5a'.repeat(12)}`]],
    [`0.001 CANFD 1 Rx 123 0 0 f 64${' 5a'.repeat(64)} 0 0 0 0 0`, [`1 +1000 123 fd ${'5a'.repeat(64)}`]],
    ['0.001 1 123X rx D 1 5A', ['1 +1000 123x classic 5a']],
    ['0.001 1 123 Rx R 3', ['1 +1000 123 remote 3']],
    ['0.001 1 123 TxRq d 1 00', []],
    ['0.001 CANXL 2 Rx XLFF 984438 4656 432 e0 0 1fe 511', []],
    ['0.001 Li 3d RTE 1', []],
    ['0.001 1 Status:chip status error active', []],
    ['Begin Triggerblock Mon Jun 01 08:00:00.000 am 2026', []],
    ['End TriggerBlock', []],
    ['', []],
  ])('reads %j', (line, records) => expect(briefly(`${head()}${line}\r\n`)).toEqual(records));

  it.each([
    '0.001 1 zzz Rx d 0',
    '0.001 1 800 Rx d 0',
    '0.001 1 123 Rx d',
    '0.001 1 123 Rx d 3 00 01',
    '0.001 1 123 Rx d 1 0',
    '0.001 1 123 Rx d 1 GG',
    '0.001 CANFD 1 Rx 123 1 0 9 12 00 00',
    '0.001 CANFD 1 Rx 123 1 0 9 12',
    '0.001 CANFD 1 Rx 123 2 0 9 12 00',
    `0.001 CANFD 1 Rx 123 1 0 9 9${' 00'.repeat(9)} 0 0 3000 0 0 0 0 0`,
    '-0.001 1 123 Rx d 0',
    'what is this?',
    'very long',
  ])('%j is passed over, and told once with its number', (text) => {
    const line = text === 'very long' ? `0.001 1 Status ${'x'.repeat(20_000)}` : text;
    const good = '0.001 1 123 Rx d 0\n';
    const decoder = createAscDecoder();
    const { records, fault } = decoded(decoder, `${head()}${good}${line}\n${good}${line}\n${good}`, 1000);
    expect([records.length, fault]).toEqual([3, undefined]);
    expect(decoder.notes.texts).toEqual([
      expect.stringMatching(/^line 5: .*left out.* \(2 times, this is the first\)$/),
    ]);
  });

  it.each([
    ['base oct  timestamps absolute', 'hex'],
    ['0,5 1 123 Rx d 0', 'hex'],
  ])('%j ends the reading where what follows would be read wrongly', (line) => {
    const relative = head('hex', 'relative');
    expect(decoded(createAscDecoder(), `${relative}${line}\n`).fault).toMatchObject({ line: 4 });
  });

  it.each<[string, string, readonly string[], RegExp]>([
    [
      'no word for the times',
      'base hex\n0.001 1 12 Rx d 1 10\n0.002 1 12 Rx d 0\n',
      ['1 +1000 12 classic 10', '1 +2000 12 classic'],
      /absolute or relative: taken for absolute$/,
    ],
    [
      'no head',
      '// a snippet\n0.001 1 12 Rx d 1 10\n0.002 1 12 Rx d 0\n',
      ['1 +1000 12 classic 10', '1 +2000 12 classic'],
      /^line 2: .*taken for base hex, absolute times$/,
    ],
    [
      'no base',
      'date Thu Jan 01 00:00:01.000 am 1970\n0.001 1 12 Rx d 0\n',
      ['1 +1001000 12 classic'],
      /^line 2: .*base hex/,
    ],
    [
      'no date',
      'base hex  timestamps absolute\nBegin Triggerblock Thu Jan 01 00:00:01.000 am 1970\n0.001 1 12 Rx d 0\n0.1 Start',
      ['1 +1001000 12 classic'],
      /^line 4: the last line/,
    ],
    [
      'another date',
      'date yesterday\nbase hex  timestamps absolute\n0.001 1 12 Rx d 0\n',
      ['1 +1000 12 classic'],
      /^line 1: the date/,
    ],
  ])('a head with %s is read, and told', (_, text, records, note) => {
    const decoder = createAscDecoder();
    const read = decoded(decoder, text);
    const since1970 = read.records.map((record) => brief({ ...record, timeNs: record.timeNs + startNs }));
    expect([since1970, read.fault]).toEqual([records, undefined]);
    expect(decoder.notes.texts).toEqual([expect.stringMatching(note)]);
  });

  it('a CANFD line without flags is CAN FD, which is told', () => {
    const decoder = createAscDecoder();
    const { records } = decoded(decoder, `${head()}0.001 CANFD 1 Rx 123 1 1 2 2 01 02\n`);
    expect(records.map(brief)).toEqual(['1 +1000 123 brs esi fd 0102']);
    expect(decoder.notes.texts).toEqual(['line 4: a CANFD line ends before its flags: taken for CAN FD']);
  });

  it.each(['', 'hello\n', 'date Mon Jun 01 08:00:00.000 am 2026\n', '0.001 1 Status\n'])(
    'without base and timestamps it is none: %j',
    (text) => expect(decoded(createAscDecoder(), text).fault?.message).toContain('base and timestamps'),
  );

  it.each<[string, string | undefined]>([
    ['Mon Jun 01 08:00:00.000 am 2026', '1780300800000000000'],
    ['Mon Jun  1 08:00:00 2026', '1780300800000000000'],
    ['Mon Jun 1 12:00:00.250 am 2026', '1780272000250000000'],
    ['Mon Jun 1 12:00:00 PM 2026', '1780315200000000000'],
    ['Fre Okt 9 23:59:59.999 2026', '1791590399999000000'],
    ['Mon Feb 30 08:00:00 2026', undefined],
    ['yesterday', undefined],
  ])('the date %s', (text, ns) => expect(parseAscDate(text)?.toString()).toBe(ns));

  prop([fc.integer({ min: 0, max: 32_503_679_999 })])('a date is read as it was written', (seconds) => {
    expect(parseAscDate(ascDateText(seconds))).toBe(BigInt(seconds) * 1_000_000_000n);
  });

  prop([fc.array(anyFrameRecord, { maxLength: 20 }), fc.integer({ min: 1, max: 100 })])(
    'gives back what was written, however it is cut',
    (records, pieceBytes) => {
      const bytes = encoded(createAscEncoder({ startS, buses: twoBuses }), records);
      expect(decoded(createAscDecoder(), bytes, pieceBytes)).toEqual({ records, fault: undefined });
    },
  );

  const word = fc.oneof(
    fc.constantFrom('CANFD', '1', '0.5', 'Rx', 'd', 'r', '123', '7FFx', '8', '00', 'ErrorFrame', '0', '3000', '\n'),
    fc.string({ maxLength: 5 }),
  );
  prop([fc.array(word, { maxLength: 60 })])('any text gives records or a fault with its line', (words) => {
    const { fault } = decoded(createAscDecoder(), `${head()}0.5 ${words.join(' ')}\n`);
    if (fault !== undefined) expect(fault.line).toBeGreaterThan(3);
  });

  const spoiled = fc
    .tuple(anyFrameRecord, fc.nat(120), fc.constantFrom('', ' ', '0', 'G', 'x', 'R', 'd', '.', '\t', '9F', '1', '-'))
    .map(([record, at, by]) => {
      const line = fromUtf8(createAscEncoder({ startS, buses: twoBuses }).encode(record))?.trimEnd() ?? '';
      return `${line.slice(0, at)}${by}${line.slice(at + 1)}`;
    });
  prop([spoiled])('the quick way reads no line otherwise than the careful one', (line) => {
    // Times that count from an event at 0 are the same, and read carefully.
    const quick = decoded(createAscDecoder(), `${head()}${line}\n`);
    const careful = decoded(createAscDecoder(), `${head('hex', 'relative')}${line}\n`);
    if (careful.fault === undefined) expect(quick).toEqual(careful);
  });
});
