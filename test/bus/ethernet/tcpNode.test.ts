import { beforeEach, describe, expect, test } from 'vitest';
import type { EthernetNetwork } from '../../../src/bus/ethernet/ethernetNetwork.ts';
import { attachEthernetNode, ecunetPort } from '../../../src/bus/ethernet/ethernetNode.ts';
import { readTcpPacket, tcpPacket } from '../../../src/bus/ethernet/tcpPacket.ts';
import type { TcpSegment } from '../../../src/bus/tcp/segment.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { NS_PER_MS, NS_PER_S } from '../../../src/core/units.ts';
import { brief, codeOf, payload, recorded } from '../support/harness.ts';
import { type EthernetPair, ethernetPair, testNetwork } from './support/ethernetPair.ts';

let clock: EventQueue;
let network: EthernetNetwork;
let pair: EthernetPair;
let seen: string[];

function flagsOf({ syn, fin, rst, psh, acknowledgment, payload: bytes }: TcpSegment): string {
  const flags = [syn && 'SYN', fin && 'FIN', rst && 'RST', psh && 'PSH', acknowledgment !== undefined && 'ACK'];
  return [...flags.filter(Boolean), ...(bytes.length > 0 ? [bytes.length] : [])].join(' ');
}

beforeEach(() => {
  clock = new EventQueue();
  network = testNetwork(clock);
  pair = ethernetPair(network, clock);
  seen = [];
  network.tap((packet) => {
    const read = readTcpPacket(packet);
    const from = read?.from === network.addressOf('a') ? 'a' : 'b';
    if (read !== undefined) seen.push(`${from} ${flagsOf(read.segment)}`);
  });
});

function run(): void {
  while (clock.step());
}

function codes(recorder: ReturnType<typeof recorded>): readonly string[] {
  return recorder.failures.map(({ direction, fault }) => `${direction} ${fault.code}: ${fault.message}`);
}

test('a connection: its handshake, two segments and one for an answer, and its end from both sides', () => {
  const [a, b] = [recorded(pair.a), recorded(pair.b)];
  b.onReceived = () => void pair.b.send(payload(20));
  a.onReceived = () => pair.a.close();
  pair.a.send(payload(2000));
  run();
  expect(seen).toEqual([
    ...['a SYN', 'b SYN ACK', 'a ACK 1460', 'a PSH ACK 544'],
    ...['b ACK', 'b ACK', 'b PSH ACK 24', 'a ACK', 'a FIN ACK', 'b ACK', 'b FIN ACK', 'a ACK'],
  ]);
  expect([...codes(a), ...codes(b)]).toEqual([]);
  expect(codeOf(pair.b.send(payload(1)))).toBe('closed');
  // Nothing is left that waits, and another node can have the port.
  expect(clock.nextNs()).toBeUndefined();
});

test('the accepting end says closed while nobody is connected', () => {
  expect(codeOf(pair.b.send(payload(1)))).toBe('closed');
});

test('the message of a node that nobody accepts is refused, and each next one tries anew', () => {
  pair.b.close();
  const a = recorded(pair.a);
  pair.a.send(payload(10));
  run();
  expect(codes(a)).toEqual(['sending connection-failed: a to b: the connection is refused']);
  expect(codeOf(pair.a.send(payload(10)))).toBe('ok');
  run();
  expect(seen).toEqual(['a SYN', 'b RST ACK', 'a SYN', 'b RST ACK']);
});

test('a node that is off is given up after ten seconds of growing pauses', () => {
  pair.nodeB.detach();
  const a = recorded(pair.a);
  pair.a.send(payload(10));
  run();
  expect(codes(a)).toEqual(['sending connection-failed: a to b: nothing was acknowledged for too long']);
  expect(seen).toEqual(Array.from({ length: 8 }, () => 'a SYN'));
  expect(clock.nowNs()).toBe(11_000 * NS_PER_MS);
});

