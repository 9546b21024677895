// Error confinement on the virtual bus (ISO 11898-1): what counters do, who is told what, and when a node comes back.
import { describe, expect, test } from 'vitest';
import { type ControllerState, classicFrame, fdFrame } from '../../../src/bus/bus.ts';
import { frameTimeNs } from '../../../src/bus/virtualCan/bits/frameTiming.ts';
import { BitNoise } from '../../../src/bus/virtualCan/errors/bitNoise.ts';
import { ErrorCounters } from '../../../src/bus/virtualCan/errors/errorCounters.ts';
import { createVirtualCan } from '../../../src/bus/virtualCan/virtualCan.ts';
import { createRandom } from '../../../src/core/random.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { BusRecorder, payload, present } from '../support/harness.ts';

const rates = { bitrate: 500_000, dataBitrate: 2_000_000 };
const bitNs = 2000;

function scene(fd = false) {
  const clock = new EventQueue();
  const bus = createVirtualCan({ name: 'can0', clock, ...rates, fd });
  const node = (name: string) => {
    const heard = new BusRecorder();
    return { heard, node: bus.attach(name, heard) };
  };
  const of = (name: string) => present(bus.load().nodes.find((load) => load.node === name));
  /** Goes on until a node's controller is in that state, and says when. */
  const until = (name: string, state: ControllerState) => {
    while (of(name).state !== state && clock.step());
    expect(of(name).state).toBe(state);
    return clock.nowNs();
  };
  return { clock, bus, node, of, until };
}

/** A random source whose draws put the first bad bit at `good`, at this rate, and the next one far away. */
function noiseAfter(rate: number, good: number) {
  const draws = [1 - (1 - rate) ** (good + 0.5), 1 - 1e-9];
  return { ...createRandom('x'), fraction: () => draws.shift() ?? 1 - 1e-9 };
}

describe('counters', () => {
  test('a sender: +8 an error, -1 a frame, passive from 128, bus-off from 256', () => {
    const counters = new ErrorCounters();
    for (let errors = 0; errors < 15; errors += 1) counters.transmitFailed();
    expect([counters.transmitErrors, counters.state]).toEqual([120, 'error-active']);
    counters.transmitFailed();
    expect([counters.transmitErrors, counters.state]).toEqual([128, 'error-passive']);
    counters.sent();
    expect([counters.transmitErrors, counters.state]).toEqual([127, 'error-active']);
    for (let errors = 0; errors < 17; errors += 1) counters.transmitFailed();
    expect([counters.transmitErrors, counters.state, counters.busOffs]).toEqual([263, 'bus-off', 1]);
    counters.recover();
    expect([counters.hasNone, counters.state, counters.busOffs]).toEqual([true, 'error-active', 1]);
  });

  test('a receiver: +1 an error, +9 where it signals first, never bus-off, and 127 after the first good frame', () => {
    const counters = new ErrorCounters();
    counters.receiveFailed(true);
    expect(counters.receiveErrors).toBe(9);
    for (let errors = 0; errors < 1000; errors += 1) counters.receiveFailed(false);
    expect([counters.receiveErrors <= 255, counters.state]).toEqual([true, 'error-passive']);
    counters.received();
    expect([counters.receiveErrors, counters.state]).toEqual([127, 'error-active']);
  });
});

describe('noise', () => {
  test('comes at its rate', () => {
    for (const rate of [1e-4, 1e-3, 0.1]) {
      const noise = new BitNoise(rate, createRandom(`rate ${rate}`));
      let bad = 0;
      const bits = 100_000;
      for (let frame = 0; frame < bits / rate / 1000; frame += 1) if (noise.firstBad(10) !== undefined) bad += 1;
      const frames = Math.ceil(bits / rate / 1000);
      const expected = frames * (1 - (1 - rate) ** 10);
      expect(Math.abs(bad - expected)).toBeLessThan(5 * Math.sqrt(expected) + 1);
    }
  });

  test.each([-0.1, 1.1, Number.NaN])('a rate of %d is a bug of the caller', (rate) => {
    expect(() => new BitNoise(rate, createRandom('x'))).toThrow(RangeError);
  });

  test('a rate of 0 never, a rate of 1 at once', () => {
    expect(new BitNoise(0, createRandom('x')).firstBad(1e12)).toBeUndefined();
    expect(new BitNoise(1, createRandom('x')).firstBad(10)).toBe(0);
  });
});

