import { describe, expect, it } from 'vitest';
import { classicFrame, fdFrame } from '../../../src/bus/bus.ts';
import type { CaptureRecord } from '../../../src/capture/record/captureRecord.ts';
import { oleDateText, parseOleDate } from '../../../src/capture/trc/oleDate.ts';
import { createTrcDecoder } from '../../../src/capture/trc/trcDecoder.ts';
import { createTrcEncoder } from '../../../src/capture/trc/trcEncoder.ts';
import { isWholeInTrc } from '../../../src/capture/trc/trcError.ts';
import { fromUtf8, toHex } from '../../../src/core/bytes.ts';
import { fc, prop } from '../../support/property.ts';
import { anyFrameRecord, captured, decoded, encoded, startNs, startS, twoBuses } from '../support/records.ts';

const data = Uint8Array.of(0xde, 0xad, 0xbe, 0xef);
const noData = new Uint8Array(0);
/** 2026-06-01T08:00:00Z. */
const start = ';$STARTTIME=46174.3333333333\r\n';
const heads: Readonly<Record<string, string>> = {
  '1.0': ';##########\r\n;   C:\\one.trc\r\n;    Start time: 01.06.2026 08:00:00.000\r\n',
  '1.1': `;$FILEVERSION=1.1\r\n${start};\r\n;   Start time: 01.06.2026 08:00:00.000.0\r\n`,
  '1.2': `;$FILEVERSION=1.2\r\n${start}`,
  '1.3': `;$FILEVERSION=1.3\r\n${start};   Bus  Name     Connection  Protocol\r\n;   1    Body     PCI1        CAN\r\n;   2    Chassis  PCI2        CAN\r\n`,
  '2.0': `;$FILEVERSION=2.0\r\n${start};$COLUMNS=N,O,T,I,d,l,D\r\n;\r\n`,
  '2.1': `;$FILEVERSION=2.1\r\n${start};$COLUMNS=N,O,T,B,I,d,R,L,D\r\n;   1    Body     PCI1        CAN\r\n;---+-- ------+------ +- +- --+----- +- +- +---\r\n`,
};

function brief(record: CaptureRecord): string {
  const time = `${record.bus} +${(record.timeNs - startNs) / 1000n}`;
  if (record.type === 'error') return `${time} error ${record.errorClass.toString(16)} ${toHex(record.data)}`;
  if (record.type !== 'frame') return `${time} ${record.type}`;
  const { frame } = record;
  const kind = frame.remote ? `remote ${frame.requestedBytes ?? 0}` : frame.fd ? 'fd' : 'classic';
  const flags = `${frame.extended ? 'x' : ''}${frame.brs ? ' brs' : ''}${frame.esi ? ' esi' : ''}`;
  return `${time} ${frame.id.toString(16)}${flags} ${kind} ${toHex(frame.data)}`.trimEnd();
}

function read(text: string) {
  const decoder = createTrcDecoder();
  const { records, fault } = decoded(decoder, text);
  return { records: records.map(brief), fault, notes: decoder.notes.texts };
}

const status = /status of the hardware/;

