import { describe, expect, test } from 'vitest';
import { crc8SaeJ1850 } from '../../../../src/bus/restBus/signals/crc8.ts';
import { e2eProfile1Crc } from '../../../../src/bus/restBus/signals/e2eProfile1.ts';
import { type DrivenSignal, driveSignals } from '../../../../src/bus/restBus/signals/signalDrivers.ts';

function signal(
  name: string,
  start: number,
  length: number,
  driver: DrivenSignal['driver'],
  more: Partial<DrivenSignal> = {},
): DrivenSignal {
  const plain = { bigEndian: false, signed: false, float: false, factor: 1, offset: 0 };
  return { name, start, length, ...plain, driver, ...more };
}

/** The frames of a message whose first one is sent at 0 and the next every 10 ms. */
function frames(count: number, signals: readonly DrivenSignal[], bytes = 4): readonly number[][] {
  return Array.from({ length: count }, (_, frame) => {
    const data = new Uint8Array(bytes);
    driveSignals(data, signals, { frame, atMs: 10 * frame });
    return [...data];
  });
}

describe('a driven signal', () => {
  test.each<[string, DrivenSignal, number[]]>([
    ['has a raw value', signal('S', 0, 8, { raw: 5 }, { factor: 2 }), [5, 5, 5]],
    ['has a physical value', signal('S', 0, 8, { value: 5 }, { factor: 0.5, offset: -1 }), [12, 12, 12]],
    [
      'counts, and begins again after the last',
      signal('S', 0, 8, { counter: { from: 0, to: 2, step: 1 } }),
      [0, 1, 2, 0, 1],
    ],
    [
      'counts in steps, never beyond the end',
      signal('S', 0, 8, { counter: { from: 1, to: 6, step: 2 } }),
      [1, 3, 5, 1],
    ],
    [
      'goes up and down in time',
      signal('S', 0, 8, { ramp: { from: 10, to: 20, overMs: 50 } }),
      [10, 12, 14, 16, 18, 20, 18, 16, 14, 12, 10, 12],
    ],
    ['goes down and up', signal('S', 0, 8, { ramp: { from: 4, to: 0, overMs: 20 } }), [4, 2, 0, 2, 4]],
    ['has no bits for what does not fit', signal('S', 0, 8, { raw: 256 }), [0, 0]],
  ])('%s', (_, one, bytes) => {
    expect(frames(bytes.length, [one]).map(([first]) => first)).toEqual(bytes);
  });

  test('is in the frame by the value of its switches alone', () => {
    const when = [
      {
        switch: 'Mux',
        ranges: [
          [1, 1],
          [3, 9],
        ] as const,
      },
    ];
    const mux = signal('Mux', 0, 8, { counter: { from: 0, to: 3, step: 1 } });
    const inner = signal('Inner', 8, 8, { raw: 7 }, { when });
    const deep = signal('Deep', 16, 8, { raw: 9 }, { when: [...when, { switch: 'Inner', ranges: [[8, 8]] }] });
    expect(frames(4, [mux, inner, deep]).map(([, second, third]) => [second, third])).toEqual([
      [0, 0],
      [7, 0],
      [0, 0],
      [7, 0],
    ]);
    const other = { ...inner, driver: { raw: 8 } };
    expect(frames(2, [mux, other, deep]).map(([, second, third]) => [second, third])).toEqual([
      [0, 0],
      [8, 9],
    ]);
  });

  test('has a CRC over all other bytes, wherever it stands', () => {
    const counter = signal('C', 8, 4, { counter: { from: 0, to: 14, step: 1 } });
    for (const [crc, at] of [
      [signal('CRC', 0, 8, { crc: 'sae-j1850' }), 0],
      [signal('CRC', 31, 8, { crc: 'sae-j1850' }, { bigEndian: true }), 3],
    ] as const) {
      for (const frame of frames(16, [crc, counter])) {
        expect(frame[at]).toBe(crc8SaeJ1850(frame.filter((_, index) => index !== at)));
      }
    }
  });

  test('has the CRC of E2E profile 1 with the counter of its own frame', () => {
    const counter = signal('C', 8, 4, { counter: { from: 0, to: 14, step: 1 } });
    const crc = signal('CRC', 0, 8, { e2eProfile1: { dataId: 0x123, dataIdMode: 'alternating', countedBy: 'C' } });
    const sent = frames(3, [counter, crc], 8);
    expect(sent.map(([first]) => first)).toEqual([
      0xce,
      0x02,
      e2eProfile1Crc(sent[2]?.slice(1) ?? [], { dataId: 0x123, mode: 'alternating', counter: 2 }),
    ]);
  });
});