describe('a frame that noise ends', () => {
  test('is sent again by itself, after the error frame, and is told of once', () => {
    const { clock, bus, node, of } = scene();
    const [a, b] = [node('a'), node('b')];
    const frame = classicFrame(0x555, payload(8));
    // A dominant id bit, seen recessive: flags of 12 bits.
    bus.setBitErrors(0.01, noiseAfter(0.01, 2));
    a.node.send(frame);
    while (clock.step());
    expect([a.heard.sent.length, b.heard.received.length]).toEqual([1, 1]);
    expect(bus.load().errorFrames).toBe(1);
    const errorNs = (3 + 12 + 8 + 3) * bitNs;
    expect(bus.load().busyNs).toBe(errorNs + frameTimeNs(frame, rates));
    // +8 and +1, then -1 each for the frame that passed.
    expect([of('a').transmitErrors, of('b').receiveErrors]).toEqual([7, 0]);
  });

  test('in a recessive stuff bit of the id: TEC stays', () => {
    const { clock, bus, node, of } = scene();
    const [a] = [node('a'), node('b'), node('c')];
    // 0000000'1111: the first stuff bit is the bit after SOF and four id bits.
    bus.setBitErrors(0.01, noiseAfter(0.01, 5));
    a.node.send(classicFrame(0x00f, payload(8)));
    while (clock.step());
    expect([bus.load().errorFrames, a.heard.sent.length]).toEqual([1, 1]);
    expect([of('a').transmitErrors, of('b').receiveErrors, of('c').receiveErrors]).toEqual([0, 0, 0]);
  });

  test('in its last EOF bit arrives twice', () => {
    const { clock, bus, node } = scene();
    const [a, b, c] = [node('a'), node('b'), node('c')];
    const frame = classicFrame(0x555, payload(8));
    const bits = frameTimeNs(frame, rates) / bitNs - 3;
    bus.setBitErrors(0.001, noiseAfter(0.001, bits - 1));
    a.node.send(frame);
    while (clock.step());
    expect([a.heard.sent.length, b.heard.received.length, c.heard.received.length]).toEqual([1, 2, 2]);
  });

  test('at one error-active receiver reaches nobody, and counts most for that one', () => {
    const { clock, bus, node, of } = scene();
    const [a, b, c] = [node('a'), node('b'), node('c')];
    bus.setBitErrors(0.01, noiseAfter(0.01, 40), 'b');
    a.node.send(classicFrame(0x555, payload(8)));
    while (clock.step());
    expect([b.heard.received.length, c.heard.received.length, bus.load().errorFrames]).toEqual([1, 1, 1]);
    expect([of('a').transmitErrors, of('b').receiveErrors, of('c').receiveErrors]).toEqual([7, 8, 0]);
  });

  test('at an error-passive receiver is missed by that one alone', () => {
    const { clock, bus, node, of } = scene();
    const [a, b, c] = [node('a'), node('b'), node('c')];
    // Every frame is wrong for b until it is passive; then it can stop nobody.
    bus.setBitErrors(1, createRandom('x'), 'b');
    let frames = 0;
    a.heard.onSent = () => {
      frames += 1;
      if (frames < 20) a.node.send(classicFrame(0x555, payload(8)));
    };
    a.node.send(classicFrame(0x555, payload(8)));
    while (clock.step());
    expect(of('b').state).toBe('error-passive');
    expect(c.heard.received).toHaveLength(20);
    expect(b.heard.received).toHaveLength(0);
  });
});

describe('a node that goes bus-off', () => {
  test('sends and hears nothing for 128 times 11 recessive bits, and then what it had waiting', () => {
    const { clock, bus, node, of, until } = scene();
    const [a, b] = [node('a'), node('b')];
    bus.setBitErrors(1, createRandom('x'), 'a');
    a.node.send(classicFrame(0x555, payload(8)));
    until('a', 'bus-off');
    expect(of('a')).toMatchObject({ state: 'bus-off', busOffs: 1, frames: 0 });
    bus.setBitErrors(0, createRandom('x'), 'a');
    expect(b.node.send(classicFrame(0x700, payload(1))).ok).toBe(true);
    until('a', 'error-active');
    // On an otherwise idle bus 2.8 ms at 500 kbit/s; b's frame, which nobody acknowledges, makes it no longer than one bit more each.
    expect(a.heard.received).toHaveLength(0);
    while (clock.step());
    expect(a.heard.sent).toHaveLength(1);
    expect(b.heard.received).toHaveLength(1);
  });

  test('on an idle bus comes back after 2.82 ms at 500 kbit/s', () => {
    const { clock, bus, node, until } = scene();
    const [a] = [node('a'), node('b')];
    bus.setBitErrors(1, createRandom('x'), 'a');
    a.node.send(classicFrame(0x555, payload(8)));
    const offNs = until('a', 'bus-off');
    bus.setBitErrors(0, createRandom('x'), 'a');
    // From the end of the interframe space after its last error frame.
    expect(until('a', 'error-active') - offNs).toBe((3 + 128 * 11) * bitNs);
    while (clock.step());
    expect(a.heard.sent).toHaveLength(1);
  });
});

