import { describe, expect, test } from 'vitest';
import { chooseMessages, type MessageChoice } from '../../../../src/bus/restBus/dbc/cyclicMessages.ts';
import { readDbc } from '../../../../src/bus/restBus/dbc/readDbc.ts';
import { type WantedContents, withContents } from '../../../../src/bus/restBus/signals/drivenMessages.ts';

const file = [
  'BU_: A',
  'BO_ 1 M: 4 A',
  ' SG_ Crc : 0|8@1+ (1,0) [0|0] "" A',
  ' SG_ Count : 8|4@1+ (1,0) [0|0] "" A',
  ' SG_ Level : 16|8@1- (0.5,10) [0|0] "" A',
  ' SG_ Least : 24|4@1+ (1,0) [3|15] "" A',
  ' SG_ Wide : 28|8@1+ (1,0) [0|0] "" A',
  'BO_ 2 X: 3 A',
  ' SG_ Mux M : 0|8@1+ (1,0) [0|0] "" A',
  ' SG_ One m1 : 8|8@1+ (1,0) [0|0] "" A',
  ' SG_ Two m2 : 8|8@1+ (1,0) [0|0] "" A',
  ' SG_ Half : 16|16@1- (1,0) [0|0] "" A',
  'BO_ 3 Other: 8 A',
  'BO_ 4 Before: 2 A',
  ' SG_ Inner m1 : 8|8@1+ (1,0) [0|0] "" A',
  ' SG_ Switch M : 0|8@1+ (1,0) [0|0] "" A',
  'SG_MUL_VAL_ 4 Inner Switch 1-1, 3-5;',
  'BA_ "GenSigStartValue" SG_ 4 Switch 4;',
  'BA_ "GenSigStartValue" SG_ 4 Inner 7;',
  'SIG_VALTYPE_ 2 Half : 1;',
  'BA_ "GenSigStartValue" SG_ 1 Level -4;',
  'BA_ "GenSigStartValue" SG_ 2 Mux 2;',
  'BA_ "GenSigStartValue" SG_ 2 One 0x11;',
  'BA_ "GenSigStartValue" SG_ 2 Two 34;',
].join('\n');

function contents(
  wanted: Partial<WantedContents>,
  choice: MessageChoice = { cycleMs: 10, exclude: ['Other', 'Before'] },
) {
  const read = readDbc(file);
  if (!read.ok) throw new Error(read.fault.message);
  const picked = chooseMessages(read.value, choice);
  if (!picked.ok) throw new Error(picked.fault.message);
  return withContents(picked.value.chosen, read.value.messages, { startValues: false, signals: {}, ...wanted });
}

const signalsOf = (wanted: Partial<WantedContents>) => {
  const filled = contents(wanted);
  if (!filled.ok) throw new Error(filled.fault.message);
  return filled.value.map(({ data, signals }) => [
    data,
    signals?.map(({ name, driver, when }) => [name, driver, ...(when ? [when] : [])]),
  ]);
};

