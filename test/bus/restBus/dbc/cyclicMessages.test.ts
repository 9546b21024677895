import { describe, expect, test } from 'vitest';
import { chooseMessages, type MessageChoice } from '../../../../src/bus/restBus/dbc/cyclicMessages.ts';
import { readDbc } from '../../../../src/bus/restBus/dbc/readDbc.ts';

function choose(choice: MessageChoice, ...lines: string[]) {
  const read = readDbc(['VERSION ""', 'BU_: A B C', ...lines].join('\n'));
  if (!read.ok) throw new Error(`${read.fault.line}: ${read.fault.message}`);
  return chooseMessages(read.value, choice);
}

const namesOf = (picked: ReturnType<typeof choose>) => {
  if (!picked.ok) return picked.fault.message;
  return picked.value.chosen.map(({ cyclic }) => `${cyclic.name} ${cyclic.node} ${cyclic.cycleMs}`);
};

const file = [
  'BO_ 1 Fast: 8 A',
  'BO_ 2 Slow: 8 B',
  'BO_ 3 Silent: 8 B',
  'BO_ 4 Free: 8 Vector__XXX',
  'BO_ 5 Event: 8 C',
  'BO_TX_BU_ 4 : B,C;',
  'BA_DEF_ BO_ "GenMsgSendType" ENUM "cyclic","spontaneous","cyclicAndSpontaneous";',
  'BA_ "GenMsgCycleTime" BO_ 1 10;',
  'BA_ "GenMsgCycleTime" BO_ 2 20;',
  'BA_ "GenMsgCycleTime" BO_ 4 40;',
  'BA_ "GenMsgCycleTime" BO_ 5 50;',
  'BA_ "GenMsgSendType" BO_ 1 2;',
  'BA_ "GenMsgSendType" BO_ 5 1;',
];

describe('the messages that are sent', () => {
  test.each<[MessageChoice, string[]]>([
    [{}, ['Fast A 10', 'Slow B 20', 'Free B 40']],
    [{ cycleMs: 100 }, ['Fast A 10', 'Slow B 20', 'Silent B 100', 'Free B 40']],
    [{ messages: ['Slow', 'Event'] }, ['Slow B 20', 'Event C 50']],
    [{ exclude: ['Slow', 'Free'] }, ['Fast A 10']],
    [{ nodes: ['C'] }, ['Free C 40']],
    [{ nodes: ['A', 'B'], cycleMs: 100, exclude: ['Fast'] }, ['Slow B 20', 'Silent B 100', 'Free B 40']],
  ])('%o', (choice, names) => {
    expect(namesOf(choose(choice, ...file))).toEqual(names);
  });

  test('of no node have a node of the bus’s own, and begin when they are told to', () => {
    const lines = [
      'BO_ 1 M: 8 Vector__XXX',
      'BA_ "GenMsgCycleTime" BO_ 1 10;',
      'BA_ "GenMsgStartDelayTime" BO_ 1 300;',
    ];
    expect(choose({}, ...lines)).toMatchObject({ value: { chosen: [{ cyclic: { node: 'rest-bus', delayMs: 300 } }] } });
    expect(choose({}, ...lines.slice(0, 2))).not.toHaveProperty('value.chosen.0.cyclic.delayMs');
  });

  test('are found by their short names too', () => {
    const lines = ['BO_ 1 Short: 8 A', 'BA_ "SystemMessageLongSymbol" BO_ 1 "Long";'];
    expect(namesOf(choose({ cycleMs: 5, messages: ['Short'] }, ...lines))).toEqual(['Long A 5']);
    expect(namesOf(choose({ cycleMs: 5, messages: ['Long'] }, ...lines))).toEqual(['Long A 5']);
  });

  test.each([
    ['by its format', ['BO_ 300 F: 7 A', 'BA_ "VFrameFormat" BO_ 300 "StandardCAN_FD";'], { fd: true, bytes: 7 }],
    ['by its length, made one that FD has', ['BO_ 300 F: 13 A'], { fd: true, bytes: 16 }],
    ['not otherwise', ['BO_ 300 F: 8 A', 'BA_ "VFrameFormat" BO_ 300 "StandardCAN";'], { fd: false, bytes: 8 }],
  ])('are CAN FD %s', (_, lines, members) => {
    expect(choose({ cycleMs: 10 }, ...lines)).toMatchObject({ value: { chosen: [{ cyclic: members }] } });
  });
});