describe('a node alone on the bus', () => {
  test('is never acknowledged, becomes error-passive, never bus-off, and gets through when another joins', () => {
    const { clock, bus, node, of } = scene();
    const a = node('a');
    const frame = classicFrame(0x555, payload(8));
    a.node.send(frame);
    clock.advanceTo(60_000_000_000);
    expect(of('a')).toMatchObject({ state: 'error-passive', transmitErrors: 128, frames: 0, busOffs: 0 });
    const b = node('b');
    clock.advanceTo(60_001_000_000);
    expect([a.heard.sent.length, b.heard.received.length]).toEqual([1, 1]);
    expect(bus.load().recentShare).toBeGreaterThan(0.9);
  });

  test('its attempts are counted as if each were simulated', () => {
    const { clock, bus, node } = scene();
    const simulated = scene();
    // Noise so rare that it never comes keeps the other bus from counting.
    simulated.bus.setBitErrors(1e-15, createRandom('rare'));
    for (const each of [{ node }, simulated]) each.node('a').node.send(classicFrame(0x555, payload(8)));
    for (const timeNs of [1_000_000, 10_000_000, 77_777_777, 1_234_567_890]) {
      clock.advanceTo(timeNs);
      simulated.clock.advanceTo(timeNs);
      expect(bus.load().errorFrames, `at ${timeNs} ns`).toBe(simulated.bus.load().errorFrames);
    }
    for (const each of [{ node }, simulated]) each.node('b');
    clock.advanceTo(1_300_000_000);
    simulated.clock.advanceTo(1_300_000_000);
    // The share of a tenth of a second is spread evenly over what was counted at once.
    const { recentShare, ...load } = simulated.bus.load();
    expect(bus.load()).toMatchObject(load);
    expect(bus.load().recentShare).toBeCloseTo(recentShare, 3);
    expect(bus.load().frames).toBe(1);
  });
});

describe('two nodes that send one id at once', () => {
  test('the same frame: both get through, once for the others', () => {
    const { clock, bus, node } = scene();
    const [a, b, c] = [node('a'), node('b'), node('c')];
    const [own, twin] = [classicFrame(0x123, payload(4)), classicFrame(0x123, payload(4))];
    a.node.send(own);
    b.node.send(twin);
    while (clock.step());
    expect([a.heard.sent[0] === own, b.heard.sent[0] === twin]).toEqual([true, true]);
    expect([a.heard.sent.length, b.heard.sent.length, c.heard.received.length]).toEqual([1, 1, 1]);
    expect([a.heard.received.length, b.heard.received.length, bus.load().frames]).toEqual([0, 0, 1]);
  });

  test('other data: bit errors until both are error-passive; then the dominant bit wins', () => {
    const { clock, bus, node, of } = scene();
    const [a, b, c] = [node('a'), node('b'), node('c')];
    a.node.send(classicFrame(0x123, Uint8Array.of(2)));
    b.node.send(classicFrame(0x123, Uint8Array.of(1)));
    while (clock.step());
    // 16 collisions of 8 each, and the one that b alone counts.
    expect(bus.load().errorFrames).toBe(16);
    expect(c.heard.received.map(({ data }) => data[0])).toEqual([1, 2]);
    expect([of('a').transmitErrors, of('b').transmitErrors]).toEqual([128 + 8 - 1, 128 - 1]);
    // a gave up in the data, outside of arbitration: it missed the rest of b's frame.
    expect([a.heard.received.length, b.heard.received.map(({ data }) => data[0])]).toEqual([0, [2]]);
  });

  test('other data, and nobody else: who gave up acknowledges nothing', () => {
    const { clock, bus, node, of } = scene();
    const [a, b] = [node('a'), node('b')];
    a.node.send(classicFrame(0x123, Uint8Array.of(2)));
    b.node.send(classicFrame(0x123, Uint8Array.of(1)));
    while (clock.step());
    // Each time a gives up it counts 8, up to bus-off; b, error-passive and alone meanwhile, does not count that nobody acknowledges.
    expect([of('a').busOffs, of('b').busOffs]).toEqual([1, 0]);
    expect(bus.load().errorFrames).toBeGreaterThan(32);
    expect([a.heard.sent.length, b.heard.sent.length]).toEqual([1, 1]);
  });
});

