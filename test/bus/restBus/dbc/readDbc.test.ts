import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dbcStatementCharsMax, dbcUnknownMax } from '../../../../src/bus/limits.ts';
import type { DbcFile, DbcMessage } from '../../../../src/bus/restBus/dbc/dbcFile.ts';
import { readDbc } from '../../../../src/bus/restBus/dbc/readDbc.ts';
import { dbcMessagesMax } from '../../../../src/core/limits.ts';
import { prop } from '../../../support/property.ts';

const dbc = (...lines: string[]) => `VERSION ""\r\n\r\nBU_: A B\r\n${lines.join('\r\n')}\r\n`;

function fileOf(...lines: string[]): DbcFile {
  const read = readDbc(dbc(...lines));
  if (!read.ok) throw new Error(`${read.fault.line}: ${read.fault.message}`);
  return read.value;
}

function messageOf(...lines: string[]): DbcMessage {
  const [message] = fileOf(...lines).messages;
  if (message === undefined) throw new Error('no message');
  return message;
}

describe('a message', () => {
  test('has an id, a length, senders, and what its attributes say', () => {
    const message = messageOf(
      'BO_ 256 Fast: 8 A',
      ' SG_ Speed : 0|16@1+ (0.1,0) [0|6553.5] "km/h" B',
      'BO_TX_BU_ 256 : A,B;',
      'BA_DEF_ BO_  "GenMsgCycleTime" INT 0 65535;',
      'BA_DEF_ BO_  "GenMsgSendType" ENUM  "Cyclic","Event";',
      'BA_DEF_ SG_  "GenSigStartValue" FLOAT 0 1000;',
      'BA_DEF_DEF_  "GenMsgCycleTime" 100;',
      'BA_DEF_DEF_  "GenMsgSendType" "Event";',
      'BA_DEF_DEF_  "GenMsgStartDelayTime" 5;',
      'BA_ "GenMsgCycleTime" BO_ 256 10;',
      'BA_ "GenSigStartValue" SG_ 256 Speed 500;',
    );
    expect(message).toEqual({
      ...{ name: 'Fast', shortName: 'Fast', id: 256, extended: false, bytes: 8, senders: ['A', 'B'], line: 4 },
      ...{ cycleMs: 10, sendType: 'Event', startDelayMs: 5, format: undefined },
      signals: [
        {
          ...{ name: 'Speed', start: 0, length: 16, bigEndian: false, signed: false, float: false },
          ...{ factor: 0.1, offset: 0, min: 0, max: 6553.5, unit: 'km/h' },
          ...{ isSwitch: false, when: undefined, startValue: 500 },
        },
      ],
    });
  });

  test('of 29 bits has the highest bit set', () => {
    expect(messageOf('BO_ 2566844160 X: 8 A')).toMatchObject({ id: 0x18fe_ef00, extended: true });
  });

  test('that no node sends has no sender, but those of BO_TX_BU_', () => {
    expect(messageOf('BO_ 10 Free: 8 Vector__XXX').senders).toEqual([]);
    expect(messageOf('BO_ 10 Free: 8 Vector__XXX', 'BO_TX_BU_ 10 : Vector__XXX,B;').senders).toEqual(['B']);
  });

  test.each([
    ['an index', '1', 'ExtendedCAN_FD'],
    ['a name', '"ExtendedCAN_FD"', 'ExtendedCAN_FD'],
    ['a name that looks like an index', '"1"', '1'],
  ])('has the value of an enumeration by %s', (_, given, format) => {
    const names = given === '"1"' ? '"1","0"' : '"StandardCAN","ExtendedCAN_FD"';
    const lines = [`BA_DEF_ BO_  "GenMsgSendType" ENUM  ${names};`, `BA_ "GenMsgSendType" BO_ 1 ${given};`];
    expect(messageOf('BO_ 1 M: 8 A', ...lines).sendType).toBe(format);
  });

  test.each([
    ['INT', '14', 'StandardCAN_FD'],
    ['INT', '3', 'J1939PG'],
    ['HEX', '0', 'StandardCAN'],
  ])('has a frame format that is a bare number (%s %s)', (kind, given, format) => {
    const lines = [`BA_DEF_ BO_ "VFrameFormat" ${kind} 0 15;`, `BA_ "VFrameFormat" BO_ 1 ${given};`];
    expect(messageOf('BO_ 1 M: 8 A', ...lines).format).toBe(format);
  });

  test.each([
    ['3221225472', 'VECTOR__INDEPENDENT_SIG_MSG'],
    ['3221225472', 'Other'],
    ['1073741824', 'VECTOR__INDEPENDENT_SIG_MSG'],
  ])('is not the holder of free signals (%s %s)', (number, name) => {
    const file = fileOf(`BO_ ${number} ${name}: 0 Vector__XXX`, ' SG_ S : 0|8@1+ (1,0) [0|0] "" A', 'BO_ 1 M: 8 A');
    expect(file.messages.map((message) => [message.name, message.signals.length])).toEqual([['M', 0]]);
  });

  test('message, node and signal have their long names, also where they are spoken of', () => {
    const message = messageOf(
      'BO_ 1 ShortM: 8 A',
      ' SG_ ShortMux M : 0|8@1+ (1,0) [0|0] "" B',
      ' SG_ S m3 : 8|8@1+ (1,0) [0|0] "" B',
      'BA_ "SystemMessageLongSymbol" BO_ 1 "A_Message_Of_A_Name_Longer_Than_32_Characters";',
      'BA_ "SystemNodeLongSymbol" BU_ A "A_Node_Of_A_Name_Longer_Than_32_Characters";',
      'BA_ "SystemSignalLongSymbol" SG_ 1 ShortMux "A_Switch_Of_A_Name_Longer_Than_32_Characters";',
    );
    expect(message).toMatchObject({
      name: 'A_Message_Of_A_Name_Longer_Than_32_Characters',
      shortName: 'ShortM',
      senders: ['A_Node_Of_A_Name_Longer_Than_32_Characters'],
      signals: [
        { name: 'A_Switch_Of_A_Name_Longer_Than_32_Characters' },
        { name: 'S', when: { switch: 'A_Switch_Of_A_Name_Longer_Than_32_Characters', ranges: [[3, 3]] } },
      ],
    });
  });

  test('names come without what a terminal would obey', () => {
    expect(messageOf('BO_ 256 Fa\u202est: 8 A\u009b1m')).toMatchObject({ name: 'Fa\ufffdst', senders: ['A\ufffd1m'] });
  });
});

