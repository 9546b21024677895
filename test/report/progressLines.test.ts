import { describe, expect, test } from 'vitest';
import { createProgressLines } from '../../src/report/progressLines.ts';
import type { SimEvent } from '../../src/sim/events/events.ts';
import { at, fixtureRun, image } from '../tui/support/fixtureRun.ts';

function linesOf(...events: readonly SimEvent[]): readonly string[] {
  return events.flatMap(createProgressLines());
}

const state = (seconds: number, name: string): SimEvent => ({
  type: 'ecu.state',
  t: at(seconds),
  ecu: 'door-ecu',
  state: name,
});
const remote = (outcome: string): SimEvent => ({ type: 'remote', t: at(1), request: 'GET x', outcome, bytes: 1 });
const fault: SimEvent = {
  type: 'ecu.fault',
  t: at(1),
  ecu: 'door-ecu',
  fault: { code: 'expired', clause: 'T7', message: 'expired 2029', attack: 'indefinite-freeze' },
};

describe('a line for', () => {
  test.each<[SimEvent, string]>([
    [{ type: 'step.started', t: at(1), index: 0, text: 'go' }, 'step 1            go'],
    [state(1, 'receivingImage'), 'door-ecu          receiving image'],
    [{ type: 'bus.changed', t: at(1), bus: 'body', text: 'bus body is cut' }, 'body              bus body is cut'],
    [
      { type: 'ecu.booted', t: at(1), ecu: 'door-ecu', installed: image('door-ecu', 2), bank: 1, maker: 'genuine' },
      'door-ecu          runs door-ecu-2.bin, release 2, from bank 1',
    ],
    [fault, 'door-ecu          ✗ expired: expired 2029 [T7, indefinite freeze attack]'],
    [
      { type: 'director.manifest', t: at(1), accepted: true, confirms: true, installed: {} },
      'Director          manifest confirms the update on every ECU',
    ],
    [
      {
        type: 'director.manifest',
        t: at(1),
        accepted: false,
        confirms: false,
        installed: {},
        fault: { code: 'bad-signature', clause: 'D3', message: 'report of door-ecu', attack: 'report-forgery' },
      },
      'Director          ✗ manifest refused, bad-signature: report of door-ecu [D3, report forgery attack]',
    ],
    [{ type: 'attack.started', t: at(1), id: 'a', text: 'replays' }, 'attack            begins: replays'],
    [{ type: 'attack.stopped', t: at(1), id: 'a' }, 'attack            a ends'],
    [{ type: 'expectation', t: at(1), text: 'x', passed: true, actual: 'y' }, 'expected          ✓ x'],
    [{ type: 'expectation', t: at(1), text: 'x', passed: false, actual: 'y' }, 'expected          ✗ x; actual: y'],
    [{ type: 'network.fault', t: at(1), ecu: 'door-ecu', message: 'off' }, 'door-ecu          network: off'],
    [{ type: 'run.finished', t: at(1), outcome: 'failed' }, 'run               failed'],
    [remote('timeout'), 'remote            GET x: timeout'],
  ])('$type', (event, expected) => {
    expect(linesOf(event)).toEqual([`   0:01.000  ${expected}`]);
  });
});

describe('condensed', () => {
  test('a state entered again at once, waiting, and what ends in another line are no news', () => {
    expect(
      linesOf(state(1, 'idle'), state(2, 'installing'), state(3, 'installing'), state(4, 'verifyingImage')),
    ).toHaveLength(1);
  });

  test('a fault found again in every cycle is said once', () => {
    expect(linesOf(fault, fault, state(1, 'idle'), fault)).toHaveLength(1);
    expect(linesOf(fault, state(1, 'installing'), fault)).toHaveLength(3);
  });

  test('answered requests are counted', () => {
    expect(linesOf(remote('ok'), remote('not-found'), state(1, 'installing'), state(2, 'rebooting'))).toEqual([
      '   0:01.000  remote            2 requests',
      '   0:01.000  door-ecu          installing',
      '   0:02.000  door-ecu          rebooting',
    ]);
  });

  test('only the end of a transfer is told', () => {
    const progress = (receivedBytes: number): SimEvent => {
      return { type: 'ecu.progress', t: at(1), ecu: 'door-ecu', filename: 'f', receivedBytes, totalBytes: 4096 };
    };
    expect(linesOf(progress(0), progress(2048), progress(4096))).toEqual([
      '   0:01.000  door-ecu          has all of f, 4 KiB',
    ]);
  });
});

test('a whole run in plain text: no escape sequence, no line break, times in order', () => {
  const lines = linesOf(...fixtureRun());
  expect(lines[0]).toBe('   0:00.000  run               rollback-attack, seed 42: 5 ECUs on 2 buses');
  expect(lines.at(-1)).toBe('   0:20.000  run               passed');
  expect(lines.length).toBeLessThan(80);
  for (const line of lines) expect(line).toMatch(/^ {3}0:\d\d\.\d{3} {2}\S[^\p{Cc}]*$/u);
  expect([...lines].sort()).toEqual(expect.arrayContaining([...lines]));
});

test('what an attacker wrote is shown, not obeyed', () => {
  const text = 'x\u001b]0;title\u0007\nforged line';
  expect(linesOf({ type: 'attack.started', t: at(1), id: 'a', text })).toEqual([
    '   0:01.000  attack            begins: x?]0;title??forged line',
  ]);
});