describe('in the middle of a frame', () => {
  const frame = classicFrame(0x555, payload(8));
  const takenNs = frameTimeNs(frame, rates);

  test('a node that comes hears nothing of it, but what follows', () => {
    const { clock, node, of } = scene();
    const [a, b] = [node('a'), node('b')];
    a.node.send(frame);
    a.node.send(classicFrame(0x556, payload(8)));
    clock.advanceTo(takenNs / 2);
    const late = node('late');
    while (clock.step());
    expect([b.heard.received.length, late.heard.received.map(({ id }) => id)]).toEqual([2, [0x556]]);
    expect([of('late').receiveErrors, a.heard.sent.length]).toEqual([0, 2]);
  });

  test('a node that comes does not acknowledge the frame of one that was alone', () => {
    const { clock, bus, node } = scene();
    const a = node('a');
    a.node.send(frame);
    clock.advanceTo(takenNs / 2);
    const late = node('late');
    while (clock.step());
    expect([bus.load().errorFrames, a.heard.sent.length, late.heard.received.length]).toEqual([1, 1, 1]);
  });

  test.each([
    ['before the CRC', 0.5, 1, 0],
    ['in the last bits of EOF', 1 - (3 + 4) * (bitNs / takenNs), 0, 1],
  ])('a sender that goes %s: the others signal only what they miss', (_where, share, errorFrames, received) => {
    const { clock, bus, node, of } = scene();
    const [a, b, c] = [node('a'), node('b'), node('c')];
    a.node.send(frame);
    clock.advanceTo(Math.floor(takenNs * share));
    a.node.detach();
    while (clock.step());
    expect([bus.load().errorFrames, b.heard.received.length, c.heard.received.length]).toEqual([
      errorFrames,
      received,
      received,
    ]);
    expect([of('b').receiveErrors, of('c').receiveErrors, a.heard.sent.length]).toEqual([errorFrames, errorFrames, 0]);
  });

  test('the only node that would acknowledge goes: the sender sends on, until there is another', () => {
    const { clock, bus, node } = scene();
    const [a, b] = [node('a'), node('b')];
    a.node.send(frame);
    clock.advanceTo(takenNs / 2);
    b.node.detach();
    clock.advanceTo(2 * takenNs);
    expect([bus.load().errorFrames, a.heard.sent.length, b.heard.received.length]).toEqual([1, 0, 0]);
    const c = node('c');
    while (clock.step());
    expect([a.heard.sent.length, c.heard.received.length]).toEqual([1, 1]);
  });
});

test('an error-passive sender lets others go first', () => {
  const { clock, bus, node, of } = scene();
  const [a, b, c] = [node('a'), node('b'), node('c')];
  // a sends alone with every bit wrong until it is passive, and then without.
  bus.setBitErrors(1, createRandom('x'), 'a');
  a.node.send(classicFrame(0x001, payload(8)));
  a.node.send(classicFrame(0x002, payload(8)));
  while (of('a').state === 'error-active') clock.step();
  bus.setBitErrors(0, createRandom('x'), 'a');
  b.node.send(classicFrame(0x700, payload(8)));
  while (clock.step());
  expect(c.heard.received.map(({ id }) => id)[0]).toBe(0x700);
});

test('an error-passive sender says so in its CAN FD frames, and only there', () => {
  const { clock, bus, node, of } = scene(true);
  const [a, b] = [node('a'), node('b')];
  bus.setBitErrors(1, createRandom('x'), 'a');
  const [wide, narrow] = [fdFrame(0x001, payload(8)), classicFrame(0x002, payload(8))];
  a.node.send(wide);
  a.node.send(narrow);
  while (of('a').state === 'error-active') clock.step();
  bus.setBitErrors(0, createRandom('x'), 'a');
  while (clock.step());
  expect(b.heard.received).toEqual([{ ...wide, esi: true }, narrow]);
  expect(a.heard.sent[0]).toBe(wide);
});

describe('bit error rates (issue figures)', () => {
  function transfer(fd: boolean, rate: number, frames: number) {
    const { clock, bus, node, of } = scene(fd);
    const [a, b] = [node('a'), node('b')];
    const random = createRandom('data');
    bus.setBitErrors(rate, createRandom('noise'));
    const next = () => (fd ? fdFrame(0x7e0, random.bytes(64)) : classicFrame(0x7e0, random.bytes(8)));
    a.heard.onSent = () => {
      if (a.heard.sent.length < frames) a.node.send(next());
    };
    a.node.send(next());
    while (clock.step());
    expect(a.heard.sent).toHaveLength(frames);
    return { bus, of, received: b.heard.received.length };
  }

  test.each([
    [false, 1e-5, 0],
    [false, 1e-4, 0],
    [true, 1e-5, 0],
    [true, 1e-4, 0],
  ])('FD %s at %d: no node goes bus-off', (fd, rate, busOffs) => {
    expect(transfer(fd, rate, 5000).of('a').busOffs).toBe(busOffs);
  });

  test('FD frames of 64 bytes at 1e-3: the sender goes bus-off again and again, and every frame arrives', () => {
    const { of, received, bus } = transfer(true, 1e-3, 2000);
    expect(of('a').busOffs).toBeGreaterThan(10);
    expect(received).toBeGreaterThanOrEqual(2000);
    expect(bus.load().errorFrames).toBeGreaterThan(1000);
  });
});