describe('a signal', () => {
  const signalsOf = (...lines: string[]) => messageOf('BO_ 1 M: 8 A', ...lines).signals;

  test.each([
    [
      'SG_ S : 7|12@0- (-0.5,1e3) [-1.5E+2|+3] "\u00b0C" B,A',
      { bigEndian: true, signed: true, factor: -0.5, offset: 1000, min: -150, max: 3 },
    ],
    ['SG_ S:0|8@1+(1,0)[0|0]"" B', { start: 0, length: 8, bigEndian: false }],
    ['SG_ S : 0|8@1 + (.25,-.5) [0|0] "" B', { factor: 0.25, offset: -0.5, signed: false }],
    ['SG_ S m : 0|8@1+ (1,0) [0|0] "" B', { when: undefined, isSwitch: false }],
    ['SG_ 64_BIT : 0|64@1+ (1,0) [0|0] ""', { name: '64_BIT', length: 64 }],
    ['SG_ S : 0|8@1+ (1,0)\n  [0|0] "a unit" B,\n  A', { unit: 'a unit' }],
  ])('%s', (text, members) => {
    expect(signalsOf(` ${text}`)[0]).toMatchObject(members);
  });

  test('is an IEEE 754 number by SIG_VALTYPE_', () => {
    const lines = ['F', 'D', 'I'].map((name, index) => ` SG_ ${name} : ${index * 16}|16@1- (1,0) [0|0] "" B`);
    const types = ['SIG_VALTYPE_ 1 F : 1;', 'SIG_VALTYPE_ 1 D 2;', 'SIG_VALTYPE_ 1 I :0 ;'];
    expect(signalsOf(...lines, ...types).map(({ float }) => float)).toEqual([true, true, false]);
  });

  test('is in the frame by the value of the one switch, or of that of SG_MUL_VAL_', () => {
    const signals = signalsOf(
      ' SG_ Top M : 0|8@1+ (1,0) [0|0] "" B',
      ' SG_ Inner m1M : 8|8@1+ (1,0) [0|0] "" B',
      ' SG_ Plain m2 : 16|8@1+ (1,0) [0|0] "" B',
      ' SG_ Deep m7 : 16|8@1+ (1,0) [0|0] "" B',
      'SG_MUL_VAL_ 1 Deep Inner 7-7, 10-12;',
    );
    expect(signals.map(({ isSwitch, when }) => [isSwitch, when])).toEqual([
      [true, undefined],
      [true, { switch: 'Top', ranges: [[1, 1]] }],
      [false, { switch: 'Top', ranges: [[2, 2]] }],
      [
        false,
        {
          switch: 'Inner',
          ranges: [
            [7, 7],
            [10, 12],
          ],
        },
      ],
    ]);
  });
});

