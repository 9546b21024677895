// The bus over a CAN interface, with an interface of the test's own: what a real one does only in bad moments.
import { describe, expect, test } from 'vitest';
import { type CanFrame, classicFrame, fdFrame } from '../../src/bus/bus.ts';
import { type CanPort, type HeardFrame, SocketCanBus } from '../../src/bus/socketcanBus.ts';
import { EventQueue } from '../../src/core/clock.ts';
import { environmentFault } from '../../src/core/faults.ts';
import { transmitQueueFramesMax } from '../../src/core/limits.ts';
import { createRandom } from '../../src/core/random.ts';
import { busSuite } from './busSuite.ts';
import { BusRecorder, codeOf, payload, present, type Run, virtualRun } from './harness.ts';

/** A kernel with room for `room` frames, which its test echoes one by one. */
class FakePort implements CanPort {
  readonly taken: CanFrame[] = [];
  room = Number.POSITIVE_INFINITY;
  up = true;
  offers = 0;
  closed = false;
  onTaken: (frame: CanFrame) => void = () => {};

  send(frame: CanFrame): boolean {
    this.offers += 1;
    if (this.taken.length >= this.room || !this.up) return false;
    this.taken.push(frame);
    this.onTaken(frame);
    return true;
  }

  isUp(): boolean {
    return this.up;
  }

  downFault() {
    return environmentFault('interface-down', 'can9 is down');
  }

  close(): void {
    this.closed = true;
  }
}

function heardAs({ id, extended, remote, data }: CanFrame): HeardFrame {
  return { id, extended, remote, data: data.slice() };
}

for (const fd of [false, true]) {
  busSuite({
    name: `the SocketCAN bus over an interface that echoes after 10 us, ${fd ? 'CAN FD' : 'CAN'}`,
    fd,
    run: virtualRun,
    async make({ clock }: Run) {
      const port = new FakePort();
      const bus = new SocketCanBus('can9', fd, clock, port);
      port.onTaken = (frame) => {
        clock.after(10_000, () => bus.heard(heardAs(frame)));
      };
      return bus;
    },
    lacks: { arbitration: 'the kernel’s queue is first in, first out' },
  });
}

function opened(fd = false) {
  const clock = new EventQueue();
  const port = new FakePort();
  const bus = new SocketCanBus('can9', fd, clock, port);
  const node = (name: string) => {
    const heard = new BusRecorder();
    return { heard, place: bus.attach(name, heard) };
  };
  const echo = () => bus.heard(heardAs(present(port.taken.shift())));
  return { clock, port, bus, node, echo };
}

describe('an interface without room', () => {
  test('is offered the frame again after a while, ever more rarely, while it is up', () => {
    const { clock, port, node } = opened();
    port.room = 0;
    const a = node('a');
    expect(codeOf(a.place.send(classicFrame(1, payload(1))))).toBe('ok');
    clock.advanceTo(1_000_000_000);
    expect(port.offers).toBeGreaterThan(25);
    expect(port.offers).toBeLessThan(45);
    port.room = 1;
    clock.advanceTo(1_100_000_000);
    expect(port.taken).toHaveLength(1);
    expect(a.heard.faults).toEqual([]);
  });

  test('is offered the next frame when one has left', () => {
    const { port, node, echo } = opened();
    port.room = 2;
    const a = node('a');
    for (const id of [1, 2, 3, 4]) a.place.send(classicFrame(id, payload(1)));
    expect(port.taken.map((frame) => frame.id)).toEqual([1, 2]);
    echo();
    expect(port.taken.map((frame) => frame.id)).toEqual([2, 3]);
  });

  test('has no more frames in the kernel than a receive buffer holds, but for one after each wait', () => {
    const { clock, port, node, echo } = opened();
    for (const name of ['a', 'b', 'c']) {
      const { place } = node(name);
      for (let id = 0; id < transmitQueueFramesMax; id += 1)
        expect(codeOf(place.send(classicFrame(id, payload(1))))).toBe('ok');
    }
    expect(port.taken).toHaveLength(128);
    echo();
    expect(port.taken).toHaveLength(128);
    clock.advanceTo(1_000_000);
    expect(port.taken).toHaveLength(129);
  });

  test('leaves nothing pending in the clock once all has left', () => {
    const { clock, port, node, echo } = opened();
    port.room = 1;
    const a = node('a');
    for (const id of [1, 2]) a.place.send(classicFrame(id, payload(1)));
    echo();
    echo();
    expect(a.heard.sent).toHaveLength(2);
    expect(clock.nextNs()).toBeUndefined();
  });

  test('takes no frame of a node that has gone', () => {
    const { clock, port, node } = opened();
    port.room = 0;
    const [a, b] = [node('a'), node('b')];
    a.place.send(classicFrame(1, payload(1)));
    b.place.send(classicFrame(2, payload(1)));
    a.place.detach();
    port.room = 9;
    clock.advanceTo(100_000_000);
    expect(port.taken.map((frame) => frame.id)).toEqual([2]);
  });
});