describe('the contents of messages', () => {
  test('are from the seed unless more is said', () => {
    expect(signalsOf({})).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  test('begin with start values: those of the file, else 0, else the least; of multiplexed signals those that are in', () => {
    expect(signalsOf({ startValues: true })).toEqual([
      ['0000fc03', undefined],
      ['022200', undefined],
    ]);
  });

  test('have the driven signals, a counter up to what it holds or what E2E counts to', () => {
    const crc = { e2eProfile1: { dataId: 1, dataIdMode: 'both', countedBy: 'Count' } } as const;
    const counter = { counter: { from: 0, step: 1 } };
    expect(signalsOf({ signals: { M: { Count: counter } } })[0]).toEqual([
      undefined,
      [['Count', { counter: { from: 0, to: 15, step: 1 } }]],
    ]);
    expect(signalsOf({ signals: { M: { Crc: crc, Count: counter } } })[0]).toEqual([
      undefined,
      [
        ['Crc', crc],
        ['Count', { counter: { from: 0, to: 14, step: 1 } }],
      ],
    ]);
  });

  test('of a driven signal that is multiplexed have its switch, with the value that lets it in', () => {
    const one = [
      ['Mux', { raw: 1 }],
      ['One', { value: 5 }, [{ switch: 'Mux', ranges: [[1, 1]] }]],
    ];
    expect(signalsOf({ signals: { X: { One: { value: 5 } } } })[1]).toEqual([undefined, one]);
    const two = [
      ['Mux', { raw: 2 }],
      ['Two', { value: 5 }, [{ switch: 'Mux', ranges: [[2, 2]] }]],
    ];
    expect(signalsOf({ signals: { X: { Two: { value: 5 } } } })[1]).toEqual([undefined, two]);
  });

  test('of a driven switch have the start values of all that it lets in', () => {
    const driven = signalsOf({
      startValues: true,
      signals: { X: { Mux: { counter: { from: 1, to: 2, step: 1 } } } },
    })[1];
    expect(driven).toEqual([
      '022200',
      [
        ['Mux', { counter: { from: 1, to: 2, step: 1 } }],
        ['One', { raw: 0x11 }, [{ switch: 'Mux', ranges: [[1, 1]] }]],
        ['Two', { raw: 34 }, [{ switch: 'Mux', ranges: [[2, 2]] }]],
      ],
    ]);
  });
});

test('a switch comes first, wherever it stands, and keeps a start value that lets the driven signal in', () => {
  const choice = { cycleMs: 10, messages: ['Before'] };
  expect(contents({ startValues: true }, choice)).toMatchObject({ value: [{ data: '0407' }] });
  expect(contents({ signals: { Before: { Inner: { raw: 9 } } } }, choice)).toMatchObject({
    value: [
      {
        signals: [
          { name: 'Switch', driver: { raw: 4 } },
          { name: 'Inner', driver: { raw: 9 } },
        ],
      },
    ],
  });
});

describe('what is wrong', () => {
  const e2e = { dataId: 1, dataIdMode: 'alternating' } as const;
  test.each<[WantedContents['signals'], (string | number)[], string]>([
    [{ N: {} }, ['signals', 'N'], 'the file has no message N: did you mean M?'],
    [{ Other: {} }, ['signals', 'Other'], 'the message Other is not sent'],
    [{ M: { Cuont: { raw: 1 } } }, ['signals', 'M', 'Cuont'], 'M has no signal Cuont: did you mean Count?'],
    [
      { M: { Wide: { raw: 1 } } },
      ['signals', 'M', 'Wide'],
      'its bits (28|8) are not all within the 4 bytes of the message',
    ],
    [
      { M: { Count: { raw: 16 } } },
      ['signals', 'M', 'Count'],
      '16 does not fit: the signal takes raw values from 0 to 15',
    ],
    [
      { M: { Count: { counter: { from: -1, step: 1 } } } },
      ['signals', 'M', 'Count'],
      '-1 does not fit: the signal takes raw values from 0 to 15',
    ],
    [
      { M: { Count: { counter: { from: 0, to: 20, step: 1 } } } },
      ['signals', 'M', 'Count'],
      '20 does not fit: the signal takes raw values from 0 to 15',
    ],
    [
      { M: { Level: { value: 80 } } },
      ['signals', 'M', 'Level'],
      '80 does not fit: the signal takes values from -54 to 73.5',
    ],
    [
      { M: { Level: { ramp: { from: 0, to: -60, overMs: 5 } } } },
      ['signals', 'M', 'Level'],
      '-60 does not fit: the signal takes values from -54 to 73.5',
    ],
    [
      { M: { Count: { crc: 'sae-j1850' } } },
      ['signals', 'M', 'Count'],
      'a CRC of 8 bits needs a byte of its own; the signal has 4 bits from 8',
    ],
    [
      { M: { Crc: { e2eProfile1: e2e } } },
      ['signals', 'M', 'Crc'],
      'the signal that counts the frames is needed with `dataIdMode: alternating`, as in `countedBy: COUNTER`',
    ],
    [
      { M: { Crc: { e2eProfile1: { ...e2e, countedBy: 'Cont' } }, Count: { counter: { from: 0, step: 1 } } } },
      ['signals', 'M', 'Crc', 'e2eProfile1', 'countedBy'],
      'no signal of the message that is a counter here has the name Cont: did you mean Count?',
    ],
    [
      { M: { Crc: { e2eProfile1: { ...e2e, countedBy: 'Count' } }, Count: { raw: 1 } } },
      ['signals', 'M', 'Crc', 'e2eProfile1', 'countedBy'],
      'no signal of the message that is a counter here has the name Count',
    ],
  ])('%o', (signals, path, message) => {
    expect(contents({ signals })).toEqual({ ok: false, fault: { path, message } });
  });
});
