import { expect, test } from 'vitest';
import { type CanFrame, classicFrame, fdFrame } from '../../../src/bus/bus.ts';
import { partitionable } from '../../../src/bus/faults/partition.ts';
import { arbitrationKey, frameTimeNs } from '../../../src/bus/virtualCan/bits/frameTiming.ts';
import { createTrivialCan } from '../../../src/bus/virtualCan/trivialCan.ts';
import { createVirtualCan } from '../../../src/bus/virtualCan/virtualCan.ts';
import { createRandom } from '../../../src/core/random.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { busSuite } from '../support/busSuite.ts';
import { BusRecorder, payload, virtualRun } from '../support/harness.ts';

const rates = { bitrate: 500_000, dataBitrate: 2_000_000 };

for (const fd of [false, true]) {
  busSuite({
    name: `virtual ${fd ? 'CAN FD' : 'CAN'}`,
    fd,
    run: virtualRun,
    make: async ({ clock }) => createVirtualCan({ name: 'can0', clock, ...rates, fd }),
    lacks: {},
  });
  busSuite({
    name: `virtual ${fd ? 'CAN FD' : 'CAN'} without timing`,
    fd,
    run: virtualRun,
    make: async ({ clock }) => createTrivialCan({ name: 'can0', clock, fd }),
    lacks: { arbitration: 'what is sent first arrives first' },
  });
}

test('arbitration keys order frames bit by bit (ISO 11898-1)', () => {
  const base = 0x123;
  const standard = classicFrame(base, payload(0));
  const ordered: CanFrame[] = [
    { ...classicFrame(0x122 * 0x4_0000 + 0x3_ffff, payload(0)), extended: true },
    standard,
    { ...standard, remote: true },
    { ...classicFrame(base * 0x4_0000, payload(0)), extended: true },
    { ...classicFrame(base * 0x4_0000, payload(0)), extended: true, remote: true },
    { ...classicFrame(base * 0x4_0000 + 1, payload(0)), extended: true },
    classicFrame(0x124, payload(0)),
  ];
  const keys = ordered.map(arbitrationKey);
  expect(keys).toEqual([...keys].sort((a, b) => a - b));
  expect(new Set(keys).size).toBe(keys.length);
  expect(arbitrationKey(fdFrame(base, payload(0)))).toBe(arbitrationKey(standard));
});

function busOf(fd = true, bitrate = rates.bitrate) {
  const clock = new EventQueue();
  return { clock, bus: createVirtualCan({ name: 'can0', clock, ...rates, bitrate, fd }) };
}

test('frames run back to back: their times sum exactly, and are heard 3 bits before the bus is free', () => {
  const { clock, bus } = busOf();
  const heard = new BusRecorder();
  const times: number[] = [];
  heard.onReceived = () => times.push(clock.nowNs());
  bus.attach('b', heard);
  const node = bus.attach('a', new BusRecorder());
  const frames = [classicFrame(1, payload(8)), fdFrame(2, payload(64)), classicFrame(3, payload(0))];
  for (const frame of frames) node.send(frame);
  while (clock.step());
  const [first = 0, second = 0, third = 0] = frames.map((frame) => frameTimeNs(frame, rates));
  expect(times).toEqual([first - 6000, first + second - 6000, first + second + third - 6000]);
  expect(bus.load().busyNs).toBe(first + second + third);
});

test('rates that divide no second sum to the same as well', () => {
  const { clock, bus } = busOf(false, 83_333);
  bus.attach('b', new BusRecorder());
  const node = bus.attach('a', new BusRecorder());
  const frame = classicFrame(1, payload(8));
  for (let index = 0; index < 10; index += 1) node.send(frame);
  while (clock.step());
  expect(bus.load().busyNs).toBe(10 * frameTimeNs(frame, { bitrate: 83_333, dataBitrate: 83_333 }));
  expect(clock.nowNs()).toBe(bus.load().busyNs - Math.round(3e9 / 83_333));
});

test('a frame given in the interframe space starts at its end, one given on an idle bus at once', () => {
  const { clock, bus } = busOf();
  const heard = new BusRecorder();
  const times: number[] = [];
  heard.onReceived = () => times.push(clock.nowNs());
  bus.attach('b', heard);
  const node = bus.attach('a', new BusRecorder());
  const frame = classicFrame(0x555, payload(0));
  const takenNs = frameTimeNs(frame, rates);
  node.send(frame);
  clock.at(takenNs - 1000, () => node.send(frame));
  clock.at(1_000_000, () => node.send(frame));
  while (clock.step());
  expect(times).toEqual([takenNs - 6000, 2 * takenNs - 6000, 1_000_000 + takenNs - 6000]);
});

test('a late lower id goes before an earlier higher one that still waits', () => {
  const { clock, bus } = busOf();
  const heard = new BusRecorder();
  bus.attach('listener', heard);
  const [a, b] = [bus.attach('a', new BusRecorder()), bus.attach('b', new BusRecorder())];
  a.send(classicFrame(0x400, payload(8)));
  a.send(classicFrame(0x500, payload(8)));
  clock.at(200_000, () => b.send(classicFrame(0x100, payload(8))));
  while (clock.step());
  expect(heard.received.map((frame) => frame.id)).toEqual([0x400, 0x100, 0x500]);
});

test('receivers are told in the order of attachment, then the sender', () => {
  const { clock, bus } = busOf();
  const order: string[] = [];
  const places = ['a', 'b', 'c'].map((name) => {
    const recorder = new BusRecorder();
    recorder.onReceived = () => order.push(`${name} received`);
    recorder.onSent = () => order.push(`${name} sent`);
    return bus.attach(name, recorder);
  });
  places[1]?.send(classicFrame(1, payload(1)));
  while (clock.step());
  expect(order).toEqual(['a received', 'c received', 'b sent']);
});