describe('what else stands in the file', () => {
  test('receivers go on behind a comma, on the next line', () => {
    const { notes, messages } = fileOf('BO_ 1 M: 8 A', ' SG_ S : 0|8@1+ (1,0) [0|0] "" A,', '  B', 'BO_ 2 N: 8 A');
    expect([notes, messages.length]).toEqual([[], 2]);
  });

  test('comments over several lines may look like anything; names may have any letters, and tabs stand for spaces', () => {
    const file = fileOf(
      'CM_ "It \\"sends\\"',
      'BO_ what it likes',
      'BA_ \\"GenMsgCycleTime\\" BO_ 256 1;";',
      'BO_\t256\tAu\u00dfent\u00fcr:\t8\tT\u00fcr_links',
    );
    expect(file.messages).toMatchObject([{ id: 256, name: 'Au\u00dfent\u00fcr', senders: ['T\u00fcr_links'] }]);
    expect(file.notes).toEqual([]);
  });

  test('a comment of one line may have quotation marks as they are', () => {
    const lines = ['CM_ BO_ 1 "it is called "M" here"  ;', 'BO_ 1 M: 8 A', 'CM_ "a"; BA_ "GenMsgSendType" BO_ 1 "b";'];
    expect(fileOf(...lines).messages).toMatchObject([{ id: 1, sendType: 'b' }]);
  });

  test('a list of keywords says nothing, with one on a line or none', () => {
    for (const list of ['NS_ :\n\tCM_\n\tBA_DEF_\n\tVAL_\n\tBU_BO_REL_\n\nBS_:\n', 'NS_ :\nBS_:\n', 'NS_:\n\n']) {
      expect(readDbc(`VERSION ""\n${list}\nBU_: A\nBO_ 1 M: 8 A\n`)).toMatchObject({
        value: { nodes: ['A'], messages: [{ id: 1 }] },
      });
    }
  });

  test('a byte order mark, lines that end with CR alone, statements over lines, comments without an end, line comments', () => {
    const text = [
      '\ufeffVERSION ""',
      '// made by hand',
      'BU_: A',
      'CM_ "no semicolon"',
      'BO_ 1 M: 8 A',
      'BA_ "GenMsgCycleTime"',
      '  BO_ 1',
      '  10 ;',
    ].join('\r');
    expect(readDbc(text)).toMatchObject({ value: { messages: [{ id: 1, cycleMs: 10 }], notes: [] } });
  });

  test('what is no statement is told of once for each kind', () => {
    const { notes, messages } = fileOf('BO_ 1 M: 8 A', 'HELLO_ 1 2 3;', 'HELLO_ 4;', 'X', 'BO_ 2 N: 8 A');
    expect(notes).toEqual([
      'line 5: HELLO_ is no statement that is known (2 times, this is the first)',
      'line 7: X is no statement that is known',
    ]);
    expect(messages).toHaveLength(2);
  });
});

test('of what is no statement not more is told than is worth reading', () => {
  const lines = Array.from({ length: dbcUnknownMax + 5 }, (_, index) => `HELLO${index} 1;`);
  expect(fileOf('BO_ 1 M: 8 A', ...lines).notes).toHaveLength(dbcUnknownMax);
});

