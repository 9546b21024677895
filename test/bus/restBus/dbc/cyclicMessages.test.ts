import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dbcLineCharsMax } from '../../../src/bus/limits.ts';
import { readDbc } from '../../../src/bus/restBus/dbc.ts';
import { dbcMessagesMax } from '../../../src/core/limits.ts';
import { prop } from '../../support/property.ts';

const cycles = (...lines: string[]) => `VERSION ""\r\n\r\nBU_: A B\r\n${lines.join('\r\n')}\r\n`;

describe('what a DBC file says of cyclic messages', () => {
  test('id, length, sender, cycle time; a default for those that name none', () => {
    const text = cycles(
      'BO_ 256 Fast: 8 A',
      ' SG_ Speed : 0|16@1+ (0.1,0) [0|6553.5] "km/h" B',
      'BO_ 257 Slow: 2 B',
      'BA_DEF_ BO_  "GenMsgCycleTime" INT 0 65535;',
      'BA_DEF_DEF_  "GenMsgCycleTime" 100;',
      'BA_ "GenMsgCycleTime" BO_ 256 10;',
    );
    const common = { extended: false, fd: false };
    expect(readDbc(text)).toEqual({
      ok: true,
      value: [
        { name: 'Fast', node: 'A', id: 256, bytes: 8, cycleMs: 10, ...common },
        { name: 'Slow', node: 'B', id: 257, bytes: 2, cycleMs: 100, ...common },
      ],
    });
  });

  test('comments over several lines may look like anything; names may have any letters, and tabs stand for spaces', () => {
    const text = cycles(
      'CM_ "It \\"sends\\"',
      'BO_ what it likes',
      'BA_ "GenMsgCycleTime" BO_ 256 1;";',
      'BO_\t256\tAußentür:\t8\tTür_links',
      'BA_ "GenMsgCycleTime" BO_ 256 10;',
    );
    expect(readDbc(text)).toMatchObject({ value: [{ id: 256, name: 'Außentür', node: 'Tür_links', cycleMs: 10 }] });
  });

  test('names come without what a terminal would obey', () => {
    const text = cycles('BO_ 256 Fa\u202est: 8 A\u009b1m', 'BA_ "GenMsgCycleTime" BO_ 256 10;');
    expect(readDbc(text)).toMatchObject({ value: [{ name: 'Fa\ufffdst', node: 'A\ufffd1m' }] });
  });

  test('29-bit ids have the highest bit set', () => {
    const text = cycles('BO_ 2566844160 X: 8 A', 'BA_ "GenMsgCycleTime" BO_ 2566844160 20;');
    expect(readDbc(text)).toMatchObject({ value: [{ id: 0x18fe_ef00, extended: true }] });
  });

  test.each([
    ['by its format as a number', '14'],
    ['by its format as a text', '"StandardCAN_FD"'],
  ])('CAN FD %s', (_, format) => {
    const text = cycles(
      'BO_ 300 F: 7 A',
      'BO_ 301 G: 13 A',
      'BA_DEF_ BO_  "VFrameFormat" ENUM  "StandardCAN","ExtendedCAN","r","r","r","r","r","r","r","r","r","r","r","r","StandardCAN_FD","ExtendedCAN_FD";',
      'BA_DEF_DEF_ "VFrameFormat" "StandardCAN";',
      'BA_DEF_DEF_ "GenMsgCycleTime" 50;',
      `BA_ "VFrameFormat" BO_ 300 ${format};`,
    );
    // 13 bytes are no classic frame, whatever else is said, and the next FD length is 16.
    expect(readDbc(text)).toMatchObject({
      value: [
        { id: 300, fd: true, bytes: 7 },
        { id: 301, fd: true, bytes: 16 },
      ],
    });
  });

  test('messages that nobody sends, or not in a cycle, and the holder of free signals are passed over', () => {
    const text = cycles(
      'BO_ 3221225472 VECTOR__INDEPENDENT_SIG_MSG: 0 Vector__XXX',
      'BO_ 10 Free: 8 Vector__XXX',
      'BO_ 11 OnEvent: 8 A',
      'BA_ "GenMsgCycleTime" BO_ 10 10;',
      'BA_ "GenMsgCycleTime" BO_ 11 0;',
    );
    expect(readDbc(text)).toEqual({ ok: true, value: [] });
  });
});

describe('what is wrong is named with its line', () => {
  test.each<[string, string[], number, string]>([
    ['a message that is none', ['BO_ 256 Fast 8 A'], 4, 'BO_ ID NAME'],
    ['a number used twice', ['BO_ 1 A: 8 A', 'BO_ 1 B: 8 A'], 5, 'used twice'],
    ['a number above 32 bits', ['BO_ 4294967296 A: 8 A'], 4, '32 bits'],
    ['an id above 11 bits', ['BO_ 2048 M: 8 A', 'BA_ "GenMsgCycleTime" BO_ 2048 10;'], 4, '11 bits'],
    ['more than a frame holds', ['BO_ 1 M: 65 A', 'BA_ "GenMsgCycleTime" BO_ 1 10;'], 4, '0 to 64 bytes, not 65'],
    ['a line without end', [`CM_ "${'x'.repeat(dbcLineCharsMax)}`], 4, 'at most 65536'],
  ])('%s', (_, lines, line, words) => {
    expect(readDbc(cycles(...lines))).toEqual({ ok: false, fault: { line, message: expect.stringContaining(words) } });
  });

  test('more messages than there may be', () => {
    const lines = Array.from({ length: dbcMessagesMax + 1 }, (_, id) => `BO_ ${id} M${id}: 8 A`);
    expect(readDbc(cycles(...lines))).toMatchObject({ ok: false, fault: { line: 4 + dbcMessagesMax } });
  });
});

prop([fc.string({ maxLength: 400, unit: 'binary' })])('any text gives messages or a fault', (text) => {
  expect(typeof readDbc(text).ok).toBe('boolean');
});

const words = fc.constantFrom(
  'BO_ ',
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
);
prop([fc.array(words, { maxLength: 40 })])('and so do its own words in any order', (parts) => {
  expect(typeof readDbc(parts.join('')).ok).toBe('boolean');
});