/** Twenty nodes that send at random times. */
function traffic(seed: string): string {
  const { clock, bus } = busOf();
  const random = createRandom(seed);
  for (let index = 0; index < 20; index += 1) {
    const node = bus.attach(`n${index}`, new BusRecorder());
    for (let count = 0; count < 50; count += 1) {
      const frame = classicFrame(random.below(0x800), random.bytes(random.below(9)));
      clock.at(random.below(200_000_000), () => node.send(frame));
    }
  }
  while (clock.step());
  expect(bus.load().frames).toBe(1000);
  return bus.load().digest;
}

test('equal traffic gives equal digests, other traffic others', () => {
  expect(traffic('one')).toBe(traffic('one'));
  expect(traffic('one')).not.toBe(traffic('two'));
});

test('the same frames at another time give another digest', () => {
  const digests = [0, 1, 0x1_0000_0000].map((startNs) => {
    const { clock, bus } = busOf();
    bus.attach('b', new BusRecorder());
    const node = bus.attach('a', new BusRecorder());
    clock.at(startNs, () => node.send(classicFrame(1, payload(8))));
    while (clock.step());
    return bus.load().digest;
  });
  expect(new Set(digests).size).toBe(3);
});

test('a partition loses what a node had queued and never confirms it', () => {
  const { clock, bus } = busOf();
  const cable = partitionable(bus);
  const [heardA, heardB] = [new BusRecorder(), new BusRecorder()];
  const a = cable.attach('a', heardA);
  cable.attach('b', heardB);
  for (const id of [1, 2, 3]) a.send(classicFrame(id, payload(8)));
  clock.at(300_000, () => cable.partition(['a']));
  while (clock.step());
  cable.repair();
  while (clock.step());
  // The second was on the wire when the cable was cut: it broke off.
  expect(heardB.received.map((frame) => frame.id)).toEqual([1]);
  expect(heardA.sent.map((frame) => frame.id)).toEqual([1]);
});

test('bit rates that are none are a bug of the caller', () => {
  expect(() => busOf(false, 0)).toThrow(RangeError);
  expect(() => busOf(false, Number.NaN)).toThrow(RangeError);
});

test.each([
  ['fifo', [0x300, 0x700, 0x100, 0x200]],
  ['priority', [0x300, 0x100, 0x200, 0x700]],
] as const)('a node whose transmit order is %s', (transmitOrder, expected) => {
  const { clock, bus } = busOf();
  const heard = new BusRecorder();
  bus.attach('b', heard);
  const node = bus.attach('a', new BusRecorder(), { transmitOrder });
  node.send(classicFrame(0x300, payload(8)));
  // While the first is on the wire.
  clock.at(50_000, () => {
    for (const id of [0x700, 0x100, 0x200]) node.send(classicFrame(id, payload(1)));
  });
  while (clock.step());
  expect(heard.received.map((frame) => frame.id)).toEqual(expected);
});

test('in priority order, frames of one id keep theirs', () => {
  const { clock, bus } = busOf();
  const heard = new BusRecorder();
  bus.attach('b', heard);
  const node = bus.attach('a', new BusRecorder(), { transmitOrder: 'priority' });
  for (const value of [1, 2, 3]) node.send(classicFrame(0x123, Uint8Array.of(value)));
  while (clock.step());
  expect(heard.received.map((frame) => frame.data[0])).toEqual([1, 2, 3]);
});

test('a tap hears every frame at its end, whoever sent it, and is no node', () => {
  const { clock, bus } = busOf();
  const heard: [number, number][] = [];
  const end = bus.tap((frame, timeNs) => heard.push([frame.id, timeNs]));
  const [a, b] = [bus.attach('a', new BusRecorder()), bus.attach('b', new BusRecorder())];
  a.send(classicFrame(1, payload(8)));
  b.send(classicFrame(2, payload(8)));
  while (clock.step());
  const firstNs = frameTimeNs(classicFrame(1, payload(8)), rates);
  expect(heard).toEqual([
    [1, firstNs - 6000],
    [2, firstNs + frameTimeNs(classicFrame(2, payload(8)), rates) - 6000],
  ]);
  end();
  a.send(classicFrame(3, payload(8)));
  while (clock.step());
  expect(heard).toHaveLength(2);
});

test('the load of the last second, and what each node did', () => {
  const { clock, bus } = busOf();
  bus.attach('quiet', new BusRecorder());
  const node = bus.attach('a', new BusRecorder());
  const frame = classicFrame(0x555, payload(8));
  // 1,000 frames a second for two seconds.
  for (let index = 0; index < 2000; index += 1) clock.at(index * 1_000_000, () => node.send(frame));
  clock.advanceTo(2_000_000_000);
  const share = frameTimeNs(frame, rates) / 1_000_000;
  expect(bus.load().recentShare).toBeCloseTo(share, 6);
  expect(bus.load().nodes).toEqual([
    expect.objectContaining({ node: 'quiet', frames: 0, busyNs: 0, state: 'error-active' }),
    expect.objectContaining({ node: 'a', frames: 2000, busyNs: bus.load().busyNs }),
  ]);
  clock.advanceTo(2_500_000_000);
  expect(bus.load().recentShare).toBeCloseTo(share / 2, 6);
  clock.advanceTo(9_000_000_000);
  expect(bus.load().recentShare).toBe(0);
});
