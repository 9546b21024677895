// The bus over a CAN interface, with an interface of the test's own: what a real one does only in bad moments.
import { describe, expect, test } from 'vitest';
import { type CanErrorFrame, type CanFrame, classicFrame, fdFrame } from '../../../src/bus/bus.ts';
import { errorClass } from '../../../src/bus/frame/canErrorFrame.ts';
import { interfacePatienceMs, kernelFiltersMax, transmitQueueFramesMax } from '../../../src/bus/limits.ts';
import type { CanPort } from '../../../src/bus/socketcan/canPort.ts';
import type { InterfaceEvent } from '../../../src/bus/socketcan/interfaceRecord.ts';
import type { HeardFrame } from '../../../src/bus/socketcan/kernelQueue.ts';
import { SocketCanBus } from '../../../src/bus/socketcan/socketcanBus.ts';
import { environmentFault } from '../../../src/core/faults.ts';
import { createRandom } from '../../../src/core/random.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { busSuite } from '../support/busSuite.ts';
import { BusRecorder, codeOf, payload, present, type Run, virtualRun } from '../support/harness.ts';

/** A kernel with room for `room` frames, which its test echoes one by one. */
class FakePort implements CanPort {
  readonly interfaceName = 'can9';
  readonly taken: CanFrame[] = [];
  room = Number.POSITIVE_INFINITY;
  up = true;
  off = false;
  offers = 0;
  looks = 0;
  closed = false;
  hears: readonly number[] | undefined;
  onTaken: (frame: CanFrame) => void = () => {};

  send(frame: CanFrame): boolean {
    this.offers += 1;
    if (this.taken.length >= this.room || !this.up) return false;
    this.taken.push(frame);
    this.onTaken(frame);
    return true;
  }

  isBusOff(): boolean {
    return this.off;
  }

  revive(): boolean {
    this.looks += 1;
    return this.up;
  }

  hearOnly(ids: ReadonlySet<number> | undefined): void {
    this.hears = ids === undefined ? undefined : [...ids].sort((a, b) => a - b);
  }

  downFault() {
    return environmentFault('interface-down', 'can9 is down');
  }

  busOffFault() {
    return environmentFault('interface-down', 'can9 is bus-off');
  }

  close(): void {
    this.closed = true;
  }
}

