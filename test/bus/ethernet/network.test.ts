import { expect, test } from 'vitest';
import { createEthernet, type EthernetLinkOptions } from '../../../src/bus/ethernet/ethernetNetwork.ts';
import { ipv4Packet } from '../../../src/bus/ethernet/ipv4.ts';
import { linkSpeeds } from '../../../src/bus/ethernet/wire.ts';
import { createRandom } from '../../../src/core/random.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { KIB } from '../../../src/core/units.ts';
import { fast, testNetwork } from './support/ethernetPair.ts';

/** What each node received, and when. */
function heard(clock: EventQueue, network: ReturnType<typeof testNetwork>, node: string) {
  const packets: { readonly packet: Uint8Array; readonly timeNs: number }[] = [];
  const port = network.attach(node, (packet) => packets.push({ packet, timeNs: clock.nowNs() }));
  return { packets, port };
}

function packetTo(network: ReturnType<typeof testNetwork>, from: string, to: string, bytes: number): Uint8Array {
  const header = { from: network.addressOf(from), to: network.addressOf(to), protocol: 253, identification: 1 };
  return ipv4Packet(header, bytes);
}

test.each([
  // preamble 8, header 14, 46 at the least, check sequence 4; twice, with 2 us in the switch
  ['100BASE-T1', 10, 2 * (72 * 80 + 1000) + 2000],
  ['100BASE-T1', 1480, 2 * (1526 * 80 + 1000) + 2000],
  ['1000BASE-T1', 10, 2 * (72 * 8 + 1000) + 2000],
  ['1000BASE-T1', 1480, 2 * (1526 * 8 + 1000) + 2000],
] as const)('a frame on %s with %i bytes in IPv4 is there after %i ns', (speed, bytes, expectedNs) => {
  const clock = new EventQueue();
  const network = testNetwork(clock, { bitsPerSecond: linkSpeeds[speed] });
  const [a, b, c] = ['a', 'b', 'c'].map((node) => heard(clock, network, node));
  const taps: number[] = [];
  network.tap((_, timeNs) => taps.push(timeNs));
  const packet = packetTo(network, 'a', 'b', bytes);
  a?.port.send(packet);
  while (clock.step());
  expect(b?.packets).toEqual([{ packet, timeNs: expectedNs }]);
  expect(taps).toEqual([(expectedNs - 2000) / 2]);
  expect([...(a?.packets ?? []), ...(c?.packets ?? [])]).toEqual([]);
});

test('frames follow each other after 12 bytes of silence, and both directions are free of each other', () => {
  const clock = new EventQueue();
  const network = testNetwork(clock);
  const [a, b] = [heard(clock, network, 'a'), heard(clock, network, 'b')];
  for (let count = 0; count < 3; count += 1) {
    a.port.send(packetTo(network, 'a', 'b', 1480));
    b.port.send(packetTo(network, 'b', 'a', 1480));
  }
  while (clock.step());
  const firstNs = 2 * (1526 * 80 + 1000) + 2000;
  for (const { packets } of [a, b]) {
    expect(packets.map(({ timeNs }) => timeNs)).toEqual([0, 1, 2].map((index) => firstNs + index * 1538 * 80));
  }
  const [toSwitch] = network.load().links;
  expect(toSwitch).toEqual({
    node: 'a',
    direction: 'toSwitch',
    frames: 3,
    busyNs: 3 * 1538 * 80,
    lostFrames: 0,
    droppedFrames: 0,
  });
});

test('a slower link behind the switch fills its queue to the last byte, and what finds no room is dropped', () => {
  const clock = new EventQueue();
  const slow: EthernetLinkOptions = { ...fast };
  const quick: EthernetLinkOptions = { ...fast, bitsPerSecond: linkSpeeds['1000BASE-T1'] };
  const nodes = new Map([
    ['a', quick],
    ['b', slow],
  ]);
  const queueBytes = 8 * 1518;
  const network = createEthernet({ name: 'x', clock, random: createRandom(''), nodes, queueBytes, forwardingNs: 0 });
  const [a, b] = [heard(clock, network, 'a'), heard(clock, network, 'b')];
  for (let count = 0; count < 9; count += 1) a.port.send(packetTo(network, 'a', 'b', 1480));
  // One more than may wait at a itself while the first is on the line.
  a.port.send(packetTo(network, 'a', 'b', 1480));
  while (clock.step());
  const [toSwitch, , , fromSwitch] = network.load().links;
  expect([toSwitch?.frames, toSwitch?.droppedFrames]).toEqual([9, 1]);
  expect([fromSwitch?.frames, fromSwitch?.droppedFrames]).toEqual([9, 0]);
  expect(b.packets).toHaveLength(9);
});