describe('what is left out is told once, with the reason', () => {
  test.each<[string, MessageChoice, string[], string[]]>([
    [
      'no cycle',
      {},
      ['BO_ 1 A1: 8 A', 'BO_ 2 A2: 8 A', 'BO_ 3 A3: 8 A', 'BO_ 4 A4: 8 A', 'BO_ 5 A5: 8 A'],
      [
        '5 messages A1, A2, A3 and 2 more left out: without a cycle (GenMsgCycleTime), and the traffic names none (`cycle`)',
      ],
    ],
    [
      'not by the clock',
      { cycleMs: 10 },
      ['BO_ 1 E: 8 A', 'BA_ "GenMsgSendType" BO_ 1 "OnChange";', 'BO_ 2 C: 8 A'],
      ['message E left out: not sent by the clock (GenMsgSendType); what `messages` names is sent all the same'],
    ],
    [
      'longer than a frame of J1939',
      { cycleMs: 10 },
      ['BO_ 2566844160 Long: 39 A', 'BA_ "VFrameFormat" BO_ 2566844160 "J1939PG";', 'BO_ 2 C: 8 A'],
      [
        'message Long left out: longer than a frame, which J1939 sends in pieces by a protocol that the traffic does not have',
      ],
    ],
    ['what was not chosen', { cycleMs: 10, exclude: ['A1'] }, ['BO_ 1 A1: 8 A', 'BO_ 2 A2: 8 A'], []],
  ])('%s', (_, choice, lines, notes) => {
    expect(choose(choice, ...lines)).toMatchObject({ value: { notes } });
  });
});

describe('what is wrong', () => {
  test.each<[string, MessageChoice, string[], object]>([
    [
      'an unknown message',
      { messages: ['Fast', 'Slwo'] },
      file,
      { path: ['messages', 1], message: 'the file has no message Slwo: did you mean Slow?' },
    ],
    [
      'an unknown one to leave out',
      { exclude: ['Nothing'] },
      file,
      { path: ['exclude', 0], message: 'the file has no message Nothing' },
    ],
    [
      'an unknown node',
      { nodes: ['D'] },
      file,
      { path: ['nodes', 0], message: 'the file has no node D: did you mean A?' },
    ],
    [
      'a node that sends nothing',
      { nodes: ['A'] },
      ['BO_ 1 M: 8 B'],
      { path: ['nodes', 0], message: 'A sends no message of the file' },
    ],
    [
      'an id above 11 bits',
      { cycleMs: 10 },
      ['BO_ 2048 M: 8 A'],
      { line: 3, message: 'M: the id 2048 is not one of 11 bits' },
    ],
    [
      'an id above 29 bits',
      { cycleMs: 10 },
      ['BO_ 4294967295 M: 8 A'],
      { line: 3, message: 'M: the id 2147483647 is not one of 29 bits' },
    ],
    [
      'more than a frame holds',
      { cycleMs: 10 },
      ['BO_ 1 M: 65 A'],
      { line: 3, message: 'M: a frame has 0 to 64 bytes, not 65' },
    ],
    [
      'a cycle too short',
      {},
      ['BO_ 1 M: 8 A', 'BA_ "GenMsgCycleTime" BO_ 1 0.1;'],
      { line: 3, message: 'M: a cycle of 0.1 ms is not one of 0.5 to 3600000 ms' },
    ],
  ])('%s', (_, choice, lines, fault) => {
    expect(choose(choice, ...lines)).toEqual({ ok: false, fault });
  });

  test('is not looked for in messages that are not chosen', () => {
    expect(namesOf(choose({ cycleMs: 10, exclude: ['M'] }, 'BO_ 2048 M: 8 A', 'BO_ 1 N: 8 A'))).toEqual(['N A 10']);
  });
});