describe('PEAK’s TRC format', () => {
  it.each<[version: string, line: string, record: string | RegExp]>([
    ['1.0', '     1)      1841      0001  8  00 01 02 03 04 05 06 07 ', '1 +1841000 1 classic 0001020304050607'],
    ['1.0', '     2)      1842      0008  4  ERROR 00 19 08 08 ', '1 +1842000 error 288 0000801900000808'],
    ['1.0', '     3)      1843  FFFFFFFF  4  00 00 00 04 -- -- -- --  BUSLIGHT ', status],
    ['1.0', '     4)      1844      0100  3  RTR', '1 +1844000 100 remote 3'],
    ['1.1', '     1)      1059.9  Rx         0300  7  00 00 00 00 04 00 00 ', '1 +1059900 300 classic 00000000040000'],
    ['1.1', '     3)      1298.9  Tx     00000400  2  00 01 ', '1 +1298900 400x classic 0001'],
    ['1.1', '     5)      1346.8  Warng  FFFFFFFF  4  00 00 00 04  BUSLIGHT ', status],
    ['1.1', '     6)      1349.2  Error      0004  4  01 07 08 09', '1 +1349200 error 288 0000040700000908'],
    ['1.1', '     7)      1352.7  Rx         0100  3  RTR', '1 +1352700 100 remote 3'],
    ['1.1', '     8)      1352.7  Rx         0100  0', '1 +1352700 100 classic'],
    [
      '1.1',
      '     9)      1352.7  Rx         0100  9  00 01 02 03 04 05 06 07',
      '1 +1352700 100 classic 0001020304050607',
    ],
    ['1.2', '     2)      1283.231  3  Rx         0300  2  00 01', '3 +1283231 300 classic 0001'],
    ['1.2', '     6)      1349.222  1  Error      0001  4  00 19 08 08', '1 +1349222 error 288 0000811900000808'],
    ['1.2', '     7)      1352.743  1  Rx         0100  3  RTR', '1 +1352743 100 remote 3'],
    ['1.3', '     2)      1283.231 1  Rx        0300 -  2    00 01', 'Body +1283231 300 classic 0001'],
    ['1.3', '     2)      1283.231 2  Rx    18DA10F1 -  2    00 01', 'Chassis +1283231 18da10f1x classic 0001'],
    ['1.3', '     5)      1346.834 1  Warng FFFFFFFF -  4    00 00 00 04  BUSLIGHT', status],
    ['1.3', '     6)      1349.222 1  Error     0002 -  4    00 19 08 08', 'Body +1349222 error 288 0000821900000808'],
    ['1.3', '     7)      1352.743 1  Rx        0100 -  3    RTR', 'Body +1352743 100 remote 3'],
    ['2.0', '      1      1059.900 DT     0300 Rx 2  00 01', '1 +1059900 300 classic 0001'],
    ['2.0', '      1      1059.900 DT     0300 Rx 0 ', '1 +1059900 300 classic'],
    [
      '2.0',
      '      5      1334.416 FD     0500 Tx 12 01 02 03 04 05 06 07 08 09 0A 0B 0C',
      '1 +1334416 500 fd 0102030405060708090a0b0c',
    ],
    ['2.0', '      6      1334.522 ER          Rx    04 00 02 00 00', '1 +1334522 error 288 0000840200000000'],
    ['2.0', '      7      1334.531 ST          Rx    00 00 00 08', status],
    ['2.0', '      8      1334.643 EC          Rx    02 02', /error counters/],
    ['2.0', '     10      1336.543 RR     0100 Rx 3', '1 +1336543 100 remote 3'],
    ['2.1', '      1      1059.900 DT 1      0300 Rx -  2    00 01 ', 'Body +1059900 300 classic 0001'],
    ['2.1', '      1      1059.900 DT 2  18EFC034 Tx -  2    00 01 ', '2 +1059900 18efc034x classic 0001'],
    ['2.1', '      1      1059.900 DT 2   18EFC03 Tx -  2    00 01 ', '2 +1059900 18efc03x classic 0001'],
    [
      '2.1',
      '      5      1334.416 FD 1      0500 Tx -  9    01 02 03 04 05 06 07 08 09 0A 0B 0C',
      'Body +1334416 500 fd 0102030405060708090a0b0c',
    ],
    ['2.1', '      5      1334.416 FB 1      0500 Tx -  1    01', 'Body +1334416 500 brs fd 01'],
    ['2.1', '      5      1334.416 FE 1      0500 Tx -  1    01', 'Body +1334416 500 esi fd 01'],
    ['2.1', '      5      1334.416 BI 1      0500 Tx -  1    01', 'Body +1334416 500 brs esi fd 01'],
    ['2.1', '      5      1334.416 BI 1      0500 Tx -  0', 'Body +1334416 500 brs esi fd'],
    [
      '2.1',
      '      6      1334.222 ER 1         - Rx -  5    04 00 02 00 00',
      'Body +1334222 error 288 0000840200000000',
    ],
    ['2.1', '      7      1334.224 EV 1  Begin of a test', /event of the user/],
    ['2.1', '      8      1334.225 EV -  Another', /event of the user/],
    ['2.1', '      9      1334.231 ST 1         - Rx -  4    00 00 00 08', status],
    ['2.1', '     11      1334.643 EC 1         - Rx -  2    02 02', /error counters/],
    ['2.1', '     13      1336.543 RR 1      0100 Rx -  3', 'Body +1336543 100 remote 3'],
    ['2.1', '     13   1234567336.543 RR 1      0100 Rx -  0', 'Body +1234567336543 100 remote 0'],
    [
      '2.1',
      '     13      1336.543 DT 1      0100 Rx 0A 12   00 01 02 03 04 05 06 07 08 09 0A 0B',
      /data bytes|no frame|more bytes/,
    ],
    ['2.1', '     13      1336.543 XX 1      0100 Rx -  0', /type of the line/],
    ['2.1', '     13      1336.543 DT 1      0800 Rx -  0', /no frame has/],
    ['2.1', '     13      1336.543 DT 1      0100 Rx -  2    00', /data bytes/],
    ['2.1', '     13      1336.543 DT 1      0100 Rx -  zz', /the id or the length/],
    ['2.1', 'hello', /not understood/],
    ['2.1', ';   a comment', ''],
    ['2.1', '', ''],
  ])('version %s: %j', (version, line, record) => {
    const { records, fault, notes } = read(`${heads[version]}${line}\r\n${line}\r\n`);
    expect(fault).toBeUndefined();
    if (typeof record === 'string') expect([records, notes]).toEqual([record === '' ? [] : [record, record], []]);
    else {
      expect(records.filter((text) => !text.includes('0001020304050607'))).toEqual([]);
      expect(notes).toEqual([expect.stringMatching(record)]);
      expect(notes[0]).toMatch(/2 times, this is the first/);
    }
  });

  it.each<[string, string]>([
    ['', 'begins with comments'],
    ['hello\n', 'begins with comments'],
    ['@ TEXT @ 2 @ 64\n', 'begins with comments'],
    [`;$FILEVERSION=3.0\n${start}1 1.0 DT\n`, 'version 3.0: 1.0, 1.1, 1.2, 1.3, 2.0 and 2.1 are read'],
    [`;$FILEVERSION=2.1\n${start}1 1.0 DT\n`, 'needs ;$COLUMNS'],
    [`;$FILEVERSION=2.1\n;$COLUMNS=N,O,T,X,D\n`, 'columns are not understood'],
    [`;$FILEVERSION=2.1\n;$COLUMNS=N,O,T,I,d,D\n`, 'columns are not understood'],
    [`;$FILEVERSION=2.1\n;$COLUMNS=N,O,T,I,I,l,D\n`, 'columns are not understood'],
  ])('%j is none that can be read', (text, message) => {
    expect(read(text).fault?.message).toContain(message);
  });

  it('a file without a start time is read from 1970 on, which is told', () => {
    const { records, notes } = read(';$FILEVERSION=1.1\n     1)         1.5  Rx         0300  1  01\n');
    expect(records).toEqual([`1 +${-startNs / 1000n + 1500n} 300 classic 01`]);
    expect(notes).toEqual([expect.stringMatching(/^line 2: no start time/)]);
  });

  it.each<[string, string | undefined]>([
    ['46174.333333333333', '1780300800000000000'],
    ['46174.3333333333', '1780300800000000000'],
    ['44548.6028595139', '1639837687062000000'],
    ['41766.4648963872', '1399460967047850000'],
    ['43008.920986006946', '1506809173191000000'],
    ['37704.5364870833', '1048510352484000000'],
    ['25569', '0'],
    ['25568.9', undefined],
    ['yesterday', undefined],
    ['', undefined],
  ])('the start time %s', (text, ns) => expect(parseOleDate(text)?.toString()).toBe(ns));

  prop([fc.integer({ min: 0, max: 32_503_679_999 })])('a start time is read as it was written', (seconds) => {
    expect(parseOleDate(oleDateText(seconds))).toBe(BigInt(seconds) * 1_000_000_000n);
  });

  it('is written as version 2.1, in PEAK’s columns', () => {
    const records: readonly CaptureRecord[] = [
      captured(classicFrame(0x123, data), 1_000_999),
      captured({ ...classicFrame(0x123, data), extended: true }, 2_000_000, { bus: 'chassis' }),
      captured({ ...classicFrame(0x7ff, noData), remote: true, requestedBytes: 4 }, 1e9),
      captured(fdFrame(0x123, new Uint8Array(12).fill(0xab)), 12_345e9),
      captured({ ...fdFrame(0x1fff_ffff, noData), extended: true, brs: false, esi: true }, 0),
      captured({ ...fdFrame(0x1, data), esi: true }, 0),
      {
        type: 'error',
        timeNs: startNs,
        bus: 'body',
        errorClass: 0x288,
        data: Uint8Array.of(0, 0, 0x84, 2, 0, 0, 1, 8),
      },
      { type: 'packet', timeNs: startNs, bus: 'body', packet: data },
    ];
    const buses = [...twoBuses, { name: 'backbone', kind: 'ethernet' } as const];
    const text = fromUtf8(encoded(createTrcEncoder({ startS, buses }), records)) ?? '';
    const lines = text.split('\r\n');
    expect(lines.slice(0, 3)).toEqual([
      ';$FILEVERSION=2.1',
      ';$STARTTIME=46174.333333333333',
      ';$COLUMNS=N,O,T,B,I,d,R,L,D',
    ]);
    expect(lines.filter((line) => !line.startsWith(';'))).toEqual([
      '      1         1.000 DT 1      0123 Rx -  4    DE AD BE EF',
      '      2         2.000 DT 2  00000123 Rx -  4    DE AD BE EF',
      '      3      1000.000 RR 1      07FF Rx -  4',
      `      4  12345000.000 FB 1      0123 Rx -  9   ${' AB'.repeat(12)}`,
      '      5         0.000 FE 1  1FFFFFFF Rx -  0',
      '      6         0.000 BI 1      0001 Rx -  4    DE AD BE EF',
      '      7         0.000 ER 1         - Rx -  5    04 00 02 08 01',
      '',
    ]);
  });

  const anyError = fc
    .tuple(fc.constantFrom(1, 2, 4, 8), fc.boolean(), fc.nat(255), fc.nat(255), fc.nat(255))
    .map(([kind, sending, position, sent, received]): CaptureRecord => {
      const violation = (kind & 7) | (sending ? 0x80 : 0);
      const bytes = Uint8Array.of(0, 0, violation, position, 0, 0, sent, received);
      return { type: 'error', timeNs: startNs, bus: 'body', errorClass: 0x288, data: bytes };
    });
  prop([fc.array(fc.oneof(anyFrameRecord, anyError), { maxLength: 20 }), fc.integer({ min: 1, max: 100 })])(
    'gives back what was written, however it is cut',
    (records, pieceBytes) => {
      const bytes = encoded(createTrcEncoder({ startS, buses: twoBuses }), records);
      expect(decoded(createTrcDecoder(), bytes, pieceBytes)).toEqual({ records, fault: undefined });
      for (const record of records) if (record.type === 'error') expect(isWholeInTrc(record)).toBe(true);
    },
  );

  it.each<[number, readonly number[]]>([
    [0x288, [0, 0, 3, 0, 0, 0, 0]],
    [0x88, [0, 0, 1, 0, 0, 0, 0, 0]],
    [4, [0, 1, 0, 0, 0, 0, 0, 0]],
    [0x288, [0, 0, 1, 0, 7, 0, 0, 0]],
  ])('an error of class %i, %j, is not whole in it', (errorClass, bytes) => {
    const error = { type: 'error', timeNs: startNs, bus: 'body', errorClass, data: Uint8Array.from(bytes) } as const;
    expect(isWholeInTrc(error)).toBe(false);
  });

  const spoiled = fc
    .tuple(anyFrameRecord, fc.nat(80), fc.constantFrom('', ' ', '0', 'G', 'F', 'R', 'T', '.', '\t', '9F', '1', '-'))
    .map(([record, at, by]) => {
      const line = fromUtf8(createTrcEncoder({ startS, buses: twoBuses }).encode(record))?.trimEnd() ?? '';
      return `${line.slice(0, at)}${by}${line.slice(at + 1)}`;
    });
  prop([spoiled])('the quick way reads no line otherwise than the careful one', (line) => {
    // Other letters of the columns lead to the careful way: none is for what follows the data.
    const careful = heads['2.1']?.replace('B,I,d,R,L,D', 'B,I,d,R,l,D') ?? '';
    const lengthOf = (text: string) => (/ (FD|FB|FE|BI) /.test(text) ? undefined : text);
    const classic = lengthOf(line);
    if (classic === undefined || /\s9\s/.test(classic) || /\s1\d\s/.test(classic)) return;
    expect(read(`${heads['2.1']}${classic}\r\n`)).toEqual(read(`${careful}${classic}\r\n`));
  });

  prop([
    fc.array(
      fc.oneof(
        fc.string({ maxLength: 8 }),
        fc.constantFrom('1', '1.5', 'DT', 'FD', 'Rx', '0300', '-', '2', '00', '\n'),
      ),
    ),
  ])('any text gives records or a fault', (words) => {
    const { fault } = read(`${heads['2.1']}${words.join(' ')}\n`);
    if (fault !== undefined) expect(fault.line).toBeGreaterThan(0);
  });
});
