// Nodes that hear badly, over the virtual bus: what each loses, hears changed, or late.
import { describe, expect, test } from 'vitest';
import { classicFrame } from '../../../src/bus/bus.ts';
import { withReceiveFaults } from '../../../src/bus/faults/receiveFaults.ts';
import { createVirtualCan } from '../../../src/bus/virtualCan/virtualCan.ts';
import { createRandom } from '../../../src/core/random.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { busSuite } from '../support/busSuite.ts';
import { BusRecorder, payload, virtualRun } from '../support/harness.ts';

const none = { loss: 0, corruption: 0, delayNs: 0 };

busSuite({
  name: 'a bus whose nodes may hear badly, and do not',
  fd: true,
  run: virtualRun,
  make: async ({ clock }) =>
    withReceiveFaults(createVirtualCan({ name: 'can0', clock, bitrate: 500_000, fd: true }), clock),
  lacks: {},
});

function scene() {
  const clock = new EventQueue();
  const bus = withReceiveFaults(createVirtualCan({ name: 'can0', clock, bitrate: 500_000, fd: false }), clock);
  const node = (name: string) => {
    const heard = new BusRecorder();
    return { heard, node: bus.attach(name, heard) };
  };
  const [a, b, c] = [node('a'), node('b'), node('c')];
  const send = (count: number) => {
    let sent = 0;
    const next = () => {
      if (sent === count) return;
      sent += 1;
      a.node.send(classicFrame(sent % 0x800, payload(8, sent)));
    };
    a.heard.onSent = next;
    next();
    while (clock.step());
  };
  return { clock, bus, a, b, c, send };
}

describe('loss', () => {
  test('at one node is its own: the sender is confirmed, and the others hear all', () => {
    const { bus, a, b, c, send } = scene();
    bus.setReceiveFaults({ ...none, loss: 0.25 }, createRandom('loss'), 'b');
    send(2000);
    expect([a.heard.sent.length, c.heard.received.length]).toEqual([2000, 2000]);
    // Five standard deviations about 1500.
    expect(Math.abs(b.heard.received.length - 1500)).toBeLessThan(100);
  });

  test('for all is drawn for each node', () => {
    const { bus, b, c, send } = scene();
    bus.setReceiveFaults({ ...none, loss: 0.5 }, createRandom('loss'));
    send(200);
    expect(b.heard.received).not.toEqual(c.heard.received);
    bus.clearReceiveFaults();
    const before = b.heard.received.length;
    send(200);
    expect(b.heard.received.length - before).toBe(200);
  });
});

test('corruption changes one bit of the data, and not the sender’s own bytes', () => {
  const { bus, a, b, c, send } = scene();
  bus.setReceiveFaults({ ...none, corruption: 1 }, createRandom('corruption'), 'b');
  send(100);
  expect(c.heard.received).toEqual(a.heard.sent);
  for (const [index, { data }] of b.heard.received.entries()) {
    const original = c.heard.received[index]?.data ?? new Uint8Array();
    const changed = data.reduce((bits, byte, at) => bits + ones(byte ^ (original[at] ?? 0)), 0);
    expect(changed).toBe(1);
  }
});

function ones(byte: number): number {
  return [...byte.toString(2)].filter((bit) => bit === '1').length;
}

describe('delay', () => {
  test('comes on top of the frame’s own time, in order, also when it ends meanwhile', () => {
    const { clock, bus, a, b } = scene();
    const times: number[] = [];
    b.heard.onReceived = () => times.push(clock.nowNs());
    const sent: number[] = [];
    a.heard.onSent = () => sent.push(clock.nowNs());
    bus.setReceiveFaults({ ...none, delayNs: 1_000_000 }, createRandom('delay'), 'b');
    for (const id of [1, 2, 3]) a.node.send(classicFrame(id, payload(8)));
    clock.advanceTo(500_000);
    bus.clearReceiveFaults();
    while (clock.step());
    expect(b.heard.received.map(({ id }) => id)).toEqual([1, 2, 3]);
    const [first = 0, second = 0] = sent;
    expect(times).toEqual([first + 1_000_000, second + 1_000_000, second + 1_000_000]);
  });

  test('what is still to come is lost with the node', () => {
    const { clock, bus, a, b } = scene();
    bus.setReceiveFaults({ ...none, delayNs: 1_000_000 }, createRandom('delay'), 'b');
    a.node.send(classicFrame(1, payload(8)));
    clock.advanceTo(500_000);
    b.node.detach();
    while (clock.step());
    expect(b.heard.received).toEqual([]);
  });
});

test.each([-0.1, 1.1, Number.NaN])('a share of %d is a bug of the caller', (share) => {
  const { bus } = scene();
  expect(() => bus.setReceiveFaults({ ...none, loss: share }, createRandom('x'))).toThrow(RangeError);
  expect(() => bus.setReceiveFaults({ ...none, corruption: share }, createRandom('x'))).toThrow(RangeError);
});