describe('what is wrong is named with its line', () => {
  const signal = ' SG_ S : 0|8@1+ (1,0) [0|0] "" A';
  test.each<[string, string[], number, string]>([
    ['a message that is none', ['BO_ 256 Fast 8 A'], 4, 'not of the form BO_ ID NAME: LENGTH NODE: BO_ 256 Fast 8 A'],
    ['a number used twice', ['BO_ 1 A: 8 A', 'BO_ 1 B: 8 A'], 5, 'used twice'],
    ['a number above 32 bits', ['BO_ 4294967296 A: 8 A'], 4, '32 bits'],
    ['a signal that is none', ['BO_ 1 A: 8 A', ' SG_ S : 0|8@2+ (1,0) [0|0] "" A'], 5, 'not of the form SG_ NAME'],
    ['a signal without bits', ['BO_ 1 A: 8 A', signal.replace('0|8', '0|0')], 5, 'S: a signal has 1 to 64 bits, not 0'],
    ['a signal of too many', ['BO_ 1 A: 8 A', signal.replace('0|8', '0|65')], 5, '1 to 64 bits, not 65'],
    ['a signal without a message', [signal], 4, 'a signal without a message'],
    ['an attribute that is none', ['BA_ GenMsgCycleTime BO_ 1 5;'], 4, 'not of the form BA_ "NAME" BO_ NUMBER VALUE;'],
    ['an attribute without an end', ['BA_ "X" BO_ 1', 'CM_ "";'], 4, 'there is no ; behind BA_ "X" BO_ 1'],
    ['a definition that is none', ['BA_DEF_ BO_ "X" TEXT;'], 4, 'not of the form BA_DEF_'],
    ['a default that is none', ['BA_DEF_DEF_ "X";'], 4, 'not of the form BA_DEF_DEF_'],
    ['senders that are none', ['BO_TX_BU_ 1 A;'], 4, 'not of the form BO_TX_BU_'],
    ['nodes that are none', ['BU_ A'], 4, 'not of the form BU_: NODE NODE ...'],
    ['a value type that is none', ['SIG_VALTYPE_ 1 S : 9;'], 4, 'not of the form SIG_VALTYPE_'],
    ['a condition that is none', ['SG_MUL_VAL_ 1 S T 5;'], 4, 'not of the form SG_MUL_VAL_'],
    ['a string that never ends', ['BO_ 1 M: 8 A', 'CM_ BO_ 1 "open;', 'BO_ 2 N: 8 A'], 5, 'not closed'],
    [
      'a comment that ends in the next',
      ['CM_ "open;', 'BO_ 1 M: 8 A', 'CM_ "closed";'],
      4,
      'the string that begins here is not closed',
    ],
    [
      'a unit that ends in the next',
      ['BO_ 1 M: 8 A', signal.replace('""', '"km'), signal.replace('S', 'T')],
      5,
      'not closed',
    ],
    [
      'a name that ends in the next',
      ['BA_ "open BO_ 1 5;', 'BA_ "closed" BO_ 1 5;'],
      4,
      'the string that begins here is not closed',
    ],
    ['a value name that ends in the next', ['VAL_ 1 S 0 "off 1 "on" ;', 'VAL_ 1 T 0 "off" ;'], 4, 'not closed'],
    ['a statement without end', [`BU_: ${'x '.repeat(dbcStatementCharsMax)}`], 4, 'more than the 65536 characters'],
  ])('%s', (_, lines, line, words) => {
    expect(readDbc(dbc(...lines))).toEqual({ ok: false, fault: { line, message: expect.stringContaining(words) } });
  });

  test('more messages than there may be', () => {
    const lines = Array.from({ length: dbcMessagesMax + 1 }, (_, id) => `BO_ ${id} M${id}: 8 A`);
    expect(readDbc(dbc(...lines))).toMatchObject({ ok: false, fault: { line: 4 + dbcMessagesMax } });
  });
});

prop([fc.string({ maxLength: 400, unit: 'binary' })])('any text gives messages or a fault', (text) => {
  expect(typeof readDbc(text).ok).toBe('boolean');
});

const words = fc.constantFrom(
  ...[
    'BO_ ',
    'SG_ S',
    'BA_ "GenMsgCycleTime" ',
    'BO_',
    ' 256',
    ' 2566844160',
    ': 8',
    ' A',
    ';',
    '"',
    '\n',
    ' 10',
    'CM_ ',
    'NS_ :',
  ],
  ...[' : 0|8@1+ (1,0) [0|0] "" A', 'SG_MUL_VAL_ 256 S S 0-1;', 'BU_: A', 'VAL_ 256 S 0 "x" ;', '\\"'],
);
prop([fc.array(words, { maxLength: 40 })])('and so do its own words in any order', (parts) => {
  expect(typeof readDbc(parts.join('')).ok).toBe('boolean');
});