function heardAs({ id, extended, remote, data, requestedBytes = 0 }: CanFrame): HeardFrame {
  return { id, extended, remote, data: data.slice(), ...(requestedBytes > 0 && { requestedBytes }) };
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

function opened(fd = false, patienceMs?: number) {
  const clock = new EventQueue();
  const port = new FakePort();
  const bus = new SocketCanBus('can9', fd, clock, port, patienceMs);
  const events: InterfaceEvent[] = [];
  bus.watch((event) => events.push(event));
  const node = (name: string, acceptIds?: readonly number[]) => {
    const heard = new BusRecorder();
    return { heard, node: bus.attach(name, heard, acceptIds === undefined ? {} : { acceptIds }) };
  };
  const echo = () => bus.heard(heardAs(present(port.taken.shift())));
  const down = () => {
    port.up = false;
    port.taken.length = 0;
    bus.wentDown();
  };
  return { clock, port, bus, events, node, echo, down };
}

const patienceNs = interfacePatienceMs * 1_000_000;
const ids = (frames: readonly CanFrame[]) => frames.map(({ id }) => id);
const busOff: CanErrorFrame = { errorClass: errorClass.busOff, data: new Uint8Array(8) };

describe('an interface without room', () => {
  test('is offered the frame again after a while, ever more rarely, while it is up', () => {
    const { clock, port, node } = opened();
    port.room = 0;
    const a = node('a');
    expect(codeOf(a.node.send(classicFrame(1, payload(1))))).toBe('ok');
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
    for (const id of [1, 2, 3, 4]) a.node.send(classicFrame(id, payload(1)));
    expect(port.taken.map((frame) => frame.id)).toEqual([1, 2]);
    echo();
    expect(port.taken.map((frame) => frame.id)).toEqual([2, 3]);
  });

  test('has no more frames in the kernel than a receive buffer holds, but for one after each long wait', () => {
    const { clock, port, node, echo } = opened();
    for (const name of ['a', 'b', 'c']) {
      const { node: sender } = node(name);
      for (let id = 0; id < transmitQueueFramesMax; id += 1)
        expect(codeOf(sender.send(classicFrame(id, payload(1))))).toBe('ok');
    }
    expect(port.taken).toHaveLength(128);
    echo();
    expect(port.taken).toHaveLength(128);
    clock.advanceTo(50_000_000);
    expect(port.taken).toHaveLength(128);
    clock.advanceTo(70_000_000);
    expect(port.taken).toHaveLength(129);
    clock.advanceTo(1_100_000_000);
    expect(port.taken.length).toBeLessThan(165);
  });

  test('leaves nothing pending in the clock once all has left', () => {
    const { clock, port, node, echo } = opened();
    port.room = 1;
    const a = node('a');
    for (const id of [1, 2]) a.node.send(classicFrame(id, payload(1)));
    echo();
    echo();
    expect(a.heard.sent).toHaveLength(2);
    expect(clock.nextNs()).toBeUndefined();
  });

  test('takes no frame of a node that has gone', () => {
    const { clock, port, node } = opened();
    port.room = 0;
    const [a, b] = [node('a'), node('b')];
    a.node.send(classicFrame(1, payload(1)));
    b.node.send(classicFrame(2, payload(1)));
    a.node.detach();
    port.room = 9;
    clock.advanceTo(100_000_000);
    expect(port.taken.map((frame) => frame.id)).toEqual([2]);
  });
});

describe('an interface that goes down', () => {
  test('and up again: frames wait, what the kernel had goes first, in order, and no node is told', () => {
    const { clock, port, node, echo, down, events } = opened();
    const [a, b] = [node('a'), node('b')];
    for (const id of [1, 2, 3]) a.node.send(classicFrame(id, payload(1)));
    b.node.send(classicFrame(2, payload(2)));
    echo();
    down();
    expect(codeOf(a.node.send(classicFrame(4, payload(1))))).toBe('ok');
    clock.advanceTo(1_000_000_000);
    expect(port.taken).toEqual([]);
    port.up = true;
    clock.advanceTo(2_000_000_000);
    expect(ids(port.taken)).toEqual([2, 3, 2, 4]);
    while (port.taken.length > 0) echo();
    expect(ids(a.heard.sent)).toEqual([1, 2, 3, 4]);
    expect(ids(b.heard.received)).toEqual([1, 2, 3, 4]);
    expect([a.heard.faults, b.heard.faults]).toEqual([[], []]);
    expect(events).toEqual([{ type: 'interfaceDown', message: 'can9 is down' }, { type: 'interfaceUp' }]);
    expect(clock.nextNs()).toBeUndefined();
  });

  test('refuses frames until it is told: they wait', () => {
    const { clock, port, bus, node, events } = opened();
    const a = node('a');
    port.up = false;
    expect(codeOf(a.node.send(classicFrame(1, payload(1))))).toBe('ok');
    clock.advanceTo(100_000_000);
    expect(events).toEqual([]);
    bus.wentDown();
    port.up = true;
    clock.advanceTo(1_000_000_000);
    expect(ids(port.taken)).toEqual([1]);
  });

  test('is bus-off without a word: a frame that it refuses finds it out', () => {
    const { clock, port, node, events } = opened();
    const a = node('a');
    port.up = false;
    port.off = true;
    a.node.send(classicFrame(1, payload(1)));
    clock.advanceTo(100_000_000);
    expect(events).toEqual([{ type: 'interfaceDown', message: 'can9 is bus-off' }]);
    port.up = true;
    clock.advanceTo(1_000_000_000);
    expect(ids(port.taken)).toEqual([1]);
  });

  test('takes as many frames as a queue holds', () => {
    const { node, down } = opened();
    const a = node('a');
    down();
    for (let id = 0; id < transmitQueueFramesMax; id += 1)
      expect(codeOf(a.node.send(classicFrame(id, payload(1))))).toBe('ok');
    expect(codeOf(a.node.send(classicFrame(0x500, payload(1))))).toBe('queue-full');
  });

  test('is looked at soon, then ever more rarely, and as rarely where it goes again at once', () => {
    const { clock, port, bus, down } = opened();
    down();
    clock.advanceTo(1_000_000_000);
    expect(port.looks).toBeGreaterThan(5);
    expect(port.looks).toBeLessThan(12);
    port.up = true;
    clock.advanceTo(1_500_000_000);
    bus.wentDown();
    const before = port.looks;
    clock.advanceTo(1_700_000_000);
    expect(port.looks).toBe(before);
    clock.advanceTo(4_000_000_000);
    bus.wentDown();
    clock.advanceTo(4_020_000_000);
    expect(port.looks).toBe(before + 2);
  });

  test('takes nothing of a node that has gone', () => {
    const { clock, port, node, down } = opened();
    const [a, b] = [node('a'), node('b')];
    a.node.send(classicFrame(1, payload(1)));
    b.node.send(classicFrame(2, payload(1)));
    down();
    a.node.detach();
    port.up = true;
    clock.advanceTo(1_000_000_000);
    expect(ids(port.taken)).toEqual([2]);
  });

  test.each([
    ['a minute', undefined, patienceNs],
    ['as long as was said', 500, 500_000_000],
    ['not at all', 0, 0],
  ])('for more than %s: every node is told once, and sends no more', (_, patienceMs, untilNs) => {
    const { clock, port, bus, node, down } = opened(false, patienceMs);
    const [a, b] = [node('a'), node('b')];
    down();
    bus.wentDown();
    clock.advanceTo(Math.max(0, untilNs - 1));
    if (untilNs > 0) expect(a.heard.faults).toEqual([]);
    while (clock.step());
    expect(clock.nowNs()).toBe(untilNs);
    for (const { heard } of [a, b]) expect(heard.faults.map((fault) => fault.code)).toEqual(['interface-down']);
    port.up = true;
    expect(codeOf(a.node.send(classicFrame(1, payload(1))))).toBe('interface-down');
    bus.close();
    expect(codeOf(a.node.send(classicFrame(1, payload(1))))).toBe('closed');
  });
});

describe('an error frame', () => {
  test('of bus-off: nothing is given to the kernel, which would swallow it, until the controller is back', () => {
    const { clock, port, bus, node, echo, events } = opened();
    const a = node('a');
    a.node.send(classicFrame(1, payload(1)));
    port.up = false;
    port.room = 0;
    bus.heardError(busOff);
    port.taken.length = 0;
    a.node.send(classicFrame(2, payload(1)));
    clock.advanceTo(3_000_000_000);
    expect(port.offers).toBe(1);
    expect(bus.load().nodes).toMatchObject([{ node: 'can9', state: 'bus-off', busOffs: 1 }]);
    bus.heardError({ errorClass: errorClass.restarted, data: new Uint8Array(8) });
    expect(port.offers).toBe(1);
    port.up = true;
    port.room = 9;
    clock.advanceTo(4_000_000_000);
    expect(ids(port.taken)).toEqual([1, 2]);
    echo();
    expect(ids(a.heard.sent)).toEqual([1]);
    expect(bus.load().nodes).toMatchObject([{ state: 'error-active', busOffs: 1, frames: 1 }]);
    expect(events.map(({ type }) => type)).toEqual(['errorFrame', 'interfaceDown', 'errorFrame', 'interfaceUp']);
    expect(events[1]).toMatchObject({ message: 'can9 is bus-off' });
  });

  test('is counted where it ended an attempt, and heard by the taps that ask for it', () => {
    const { clock, bus } = opened();
    const heard: [CanErrorFrame, number][] = [];
    bus.tap(() => {});
    const end = bus.tap(
      () => {},
      (error, timeNs) => heard.push([error, timeNs]),
    );
    clock.advanceTo(5);
    const error = { errorClass: errorClass.busError | errorClass.protocol, data: new Uint8Array(8) };
    bus.heardError(error);
    end();
    bus.heardError({ errorClass: errorClass.lostArbitration, data: new Uint8Array(8) });
    expect(heard).toEqual([[error, 5]]);
    expect(bus.load().errorFrames).toBe(1);
  });
});

describe('what is heard', () => {
  test('are the ids that a node wants or sends, and all where one wants all or a tap listens', () => {
    const { port, bus, node } = opened();
    expect(port.hears).toEqual([]);
    const a = node('a', [5, 6]);
    node('b', [6, 0x12345]);
    expect(port.hears).toEqual([5, 6, 0x12345]);
    a.node.send(classicFrame(7, payload(1)));
    expect(port.hears).toEqual([5, 6, 7, 0x12345]);
    const c = node('c');
    expect(port.hears).toBeUndefined();
    c.node.detach();
    const end = bus.tap(() => {});
    expect(port.hears).toBeUndefined();
    end();
    a.node.detach();
    expect(port.hears).toEqual([6, 7, 0x12345]);
  });

  test('is all where more ids are sent than the kernel compares', () => {
    const { port, node, echo } = opened();
    const a = node('a', []);
    for (let id = 0; id <= kernelFiltersMax; id += 1) {
      a.node.send(classicFrame(id, payload(1)));
      echo();
    }
    expect(present(port.hears).length).toBeGreaterThan(kernelFiltersMax);
  });
});

describe('echoes', () => {
  test('of frames whose own echo was dropped: those before are confirmed as well, in order', () => {
    const { port, node, bus } = opened();
    const [a, b] = [node('a'), node('b')];
    for (let index = 0; index < 3; index += 1) a.node.send(classicFrame(5, Uint8Array.of(index)));
    bus.heard(heardAs(present(port.taken[2])));
    expect(a.heard.sent.map((frame) => frame.data[0])).toEqual([0, 1, 2]);
    expect(b.heard.received.map((frame) => frame.data[0])).toEqual([2]);
  });

  test('that never come: the node’s queue is full', () => {
    const { node } = opened();
    const a = node('a');
    for (let index = 0; index < transmitQueueFramesMax; index += 1) a.node.send(classicFrame(index, payload(1)));
    expect(codeOf(a.node.send(classicFrame(0x500, payload(1))))).toBe('queue-full');
  });

  test('are told from frames of other processes by their data, id length and kind', () => {
    const { bus, node } = opened();
    const a = node('a');
    a.node.send(classicFrame(5, Uint8Array.of(1)));
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
    for (const id of [3, 2, 1]) a.node.send(classicFrame(id, payload(4)));
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