test('two nodes that send to a third at once overrun its queue: the switch drops the last ones', () => {
  const clock = new EventQueue();
  const network = testNetwork(clock, {}, { queueBytes: 4 * 1518 });
  const [a, b, c] = ['a', 'b', 'c'].map((node) => heard(clock, network, node));
  for (let count = 0; count < 4; count += 1) {
    a?.port.send(packetTo(network, 'a', 'c', 1480));
    b?.port.send(packetTo(network, 'b', 'c', 1480));
  }
  while (clock.step());
  expect(c?.packets).toHaveLength(8);
  for (let count = 0; count < 50; count += 1) {
    clock.after(count * 1538 * 80, () => a?.port.send(packetTo(network, 'a', 'c', 1480)));
    clock.after(count * 1538 * 80, () => b?.port.send(packetTo(network, 'b', 'c', 1480)));
  }
  while (clock.step());
  const { droppedFrames = 0, frames = 0 } = network.load().links.at(-1) ?? {};
  // It sends as many as come from one of them, and at the end the four that may wait.
  expect([frames - 8, droppedFrames]).toEqual([54, 46]);
});

test('the share of lost frames is what was asked for, on each link for itself, and the same for one seed', () => {
  const carried = (seed: string) => {
    const clock = new EventQueue();
    const network = testNetwork(clock, { loss: 0.1 }, { random: createRandom(seed), queueBytes: 1024 * KIB });
    const [a, b] = [heard(clock, network, 'a'), heard(clock, network, 'b')];
    for (let count = 0; count < 10_000; count += 1) a.port.send(packetTo(network, 'a', 'b', 10));
    while (clock.step());
    const [toSwitch, , , fromSwitch] = network.load().links;
    const shares = [toSwitch, fromSwitch].map((link) => (link?.lostFrames ?? 0) / (link?.frames ?? 1));
    return { shares, arrived: b.packets.length, digest: network.load().digest };
  };
  const { shares, arrived, digest } = carried('1');
  for (const share of shares) expect(share).toBeCloseTo(0.1, 1);
  expect(arrived).toBeGreaterThan(7900);
  expect(carried('1')).toEqual({ shares, arrived, digest });
  expect(carried('2').digest).not.toBe(digest);
});

test('a link that is cut loses what is on it and what waits; repaired, it carries again', () => {
  const clock = new EventQueue();
  const network = testNetwork(clock);
  const [a, b, c] = ['a', 'b', 'c'].map((node) => heard(clock, network, node));
  const send = (to: string) => a?.port.send(packetTo(network, 'a', to, 1480));
  send('b');
  send('b');
  network.partition(['b']);
  clock.advanceTo(1_000_000);
  send('b');
  send('c');
  clock.advanceTo(2_000_000);
  expect([b?.packets.length, c?.packets.length]).toEqual([0, 1]);
  network.repair();
  send('b');
  clock.advanceTo(2_100_000);
  // on its second link
  network.partition(['*']);
  network.repair();
  clock.advanceTo(3_000_000);
  expect(b?.packets).toHaveLength(0);
  send('b');
  clock.advanceTo(4_000_000);
  expect(b?.packets).toHaveLength(1);
});

test('a node that is off hears nothing, a node that is replaced neither, and only known ones can join', () => {
  const clock = new EventQueue();
  const network = testNetwork(clock);
  const [a, first] = [heard(clock, network, 'a'), heard(clock, network, 'b')];
  const second = heard(clock, network, 'b');
  first.port.send(packetTo(network, 'b', 'a', 10));
  a.port.send(packetTo(network, 'a', 'b', 10));
  while (clock.step());
  expect([a.packets.length, first.packets.length, second.packets.length]).toEqual([0, 0, 1]);
  second.port.detach();
  a.port.send(packetTo(network, 'a', 'b', 10));
  a.port.send(new Uint8Array(60));
  a.port.send(new Uint8Array(3));
  while (clock.step());
  expect(second.packets).toHaveLength(1);
  expect(() => network.attach('d', () => {})).toThrow(/no port for d/);
  network.close();
  a.port.send(packetTo(network, 'a', 'b', 10));
  expect(clock.step()).toBe(false);
});
