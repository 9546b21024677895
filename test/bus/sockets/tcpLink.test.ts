import { createConnection, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tcpCallersWaitingMax } from '../../../src/bus/limits.ts';
import type { Link } from '../../../src/bus/link.ts';
import { connectTcpLink, listenTcpLink } from '../../../src/bus/sockets/tcpLink.ts';
import { Deframer, framed } from '../../../src/bus/tcp/lengthPrefix.ts';
import { linkMessageBytesMax } from '../../../src/core/limits.ts';
import { fc, prop } from '../../support/property.ts';
import { codeOf, hostRun, payload, type Run, recorded, value } from '../support/harness.ts';
import { linkSuite } from '../support/linkSuite.ts';
import { tcpPair } from '../support/tcpPair.ts';

linkSuite({ name: 'TCP on 127.0.0.1', run: () => hostRun(20_000, 20), make: (run) => tcpPair(run) });

describe('a TCP link to a peer that is no ecunet', () => {
  let run: Run;
  let link: Link;
  let peer: Socket;
  beforeEach(async () => {
    run = hostRun(20_000, 20);
    const server = value(await listenTcpLink({ enter: run.enter }));
    peer = createConnection({ host: '127.0.0.1', port: server.port });
    peer.on('error', () => {});
    link = value(await server.accept());
  });
  afterEach(() => {
    link.close();
    peer.destroy();
    run.stop();
  });

  test.each([
    ['longer than the bound', linkMessageBytesMax + 1],
    ['of 4 GiB', 0xffff_ffff],
    ['of no bytes', 0],
  ])('closes where a message %s is announced, and tells the listener', async (_, length) => {
    const heard = recorded(link);
    let closed = false;
    peer.on('close', () => {
      closed = true;
    });
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32BE(length);
    peer.write(prefix);
    peer.resume();
    await run.until(() => heard.failures.length === 1 && closed);
    await run.settle();
    expect(heard.failures.map(({ direction, fault }) => [direction, fault.code])).toEqual([['receiving', 'too-long']]);
    expect(codeOf(link.send(payload(1)))).toBe('closed');
  });

  test('tells of a connection that its peer closed, once', async () => {
    const heard = recorded(link);
    peer.write(framed(payload(10)).subarray(0, 9));
    peer.end();
    await run.until(() => heard.failures.length === 1);
    await run.settle();
    expect(heard.failures.map(({ direction, fault }) => [direction, fault.code])).toEqual([['receiving', 'closed']]);
    expect(heard.received).toEqual([]);
    expect(codeOf(link.send(payload(1)))).toBe('closed');
  });

  test('tells of a connection lost before anybody listened', async () => {
    peer.resetAndDestroy();
    await run.settle();
    const heard = recorded(link);
    expect(heard.calls).toBe(0);
    await run.until(() => heard.failures.length === 1);
  });

  test('is busy while a peer reads nothing, and loses the message with the connection', async () => {
    const heard = recorded(link);
    heard.onSent = () => void link.send(payload(linkMessageBytesMax));
    link.send(payload(linkMessageBytesMax));
    let before = -1;
    // The kernel's buffers fill until no more messages leave.
    while (before !== heard.sent) {
      before = heard.sent;
      await run.settle();
    }
    expect(codeOf(link.send(payload(1)))).toBe('busy');
    peer.resetAndDestroy();
    await run.until(() => heard.failures.length === 2);
    expect(heard.failures.map(({ direction }) => direction)).toEqual(['sending', 'receiving']);
    expect(codeOf(link.send(payload(1)))).toBe('closed');
  });

  test('holds what comes before anybody listens', async () => {
    peer.write(framed(payload(10)));
    peer.write(framed(payload(20)));
    await run.settle();
    const heard = recorded(link);
    await run.until(() => heard.received.length === 2);
    expect(heard.received).toEqual([payload(10), payload(20)]);
  });
});

describe('a TCP link to a peer that is named', () => {
  const callers = async (port: number, count: number) => {
    const sockets = Array.from({ length: count }, () => createConnection({ host: '127.0.0.1', port }));
    for (const socket of sockets) socket.on('error', () => {});
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    return sockets;
  };

  test.each([1, tcpCallersWaitingMax + 10])(
    'is not to one of %i who connected first, or who comes after',
    async (count) => {
      const run = hostRun(20_000, 20);
      const server = value(await listenTcpLink({ enter: run.enter }));
      const before = await callers(server.port, count);
      for (const socket of before) socket.write(framed(payload(3)));
      const mine = value(await connectTcpLink({ host: '127.0.0.1', port: server.port, enter: run.enter }));
      const after = await callers(server.port, 1);
      const link = value(await server.accept(mine.local));
      const heard = recorded(link);
      mine.send(payload(100));
      await run.until(() => heard.received.length === 1 && [...before, ...after].every(({ destroyed }) => destroyed));
      expect(heard.received).toEqual([payload(100)]);
      link.close();
      mine.close();
      run.stop();
    },
  );

  test('that has gone again by then says so', async () => {
    const run = hostRun(20_000, 20);
    const server = value(await listenTcpLink({ enter: run.enter }));
    const [peer] = await callers(server.port, 1);
    const local = { host: '127.0.0.1', port: peer?.localPort ?? 0 };
    peer?.resetAndDestroy();
    await run.settle();
    const heard = recorded(value(await server.accept(local)));
    await run.until(() => heard.failures.length === 1);
    expect(codeOf(await server.accept())).toBe('closed');
    run.stop();
  });
});

describe('no connection', () => {
  const enter = (run: () => void) => run();

  test('where nobody listens', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    await new Promise((resolve) => server.close(resolve));
    const result = await connectTcpLink({ host: '127.0.0.1', port, enter });
    expect(result).toMatchObject({
      ok: false,
      fault: { code: 'connection-failed', message: expect.stringContaining('ECONNREFUSED') },
    });
  });

  test('where the port is taken', async () => {
    const first = value(await listenTcpLink({ enter }));
    const second = await listenTcpLink({ port: first.port, enter });
    expect(second).toMatchObject({
      ok: false,
      fault: { code: 'connection-failed', message: expect.stringContaining('EADDRINUSE') },
    });
    first.close();
    expect(codeOf(await first.accept())).toBe('closed');
  });
});

prop({
  messages: fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 }),
  cuts: fc.array(fc.nat({ max: 400 }), { maxLength: 20 }),
})('a stream comes apart into its messages, whatever its pieces', ({ messages, cuts }) => {
  const stream = Buffer.concat(messages.map(framed));
  const deframer = new Deframer(40);
  const bounds = [0, ...cuts.map((cut) => Math.min(cut, stream.length)).sort((x, y) => x - y), stream.length];
  const got: Uint8Array[] = [];
  for (const [index, end] of bounds.entries()) {
    deframer.push(stream.subarray(bounds[index - 1] ?? 0, end));
    for (let next = deframer.next(); next.type === 'message'; next = deframer.next()) got.push(next.message);
  }
  expect(got).toEqual(messages);
});

prop({ chunks: fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 20 }) })(
  'any bytes give messages within the bound, or an end to it',
  ({ chunks }) => {
    const deframer = new Deframer(12);
    for (const chunk of chunks) {
      deframer.push(chunk);
      for (let next = deframer.next(); next.type !== 'moreNeeded'; next = deframer.next()) {
        if (next.type === 'badLength') return;
        expect(next.message.length).toBeLessThanOrEqual(12);
      }
    }
  },
);