test('a node that was off and on again resets its connection, and the next message opens another', () => {
  recorded(pair.b);
  const a = recorded(pair.a);
  pair.a.send(payload(10));
  run();
  pair.nodeB.detach();
  const again = recorded(attachEthernetNode(network, 'b', clock).accept('a'));
  pair.a.send(payload(20));
  run();
  expect(codes(a)).toEqual(['sending connection-failed: a to b: the connection was reset']);
  pair.a.send(payload(30));
  run();
  expect(again.received.map(brief)).toEqual([brief(payload(30))]);
});

test('a node that was off opens another connection, which takes the place of the one before', () => {
  const b = recorded(pair.b);
  recorded(pair.a);
  pair.a.send(payload(10));
  run();
  // b's answer is on its way when a goes off.
  pair.b.send(payload(5000));
  pair.nodeA.detach();
  const again = attachEthernetNode(network, 'a', clock).connect('b');
  const heard = recorded(again);
  again.send(payload(11));
  clock.advanceTo(clock.nowNs() + NS_PER_S);
  expect(codes(b)).toEqual(['sending connection-failed: b to a: the peer has opened another connection']);
  expect(b.received.map(brief)).toEqual([payload(10), payload(11)].map(brief));
  pair.b.send(payload(5000));
  run();
  expect(heard.received.map(brief)).toEqual([brief(payload(5000))]);
});

test('a cut of three seconds in the middle of a message is sat out: it is complete soon after', () => {
  const [a, b] = [recorded(pair.a), recorded(pair.b)];
  pair.a.send(payload(60_000));
  clock.advanceTo(3 * NS_PER_MS);
  network.partition(['b']);
  clock.advanceTo(3 * NS_PER_S);
  expect([b.received.length, ...codes(a), ...codes(b)]).toEqual([0]);
  network.repair();
  run();
  expect(b.received.map(brief)).toEqual([brief(payload(60_000))]);
  expect(a.sent).toBe(1);
  expect(clock.nowNs()).toBeLessThan(5.2 * NS_PER_S);
});

test('a cut that does not end is told at both ends, by each that has something to say', () => {
  const [a, b] = [recorded(pair.a), recorded(pair.b)];
  pair.a.send(payload(1));
  run();
  pair.a.send(payload(60_000));
  pair.b.send(payload(50_000));
  clock.advanceTo(clock.nowNs() + 3 * NS_PER_MS);
  network.partition(['*']);
  run();
  const lost = 'connection-failed: %: nothing was acknowledged for too long';
  expect(codes(a)).toEqual(['sending', 'receiving'].map((way) => `${way} ${lost.replace('%', 'a to b')}`));
  expect(codes(b)).toEqual(['sending', 'receiving'].map((way) => `${way} ${lost.replace('%', 'b to a')}`));
});

