// Error frames, as candump prints them and as the kernel's drivers make them.
import { describe, expect, test } from 'vitest';
import type { CanErrorFrame } from '../../../src/bus/bus.ts';
import { decodeErrorFrame, errorClassesAll } from '../../../src/bus/frame/canErrorFrame.ts';
import { InterfaceRecord } from '../../../src/bus/socketcan/interfaceRecord.ts';
import { createRandom } from '../../../src/core/random.ts';

function errorFrame(classes: number, ...bytes: readonly number[]): CanErrorFrame {
  const data = new Uint8Array(8);
  data.set(bytes);
  return { errorClass: classes, data };
}

interface Row {
  readonly title: string;
  readonly error: CanErrorFrame;
  readonly text: string;
  readonly state?: string;
  readonly isAttempt?: boolean;
}

const rows: readonly Row[] = [
  { title: 'CAN_ERR_TX_TIMEOUT', error: errorFrame(0x001), text: 'transmit timeout' },
  { title: 'CAN_ERR_LOSTARB', error: errorFrame(0x002, 12), text: 'arbitration lost in bit 12' },
  { title: 'CAN_ERR_LOSTARB, bit unknown', error: errorFrame(0x002), text: 'arbitration lost' },
  { title: 'CAN_ERR_CRTL without a word', error: errorFrame(0x004), text: 'controller problem' },
  { title: 'RX_OVERFLOW', error: errorFrame(0x004, 0, 0x01), text: 'receive buffer overflow' },
  {
    title: 'TX_WARNING with counters',
    error: errorFrame(0x204, 0, 0x08, 0, 0, 0, 0, 96, 2),
    text: 'transmit errors reached the warning level (TEC 96, REC 2)',
  },
  {
    title: 'TX_PASSIVE, counters as before 6.0',
    error: errorFrame(0x004, 0, 0x20, 0, 0, 0, 0, 128, 0),
    text: 'error-passive by transmit errors (TEC 128, REC 0)',
    state: 'error-passive',
  },
  {
    title: 'RX_PASSIVE',
    error: errorFrame(0x004, 0, 0x10),
    text: 'error-passive by receive errors',
    state: 'error-passive',
  },
  { title: 'CRTL_ACTIVE', error: errorFrame(0x004, 0, 0x40), text: 'error-active again', state: 'error-active' },
  {
    title: 'a stuff error in the data, received',
    error: errorFrame(0x088, 0, 0, 0x04, 0x0a),
    text: 'stuff error at data',
    isAttempt: true,
  },
  {
    title: 'a bit error in the ACK slot, sent',
    error: errorFrame(0x088, 0, 0, 0x81, 0x19),
    text: 'bit error while sending at ACK slot',
    isAttempt: true,
  },
  { title: 'CAN_ERR_BUSERROR alone', error: errorFrame(0x080), text: 'bus error', isAttempt: true },
  { title: 'CAN_ERR_ACK', error: errorFrame(0x020), text: 'no acknowledgement', isAttempt: true },
  { title: 'CAN_ERR_TRX', error: errorFrame(0x010, 0, 0, 0, 0, 0x80), text: 'CAN low is shorted to CAN high' },
  { title: 'CAN_ERR_BUSOFF', error: errorFrame(0x040), text: 'bus-off', state: 'bus-off' },
  { title: 'CAN_ERR_RESTARTED', error: errorFrame(0x100), text: 'restarted after bus-off', state: 'error-active' },
  {
    title: 'CAN_ERR_CNT alone',
    error: errorFrame(0x200, 0, 0, 0, 0, 0, 0, 5, 6),
    text: 'error counters (TEC 5, REC 6)',
  },
];

test.each(rows)('$title', ({ error, text, state, isAttempt = false }) => {
  expect(decodeErrorFrame(error)).toMatchObject({ text, state, isAttempt });
});

test('any bits and any data give one line', () => {
  const random = createRandom('error frames');
  for (let count = 0; count < 2000; count += 1) {
    const error = { errorClass: random.below(2 ** 29), data: random.bytes(random.below(9)) };
    expect(decodeErrorFrame(error).text).toMatch(/^[ -~]+$/);
  }
  expect(errorClassesAll.toString(2)).toBe('1'.repeat(10));
});

describe('an interface’s record', () => {
  test('goes from active to passive to bus-off and back, and counts', () => {
    const record = new InterfaceRecord('can0');
    const take = (error: CanErrorFrame) => record.take({ type: 'errorFrame', error });
    const node = () => record.load(7).nodes[0];
    expect(node()).toMatchObject({ node: 'can0', frames: 7, state: 'error-active', transmitErrors: 0 });
    expect(take(errorFrame(0x20c, 0, 0x20, 0x81, 0x19, 0, 0, 135, 1))).toBe(
      'the CAN interface can0: error-passive by transmit errors, bit error while sending at ACK slot (TEC 135, REC 1)',
    );
    expect(take(errorFrame(0x20c, 0, 0x20, 0x81, 0x19, 0, 0, 135, 1))).toBeUndefined();
    expect(node()).toMatchObject({ state: 'error-passive', transmitErrors: 135, receiveErrors: 1 });
    take(errorFrame(0x040));
    take(errorFrame(0x040));
    expect(node()).toMatchObject({ state: 'bus-off', busOffs: 1 });
    take(errorFrame(0x100));
    expect(node()).toMatchObject({ state: 'error-active', transmitErrors: 0, receiveErrors: 0, busOffs: 1 });
    expect(record.load(0).errorFrames).toBe(2);
  });

  test('starts anew with an interface that was down', () => {
    const record = new InterfaceRecord('can0');
    record.take({ type: 'errorFrame', error: errorFrame(0x204, 0, 0x10, 0, 0, 0, 0, 3, 130) });
    expect(record.take({ type: 'interfaceDown', message: 'can0 is down' })).toBe('can0 is down; frames wait');
    expect(record.take({ type: 'interfaceUp' })).toContain('can0');
    expect(record.load(0).nodes).toMatchObject([{ state: 'error-active', receiveErrors: 0 }]);
  });
});
