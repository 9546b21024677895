import { describe, expect, it } from 'vitest';
import { type CanFrame, classicFrame, fdFrame } from '../../../src/bus/bus.ts';
import { createCandumpDecoder } from '../../../src/capture/candump/candumpLog.ts';
import { consoleTimesHeldMax } from '../../../src/capture/limits.ts';
import type { CaptureRecord } from '../../../src/capture/record/captureRecord.ts';
import { fc, prop } from '../../support/property.ts';
import { decoded } from '../support/records.ts';

const data = Uint8Array.of(0xde, 0xad, 0xbe, 0xef);
const noData = new Uint8Array(0);
const noFlags = /no BRS and ESI flags/;

function read(text: string) {
  const decoder = createCandumpDecoder();
  const { records, fault } = decoded(decoder, text);
  return { records, fault, notes: decoder.notes.texts };
}

const frame = (bus: string, which: CanFrame, timeNs = 0n): CaptureRecord => ({
  type: 'frame',
  timeNs,
  bus,
  frame: which,
});
const noStamps = /no time stamps/;

describe('what candump prints on a console', () => {
  const rows: readonly [string, CaptureRecord, (readonly RegExp[])?][] = [
    ['  can0  123   [4]  DE AD BE EF', frame('can0', classicFrame(0x123, data))],
    ['  vcan0       7FF   [0] ', frame('vcan0', classicFrame(0x7ff, noData))],
    ['  can1  00000123   [4]  DE AD BE EF', frame('can1', { ...classicFrame(0x123, data), extended: true })],
    ['  can0  123   [0]  remote request', frame('can0', { ...classicFrame(0x123, noData), remote: true })],
    [
      '  can0  1FFFFFFF   [8]  remote request',
      frame('can0', { ...classicFrame(0x1fff_ffff, noData), extended: true, remote: true, requestedBytes: 8 }),
    ],
    ['  can0  123  [04]  DE AD BE EF', frame('can0', { ...fdFrame(0x123, data), brs: false }), [noFlags, noStamps]],
    [
      `  can0  123  [64] ${' 5A'.repeat(64)}`,
      frame('can0', { ...fdFrame(0x123, new Uint8Array(64).fill(0x5a)), brs: false }),
      [noFlags, noStamps],
    ],
    ['  can0  RX - -  123   [4]  DE AD BE EF', frame('can0', classicFrame(0x123, data))],
    ['  can0  TX B -  123  [04]  DE AD BE EF', frame('can0', fdFrame(0x123, data))],
    ['  can0  RX - E  123  [04]  DE AD BE EF', frame('can0', { ...fdFrame(0x123, data), brs: false, esi: true })],
    ['  can0  RX B E  123  [00] ', frame('can0', { ...fdFrame(0x123, noData), esi: true })],
    ["  can0  123   [4]  DE AD BE EF               '....'", frame('can0', classicFrame(0x123, data))],
    [
      "  can0  123   [2]  31 32                     '12'",
      frame('can0', classicFrame(0x123, Uint8Array.of(0x31, 0x32))),
    ],
    ['  can0  123   [4]  EF`BE`AD`DE', frame('can0', classicFrame(0x123, data))],
    ['  can0  123   [4]  EF`BE`AD`DE               `....`', frame('can0', classicFrame(0x123, data))],
    ['  can0  123   [2]  11011110 10101101', frame('can0', classicFrame(0x123, data.subarray(0, 2)))],
    ['  can0  123   [2]  10101101`11011110', frame('can0', classicFrame(0x123, data.subarray(0, 2)))],
    ['  can0  123   {4}  DE AD BE EF', frame('can0', classicFrame(0x123, data))],
    ['  can0  123   {F}  00 00 00 00 00 00 00 00', frame('can0', classicFrame(0x123, new Uint8Array(8)))],
    ['\u001b[31m  can0\u001b[0m  123   [4]  DE AD BE EF', frame('can0', classicFrame(0x123, data))],
    [
      '  can0  20000088   [8]  00 00 08 19 00 00 00 00   ERRORFRAME',
      { type: 'error', timeNs: 0n, bus: 'can0', errorClass: 0x88, data: Uint8Array.of(0, 0, 8, 0x19, 0, 0, 0, 0) },
    ],
    [
      '(1436509052.249713)  can0  123   [0]',
      frame('can0', classicFrame(0x123, noData), 1_436_509_052_249_713_000n),
      [],
    ],
    [
      ' (1436509052.249713456)  can0  123   [0]',
      frame('can0', classicFrame(0x123, noData), 1_436_509_052_249_713_456n),
      [],
    ],
    [
      ' (2015-07-10 06:17:32.249713)  can0  123   [0]',
      frame('can0', classicFrame(0x123, noData), 1_436_509_052_249_713_000n),
      [/taken for UTC/],
    ],
    [
      ' (000.250000)  can0  123   [0]',
      frame('can0', classicFrame(0x123, noData), 250_000_000n),
      [/times count from the first/],
    ],
  ];

  it.each(rows)('reads %j', (line, record, notes = [noStamps]) => {
    const result = read(`${line}\n`);
    expect(result).toEqual({
      records: [record],
      fault: undefined,
      notes: notes.map((note) => expect.stringMatching(note)),
    });
  });

  it('several interfaces, lines of -e, a shell’s, lost frames and CAN XL', () => {
    const text = `  can0  123   [0]
  can1  124   [0]
  can0  20000080   [8]  00 00 00 00 00 00 00 00   ERRORFRAME
\tbus-error
DROPCOUNT: dropped 2 CAN frames on 'can0' socket (total drops 2)
  can0  123 [2048] (45|81:00:12345678) 00 00 ...
^C
$ candump can0
  can0  800   [0]
  can0  123   [9]  00
`;
    const { records, fault, notes } = read(text);
    expect([records.map(({ bus }) => bus), fault]).toEqual([['can0', 'can1', 'can0'], undefined]);
    expect(notes).toEqual([
      expect.stringMatching(/^line 1: no time stamps/),
      'line 5: candump says here that it lost frames',
      'line 6: a CAN XL frame is left out',
      'line 7: not understood, and left out (4 times, this is the first)',
    ]);
  });

  const stamped = (...stamps: readonly string[]) => stamps.map((stamp) => ` (${stamp})  can0  123   [0]\n`).join('');
  const timesOf = (text: string) => {
    const { records, notes } = read(text);
    return { ms: records.map(({ timeNs }) => Number(timeNs) / 1e6), notes };
  };

  it('times of which one is smaller than the one before count from the frame before', () => {
    expect(timesOf(stamped('000.000000', '000.500000', '000.250000', '001.000000'))).toEqual({
      ms: [0, 500, 750, 1750],
      notes: [expect.stringMatching(/^line 3: .*from the frame before/)],
    });
  });

  it('times that never fall count from the first frame, from the first few hundred on for good', () => {
    expect(timesOf(stamped('000.000000', '000.500000', '000.500000', '001.000000'))).toEqual({
      ms: [0, 500, 500, 1000],
      notes: [expect.stringMatching(/^line 4: .*from the first frame/)],
    });
    const many = Array.from({ length: consoleTimesHeldMax }, (_, index) => `${String(index).padStart(3, '0')}.000000`);
    const { ms } = timesOf(stamped(...many, '001.000000'));
    expect(ms.slice(-2)).toEqual([(consoleTimesHeldMax - 1) * 1000, 1000]);
  });

  const word = fc.oneof(
    fc.constantFrom(
      'can0',
      '123',
      '00000123',
      '[2]',
      '[12]',
      '{9}',
      '11',
      'AA`BB',
      'remote request',
      'ERRORFRAME',
      'RX - -',
      '(000.5)',
      '\n',
    ),
    fc.string({ maxLength: 5 }),
  );
  prop([fc.array(word, { maxLength: 40 }), fc.integer({ min: 1, max: 50 })])(
    'any text after a first line gives frames, however it is cut',
    (words, pieceBytes) => {
      const text = `  can0  123   [0]\n${words.join('  ')}`;
      const { records, fault } = decoded(createCandumpDecoder(), text, pieceBytes);
      expect(fault).toBeUndefined();
      expect(records).toEqual(read(text).records);
    },
  );

  it.each(['hello\n', '<html>\n', '  can0  123   [4\n', '(1.0) can0\n'])(
    'a file that begins with %j is neither form',
    (text) => {
      expect(read(text).fault).toMatchObject({ line: 1, message: expect.stringContaining('neither') });
    },
  );
});