describe('an interface that goes down', () => {
  test('while frames wait for room: every node is told once, and sends no more', () => {
    const { clock, port, node } = opened();
    const [a, b] = [node('a'), node('b')];
    port.up = false;
    expect(codeOf(a.place.send(classicFrame(1, payload(1))))).toBe('ok');
    expect(a.heard.faults).toEqual([]);
    while (clock.step());
    for (const { heard } of [a, b]) expect(heard.faults.map((fault) => fault.code)).toEqual(['interface-down']);
    expect(codeOf(a.place.send(classicFrame(1, payload(1))))).toBe('interface-down');
  });

  test('as its reader tells: once, however often', () => {
    const { bus, node } = opened();
    const a = node('a');
    bus.wentDown();
    bus.wentDown();
    expect(a.heard.faults).toHaveLength(1);
    bus.close();
    expect(codeOf(a.place.send(classicFrame(1, payload(1))))).toBe('closed');
  });
});

describe('echoes', () => {
  test('of frames whose own echo was dropped: those before are confirmed as well, in order', () => {
    const { port, node, bus } = opened();
    const [a, b] = [node('a'), node('b')];
    for (let index = 0; index < 3; index += 1) a.place.send(classicFrame(5, Uint8Array.of(index)));
    bus.heard(heardAs(present(port.taken[2])));
    expect(a.heard.sent.map((frame) => frame.data[0])).toEqual([0, 1, 2]);
    expect(b.heard.received.map((frame) => frame.data[0])).toEqual([2]);
  });

  test('that never come: the node’s queue is full', () => {
    const { node } = opened();
    const a = node('a');
    for (let index = 0; index < transmitQueueFramesMax; index += 1) a.place.send(classicFrame(index, payload(1)));
    expect(codeOf(a.place.send(classicFrame(0x500, payload(1))))).toBe('queue-full');
  });

  test('are told from frames of other processes by their data, id length and kind', () => {
    const { bus, node } = opened();
    const a = node('a');
    a.place.send(classicFrame(5, Uint8Array.of(1)));
    bus.heard({ id: 5, extended: false, remote: false, data: Uint8Array.of(2) });
    bus.heard({ id: 5, extended: true, remote: false, data: Uint8Array.of(1) });
    bus.heard({ id: 5, extended: false, remote: true, data: new Uint8Array(0) });
    bus.heard({ id: 5, extended: false, remote: false, data: Uint8Array.of(1, 1) });
    expect(a.heard.sent).toEqual([]);
    expect(a.heard.received).toHaveLength(4);
    bus.heard({ id: 5, extended: false, remote: false, data: Uint8Array.of(1) });
    expect(a.heard.sent).toHaveLength(1);
  });

  test('in another order than that of sending, as of several mailboxes: each is confirmed', () => {
    const { bus, node, port } = opened();
    const a = node('a');
    for (const id of [3, 2, 1]) a.place.send(classicFrame(id, payload(4)));
    const random = createRandom('mailboxes');
    const left = [...port.taken];
    while (left.length > 0) bus.heard(heardAs(present(left.splice(random.below(left.length), 1)[0])));
    expect(a.heard.sent).toHaveLength(3);
    expect(a.heard.received).toEqual([]);
  });
});

test.each([
  ['a classic bus, 8 bytes', false, 8, false],
  ['a classic bus, 12 bytes', false, 12, true],
  ['an FD bus, 8 bytes', true, 8, true],
  ['an FD bus, 64 bytes', true, 64, true],
])('a frame of another process counts as FD by what can be known: %s', (_, fd, length, expected) => {
  const { bus, node } = opened(fd);
  const a = node('a');
  bus.heard(heardAs(fdFrame(1, payload(length))));
  expect(present(a.heard.received[0])).toMatchObject({ fd: expected, brs: expected });
});

test('closing closes the interface, once', () => {
  const { bus, port } = opened();
  bus.close();
  expect(port.closed).toBe(true);
  port.closed = false;
  bus.close();
  expect(port.closed).toBe(false);
});