describe('a peer that is no ecunet', () => {
  /** What c sends to b, which accepts it, and what b answers. */
  function stranger(port = ecunetPort) {
    const answers: TcpSegment[] = [];
    const own = network.attach('c', (packet) => {
      const read = readTcpPacket(packet);
      if (read !== undefined) answers.push(read.segment);
    });
    const common = { sourcePort: 50_000, destinationPort: port, window: 1000, psh: false };
    const plain = { acknowledgment: undefined, syn: false, fin: false, rst: false, payload: payload(0) };
    const send = (segment: Partial<TcpSegment> & { readonly sequence: number }) => {
      own.send(tcpPacket(own.address, network.addressOf('b'), 7, { ...common, ...plain, ...segment }));
      clock.advanceTo(clock.nowNs() + NS_PER_MS);
      return answers.splice(0);
    };
    /** Opens a connection; gives b's initial sequence number. */
    const open = () => {
      const [answer] = send({ syn: true, sequence: 100 });
      const sequence = answer?.sequence ?? 0;
      expect(answer).toMatchObject({ syn: true, acknowledgment: 101 });
      expect(send({ sequence: 101, acknowledgment: sequence + 1 })).toEqual([]);
      return (sequence + 1) >>> 0;
    };
    return { send, open, own };
  }

  test('is refused on a port where it is not expected', () => {
    expect(stranger().send({ syn: true, sequence: 100 })).toMatchObject([{ rst: true, acknowledgment: 101 }]);
    expect(stranger().send({ sequence: 100, acknowledgment: 55 })).toMatchObject([{ rst: true, sequence: 55 }]);
    expect(stranger().send({ rst: true, sequence: 100 })).toEqual([]);
  });

  test('is reset where it announces a message longer than the bound, and the owner is told', () => {
    const link = pair.nodeB.accept('c', { messageBytesMax: 50 });
    const heard = recorded(link);
    const { send, open } = stranger();
    const acknowledgment = open();
    const answers = send({ sequence: 101, acknowledgment, payload: Uint8Array.of(0, 0, 0, 51, 1) });
    expect(answers.map(flagsOf)).toEqual(['ACK', 'RST ACK']);
    expect(codes(heard)).toEqual(['receiving too-long: b to c: a message of 51 bytes was announced, not of 1 to 50']);
    expect(codeOf(link.send(payload(1)))).toBe('closed');
  });

  test('is held to its sequence numbers by a reset, a repeated SYN and data from the future', () => {
    const heard = recorded(pair.nodeB.accept('c'));
    const { send, open } = stranger();
    const acknowledgment = open();
    expect(send({ rst: true, sequence: 105 }).map(flagsOf)).toEqual(['ACK']);
    expect(send({ syn: true, sequence: 100 }).map(flagsOf)).toEqual(['ACK']);
    // Beyond the window; then acknowledging what was never sent.
    expect(send({ sequence: 101 + 70_000, acknowledgment, payload: payload(10) })).toMatchObject([
      { acknowledgment: 101 },
    ]);
    expect(send({ sequence: 101, acknowledgment: acknowledgment + 5, payload: payload(10) })).toMatchObject([
      { acknowledgment: 101 },
    ]);
    // In two pieces, the second first, one of them twice.
    expect(send({ sequence: 107, acknowledgment, payload: Uint8Array.of(7, 8) })).toMatchObject([
      { acknowledgment: 101 },
    ]);
    expect(send({ sequence: 107, acknowledgment, payload: Uint8Array.of(7, 8) })).toMatchObject([
      { acknowledgment: 101 },
    ]);
    expect(send({ sequence: 101, acknowledgment, payload: Uint8Array.of(0, 0, 0, 4, 5, 6) })).toMatchObject([
      { acknowledgment: 109 },
    ]);
    expect(heard.received).toEqual([Uint8Array.of(5, 6, 7, 8)]);
    expect(send({ rst: true, sequence: 109 })).toEqual([]);
    expect(send({ sequence: 109, acknowledgment }).map(flagsOf)).toEqual(['RST']);
  });

  test('is not heard where its packets are damaged or no TCP at all', () => {
    const heard = recorded(pair.nodeB.accept('c'));
    const { own, open } = stranger();
    const acknowledgment = open();
    const segment = {
      ...{ sourcePort: 50_000, destinationPort: ecunetPort, window: 1, psh: false, syn: false },
      acknowledgment,
    };
    const whole = { ...segment, fin: false, rst: false, sequence: 101, payload: Uint8Array.of(0, 0, 0, 1, 9) };
    const packet = tcpPacket(own.address, network.addressOf('b'), 7, whole);
    for (let index = 12; index < 59; index += 1) own.send(packet.with(index, (packet[index] ?? 0) ^ 0x40));
    own.send(packet.subarray(0, 40));
    clock.advanceTo(clock.nowNs() + NS_PER_S);
    expect(heard.received).toEqual([]);
    own.send(packet);
    clock.advanceTo(clock.nowNs() + NS_PER_S);
    expect(heard.received).toEqual([Uint8Array.of(9)]);
  });
});

test('several links between two nodes have a port each; one port is accepted once', () => {
  const other = recorded(pair.nodeB.accept('a', { port: 9 }));
  const link = pair.nodeA.connect('b', { port: 9 });
  const b = recorded(pair.b);
  recorded(link);
  link.send(payload(3));
  pair.a.send(payload(4));
  run();
  expect([other.received, b.received]).toEqual([[payload(3)], [payload(4)]]);
  expect(() => pair.nodeB.accept('a', { port: 9 })).toThrow(/accepts a on port 9 already/);
});
