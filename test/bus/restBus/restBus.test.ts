import { describe, expect, test } from 'vitest';
import { classicFrame, fdFrame } from '../../../src/bus/bus.ts';
import type { CyclicMessage } from '../../../src/bus/restBus/dbc/cyclicMessages.ts';
import { heldRecording } from '../../../src/bus/restBus/recording.ts';
import { startCyclicTraffic, startRecordedTraffic } from '../../../src/bus/restBus/restBus.ts';
import { frameTimeNs } from '../../../src/bus/virtualCan/bits/frameTiming.ts';
import { createVirtualCan } from '../../../src/bus/virtualCan/virtualCan.ts';
import { toHex } from '../../../src/core/bytes.ts';
import { createRandom } from '../../../src/core/random.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { BusRecorder, payload } from '../support/harness.ts';

const rates = { bitrate: 500_000, dataBitrate: 2_000_000 };

function scene(fd = false) {
  const clock = new EventQueue();
  const bus = createVirtualCan({ name: 'can0', clock, ...rates, fd });
  const heard: [number, number][] = [];
  bus.tap((frame, timeNs) => heard.push([frame.id, timeNs]));
  const listener = bus.attach('listener', new BusRecorder());
  return { clock, bus, heard, listener };
}

function message(id: number, cycleMs: number, more: Partial<CyclicMessage> = {}): CyclicMessage {
  return { name: `m${id}`, node: 'A', id, extended: false, fd: false, bytes: 8, cycleMs, ...more };
}

describe('cyclic messages', () => {
  test('come every cycle, with no drift, each from a phase of its own', () => {
    const { clock, bus, heard } = scene();
    startCyclicTraffic(bus, [message(1, 10), message(2, 25, { node: 'B' })], clock, createRandom('rest'));
    clock.advanceTo(10_000_000_000);
    const timesOf = (id: number) => heard.filter(([other]) => other === id).map(([, timeNs]) => timeNs);
    for (const [id, cycleNs] of [
      [1, 10_000_000],
      [2, 25_000_000],
    ] as const) {
      const times = timesOf(id);
      expect(Math.abs(times.length - 10_000_000_000 / cycleNs)).toBeLessThanOrEqual(1);
      // Stuff bits and the other message move an end by less than two frames; the due times stay where they are.
      const [first = 0] = times;
      for (const [index, timeNs] of times.entries())
        expect(Math.abs(timeNs - first - index * cycleNs)).toBeLessThan(600_000);
    }
  });

  test('same seed, same traffic; data change from frame to frame', () => {
    const digests = ['one', 'one', 'two'].map((seed) => {
      const { clock, bus } = scene();
      startCyclicTraffic(bus, [message(1, 10)], clock, createRandom(seed));
      clock.advanceTo(1_000_000_000);
      return bus.load().digest;
    });
    expect(digests[0]).toBe(digests[1]);
    expect(digests[0]).not.toBe(digests[2]);
  });

  test('are told of with what delayed them', () => {
    const { clock, bus, listener } = scene();
    const traffic = startCyclicTraffic(bus, [message(0x700, 10)], clock, createRandom('rest'));
    clock.advanceTo(1_000_000_000);
    const quiet = traffic.totals();
    expect(quiet.frames).toBe(100);
    expect(quiet.latestNs).toBeLessThan(135 * 2000);
    // A stronger node with ten frames in a row.
    for (let index = 0; index < 60; index += 1) listener.send(classicFrame(0x100, payload(8)));
    clock.advanceTo(2_000_000_000);
    const busy = traffic.totals();
    expect([busy.frames, busy.latestId, busy.lost]).toEqual([200 - busy.lost, 0x700, busy.lost]);
    expect(busy.latestNs).toBeGreaterThan(1_000_000);
  });

  test('a message that waits when its next is due is lost, as in one buffer', () => {
    const { clock, bus } = scene();
    const babbler = bus.attach('babbler', {
      frameReceived: () => {},
      frameSent: (frame) => babbler.send(frame),
      nodeFailed: () => {},
    });
    const traffic = startCyclicTraffic(bus, [message(0x700, 10)], clock, createRandom('rest'));
    babbler.send(classicFrame(0, payload(8)));
    clock.advanceTo(1_000_000_000);
    const { frames, lost } = traffic.totals();
    expect(frames + lost).toBeGreaterThanOrEqual(99);
    expect(lost).toBeGreaterThan(90);
  });

  test('FD messages are not for a classic bus', () => {
    const { clock, bus, heard } = scene(false);
    startCyclicTraffic(bus, [message(1, 10, { fd: true, bytes: 64 })], clock, createRandom('rest'));
    clock.advanceTo(100_000_000);
    expect(heard).toEqual([]);
  });

  test('stop', () => {
    const { clock, bus, heard } = scene();
    const traffic = startCyclicTraffic(bus, [message(1, 10)], clock, createRandom('rest'));
    clock.advanceTo(100_000_000);
    traffic.stop();
    const { length } = heard;
    while (clock.step());
    expect(heard.length - length).toBeLessThanOrEqual(1);
  });
});

describe('what cyclic messages carry', () => {
  test('are the bytes that are given, with the driven signals in them; the first one comes when it is told to', () => {
    const { clock, bus } = scene();
    const frames: [string, number][] = [];
    bus.tap(({ data }, timeNs) => frames.push([toHex(data), Math.floor(timeNs / 1_000_000)]));
    const place = {
      name: 'C',
      start: 0,
      length: 8,
      bigEndian: false,
      signed: false,
      float: false,
      factor: 1,
      offset: 0,
    };
    const signals = [{ ...place, driver: { counter: { from: 1, to: 2, step: 1 } } }];
    startCyclicTraffic(
      bus,
      [message(1, 10, { bytes: 2, delayMs: 25, data: '00aa', signals })],
      clock,
      createRandom('x'),
    );
    clock.advanceTo(50_000_000);
    expect(frames).toEqual([
      ['01aa', 25],
      ['02aa', 35],
      ['01aa', 45],
    ]);
  });
});

test('recorded frames come at their times, again and again', () => {
  const { clock, bus, heard } = scene(true);
  const frames = [classicFrame(1, payload(1)), fdFrame(2, payload(64)), classicFrame(3, payload(8))];
  const recorded = frames.map((frame, index) => ({ atNs: index * 2_000_000, frame }));
  const traffic = startRecordedTraffic(bus, heldRecording(recorded), clock);
  clock.advanceTo(11_000_000);
  expect(heard.map(([id]) => id)).toEqual([1, 2, 3, 1, 2, 3]);
  // A round: 4 ms to the last frame, and 2 ms as before the second one.
  const ends = frames.map((frame, index) => index * 2_000_000 + frameTimeNs(frame, rates) - 6000);
  expect(heard.map(([, timeNs]) => timeNs)).toEqual([...ends, ...ends.map((end) => end + 6_000_000)]);
  expect(traffic.totals()).toMatchObject({ frames: 6, lost: 0 });
  traffic.stop();
});
