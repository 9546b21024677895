import { createSocket, type Socket } from 'node:dgram';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Link } from '../../../src/bus/link.ts';
import { openUdpEnd } from '../../../src/bus/sockets/udpLink.ts';
import { readUdpDatagram, udpDatagram, udpSegmentBytes } from '../../../src/bus/tcp/udpSegment.ts';
import { linkMessageBytesMax } from '../../../src/core/limits.ts';
import { createRandom } from '../../../src/core/random.ts';
import { fc, prop } from '../../support/property.ts';
import { brief, codeOf, hostRun, payload, type Run, recorded, value } from '../support/harness.ts';
import { type LinkPair, linkSuite } from '../support/linkSuite.ts';

/** A socket on loopback, and its port. */
async function bound(): Promise<{ readonly socket: Socket; readonly port: number }> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { socket, port: socket.address().port };
}

const host = '127.0.0.1';

/** Passes datagrams between two ports, and loses a share of them each way. */
async function lossyRelay(one: number, other: number, loss: number) {
  const [front, back] = [await bound(), await bound()];
  const random = createRandom('relay');
  const isLost = () => random.fraction() < loss;
  front.socket.on('message', (datagram) => {
    if (!isLost()) back.socket.send(datagram, other, host);
  });
  back.socket.on('message', (datagram) => {
    if (!isLost()) front.socket.send(datagram, one, host);
  });
  return {
    front: { host, port: front.port },
    back: { host, port: back.port },
    close() {
      front.socket.close();
      back.socket.close();
    },
  };
}

async function udpPair({ enter, until }: Run, loss: number): Promise<LinkPair> {
  const [opener, listener] = [value(await openUdpEnd({ enter })), value(await openUdpEnd({ enter }))];
  const relay = await lossyRelay(opener.port, listener.port, loss);
  const [a, b] = [opener.link(relay.front, true), listener.link(relay.back, false)];
  // The first message opens the connection.
  const [asker, heard] = [recorded(a), recorded(b)];
  a.send(payload(1));
  await until(() => heard.received.length === 1 && asker.sent === 1);
  return {
    a,
    b,
    close() {
      a.close();
      b.close();
      relay.close();
    },
  };
}

linkSuite({ name: 'UDP on 127.0.0.1', run: () => hostRun(20_000, 20), make: (run) => udpPair(run, 0) });
linkSuite({
  name: 'UDP that loses a datagram of fifty',
  run: () => hostRun(60_000, 20),
  make: (run) => udpPair(run, 0.02),
});

describe('a UDP link', () => {
  let run: Run;
  let links: Link[];
  let sockets: Socket[];
  beforeEach(() => {
    run = hostRun(20_000, 50);
    links = [];
    sockets = [];
  });
  afterEach(() => {
    for (const link of links) link.close();
    for (const socket of sockets) socket.close();
    run.stop();
  });

  async function both() {
    const { enter } = run;
    const [opener, listener] = [value(await openUdpEnd({ enter })), value(await openUdpEnd({ enter }))];
    const [a, b] = [opener.link(listener, true), listener.link(opener, false)];
    links.push(a, b);
    return { a, b, port: listener.port };
  }

  test('carries the longest message through losses of a tenth', async () => {
    const pair = await udpPair(run, 0.1);
    links.push(pair.a, pair.b);
    const heard = recorded(pair.b);
    pair.a.send(payload(linkMessageBytesMax));
    await run.until(() => heard.received.length === 1);
    expect(heard.received.map(brief)).toEqual([brief(payload(linkMessageBytesMax))]);
  });

  test('says closed at the listening end while nobody has sent, and after its peer closed', async () => {
    const { a, b } = await both();
    expect(codeOf(b.send(payload(1)))).toBe('closed');
    const heard = recorded(b);
    a.send(payload(2));
    await run.until(() => heard.received.length === 1);
    a.close();
    await run.until(() => codeOf(b.send(payload(3))) === 'closed');
  });

  test('hears its peer alone, though a stranger speaks first, and nothing that is no datagram of ours', async () => {
    const { a, b, port } = await both();
    const stranger = await bound();
    sockets.push(stranger.socket);
    const answers: Uint8Array[] = [];
    stranger.socket.on('message', (datagram) => answers.push(datagram));
    const heard = recorded(b);
    const syn = { sourcePort: 0, destinationPort: 0, sequence: 5, acknowledgment: undefined, syn: true, fin: false };
    const datagram = udpDatagram(7, { ...syn, rst: false, psh: false, window: 0, payload: new Uint8Array(0) });
    for (const odd of [datagram, new Uint8Array(0), payload(5), payload(14), payload(1500)]) {
      stranger.socket.send(odd, port, host);
    }
    await run.settle();
    a.send(payload(9));
    await run.until(() => heard.received.length === 1);
    stranger.socket.send(datagram, port, host);
    await run.settle();
    expect(answers).toEqual([]);
    a.send(payload(10));
    await run.until(() => heard.received.length === 2);
    expect(heard.received).toEqual([payload(9), payload(10)]);
  });

  test('learns from a reset that its peer knows the connection no more, and opens another', async () => {
    const peer = await bound();
    sockets.push(peer.socket);
    const { port } = peer;
    const a = value(await openUdpEnd({ enter: run.enter })).link({ host, port }, true);
    links.push(a);
    const heard = recorded(a);
    const seen: number[] = [];
    peer.socket.on('message', (datagram, from) => {
      const { connection = 0, segment } = readUdpDatagram(datagram) ?? {};
      if (segment === undefined) return;
      seen.push(connection);
      const reset = { ...segment, syn: false, rst: true, sequence: 0, acknowledgment: (segment.sequence + 1) >>> 0 };
      peer.socket.send(udpDatagram(connection, reset), from.port, from.address);
    });
    for (const count of [1, 2]) {
      a.send(payload(10));
      await run.until(() => heard.failures.length === count);
    }
    expect(heard.failures.map(({ fault }) => fault.message)).toEqual(
      Array.from({ length: 2 }, () => `127.0.0.1:${port}: the connection is refused`),
    );
    expect(new Set(seen).size).toBe(2);
  });

  test('cannot listen where somebody does', async () => {
    const { port } = await both();
    expect(await openUdpEnd({ port, enter: run.enter })).toMatchObject({
      ok: false,
      fault: { code: 'connection-failed', message: `cannot use UDP on 127.0.0.1:${port} (EADDRINUSE)` },
    });
  });
});

const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
prop({
  connection: uint32,
  sequence: uint32,
  acknowledgment: fc.option(uint32, { nil: undefined }),
  flags: fc.record({ syn: fc.boolean(), fin: fc.boolean(), rst: fc.boolean(), psh: fc.boolean() }),
  bytes: fc.uint8Array({ maxLength: udpSegmentBytes }),
})('a datagram gives back its segment', ({ connection, sequence, acknowledgment, flags, bytes }) => {
  const segment = {
    sourcePort: 0,
    destinationPort: 0,
    window: 65_535,
    sequence,
    acknowledgment,
    ...flags,
    payload: bytes,
  };
  const datagram = udpDatagram(connection, segment);
  expect(datagram.length).toBeLessThanOrEqual(1400);
  expect(readUdpDatagram(datagram)).toEqual({ connection, segment });
});
