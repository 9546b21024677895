import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { HttpLimits } from '../../../src/client/sources/httpExchange.ts';
import { HttpSource } from '../../../src/client/sources/httpSource.ts';
import { openSource } from '../../../src/client/sources/openSource.ts';
import { utf8 } from '../../../src/core/bytes.ts';
import { InputError } from '../../../src/core/faults.ts';
import { hostTimer } from '../../../src/core/time/hostTime.ts';
import { flood, httpServer, rawServer } from '../support/servers.ts';

const found = (text: string) => ({ status: 'found', bytes: utf8(text) });
const failed = (message: string | RegExp) => ({
  status: 'failed',
  message: typeof message === 'string' ? message : expect.stringMatching(message),
});
const quick: HttpLimits = { answerMs: 100, rateWindowMs: 50, bytesPerSecondMin: 10_000, totalMs: 5_000 };

describe('a repository by HTTP', () => {
  it('gives files one after another over one connection, those that are missing between them', async () => {
    const server = await httpServer(({ url }, response) => {
      response.statusCode = url?.startsWith('/repo/missing') ? 404 : 200;
      response.end(url);
    });
    const source = openSource(`${server.url}/repo`);
    expect(source.describe).toBe(`${server.url}/repo/`);
    for (const name of ['1.root.json', 'missing.json', 'delegations/a%2Fb.json', 'targets/x%20%C3%A9.bin']) {
      const absent = name === 'missing.json';
      expect(await source.fetch(name, 100)).toEqual(absent ? { status: 'absent' } : found(`/repo/${name}`));
    }
    expect(server.asked).toHaveLength(4);
    expect(server.connections()).toBe(1);
    source.close();
  });

  it('takes a base URL with a slash at its end or without', async () => {
    const server = await httpServer(({ url }, response) => response.end(url));
    for (const base of ['', '/', '/a/b', '/a/b/']) {
      const source = openSource(server.url + base);
      expect(await source.fetch('root.json', 100)).toEqual(found(`${base.replace(/\/$/, '')}/root.json`));
      source.close();
    }
  });

  it.each([
    'http://',
    'http://[::1',
    'https://host:99999/',
    'http://user@host/',
    'http://u:p@host/',
    'http://host/?a=b',
    'http://host/#a',
  ])('does not take %s', (url) => {
    expect(() => openSource(url)).toThrow(InputError);
  });

  it('does not repeat a password in what it says', () => {
    expect(() => openSource('http://user:secret@host/')).toThrow(/^((?!secret).)*$/);
  });

  it.each([403, 404, 410])('takes status %i as absence', async (status) => {
    const server = await httpServer((_, response) => response.writeHead(status).end('no'));
    const source = openSource(server.url);
    expect(await source.fetch('root.json', 100)).toEqual({ status: 'absent' });
    source.close();
  });

  it.each([204, 206, 304, 400, 401, 500, 503])('takes status %i as a failure', async (status) => {
    const server = await httpServer((_, response) => response.writeHead(status).end());
    const source = openSource(server.url);
    expect(await source.fetch('root.json', 100)).toEqual(
      failed(`${server.url}/root.json: answered with status ${status}`),
    );
    source.close();
  });

  it('asks for no compression and refuses it', async () => {
    let asked: unknown;
    const server = await httpServer(({ headers }, response) => {
      asked = headers['accept-encoding'];
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('{}'));
    });
    const source = openSource(server.url);
    expect(await source.fetch('root.json', 100)).toEqual(failed(/Content-Encoding gzip/));
    expect(asked).toBe('identity');
    source.close();
  });

  it.each([
    '',
    '/root.json',
    '../root.json',
    'a/./b',
    'a//b',
    '%2e%2E/root.json',
    'a b',
    'a?b',
    'a#b',
    'é',
    'a%',
    'a%2',
    'a\\b',
    'a\r\nb',
  ])('asks nothing for the path %j', async (path) => {
    const server = await httpServer((_, response) => response.end());
    const source = openSource(server.url);
    expect(await source.fetch(path, 100)).toEqual(failed(/not a path of a file$/));
    expect(server.asked).toEqual([]);
    source.close();
  });

  it('says in one line that nobody listens', async () => {
    const source = openSource('http://127.0.0.1:1');
    expect(await source.fetch('root.json', 100)).toEqual(failed('http://127.0.0.1:1/root.json: connection refused'));
  });

  it('says in one line that a server does not speak TLS', async () => {
    const server = await rawServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'));
    const other = await httpServer((_, response) => response.end());
    for (const { url } of [server, other]) {
      const source = new HttpSource(url.replace('http:', 'https:'), quick);
      expect(await source.fetch('root.json', 100)).toEqual(
        failed(/^https:[^\n\ufffd]+: (no secure|no answer)[ a-z]+$/),
      );
      source.close();
    }
  });

  it('rejects with what the taker throws, and ends the connection', async () => {
    const server = await httpServer((_, response) => flood(response, () => 'x'.repeat(1000)));
    const source = openSource(server.url);
    const full = new Error('disk full');
    const stream = source.stream('image', 1e9, () => {
      throw full;
    });
    await expect(stream).rejects.toBe(full);
    source.close();
  });

  it('asks again, once, where an idle connection ended as it was used', async () => {
    const server = await rawServer((socket, count) => {
      if (count === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi');
      else socket.resetAndDestroy();
    });
    const source = openSource(server.url);
    expect(await source.fetch('1.root.json', 100)).toEqual(found('hi'));
    expect(await source.fetch('2.root.json', 100)).toEqual(found('hi'));
    expect(server.asked).toEqual(['/1.root.json', '/2.root.json', '/2.root.json']);
    expect(server.connections()).toBe(2);
    source.close();
  });

  it('ends a download when it is closed', async () => {
    const server = await httpServer((_, response) => response.write('x'));
    const source = openSource(server.url);
    const streamed = await source.stream('root.json', 100, () => source.close());
    expect(streamed).toEqual(failed(/the connection ended before the file did$/));
  });
});

describe('redirects', () => {
  const redirectTo = (location: string) => (response: ServerResponse) =>
    response.writeHead(302, { Location: location }).end('moved');

  it.each(['/other/root.json?v=1', 'sub/root.json', '//SELF/x.json', 'http://SELF/x%20y'])(
    'are followed within the same origin: %s',
    async (location) => {
      const server = await httpServer(({ url, headers }, response) => {
        if (url !== '/root.json') response.end('there');
        else redirectTo(location.replace('SELF', headers.host ?? ''))(response);
      });
      const source = openSource(server.url);
      expect(await source.fetch('root.json', 100)).toEqual(found('there'));
      expect(server.connections()).toBe(1);
      source.close();
    },
  );

  it.each(['http://127.0.0.1:1/root.json', 'https://127.0.0.1/', 'file:///etc/passwd', 'http://[', '//other'])(
    'are not followed to another origin: %s',
    async (location) => {
      const server = await httpServer((_, response) => redirectTo(location)(response));
      const source = openSource(server.url);
      expect(await source.fetch('root.json', 100)).toEqual(failed(/redirected to another place/));
      expect(server.asked).toHaveLength(1);
      source.close();
    },
  );

  it('are followed three times and no more', async () => {
    const server = await httpServer(({ url }, response) => {
      const left = Number(url?.slice(1));
      if (left === 0) response.end('there');
      else redirectTo(`/${left - 1}`)(response);
    });
    const source = openSource(server.url);
    expect(await source.fetch('3', 100)).toEqual(found('there'));
    expect(await source.fetch('4', 100)).toEqual(failed(/4: redirected more than 3 times$/));
    source.close();
  });

  it('that say no place are a failure', async () => {
    const server = await httpServer((_, response) => response.writeHead(301).end());
    const source = openSource(server.url);
    expect(await source.fetch('root.json', 100)).toEqual(failed(/not said where/));
    source.close();
  });
});

describe('a hostile server', () => {
  it('that never stops sending is read one byte beyond the bound', async () => {
    let sent = 0;
    const server = await httpServer((_, response) => {
      flood(response, () => {
        sent += 10_000;
        return Buffer.alloc(10_000, 'x');
      });
    });
    const source = openSource(server.url);
    const fetched = await source.fetch('root.json', 64 * 1024);
    expect(fetched.status === 'found' && fetched.bytes.length).toBe(64 * 1024 + 1);
    expect(sent).toBeLessThan(64 * 1024 * 1024); // what the sockets hold
    source.close();
  });

  it.each([0, 9, 10, 11])(
    'sends %i bytes where 10 are allowed: all are given, one too many at the most',
    async (count) => {
      const server = await httpServer((_, response) => response.end('x'.repeat(count)));
      const source = openSource(server.url);
      expect(await source.fetch('root.json', 10)).toEqual(found('x'.repeat(count)));
      source.close();
    },
  );

  it('that sends an endless page with its 404 is not read to the end', async () => {
    const server = await httpServer((_, response) => flood(response.writeHead(404), () => 'x'.repeat(1000)));
    const source = openSource(server.url);
    expect(await source.fetch('root.json', 100)).toEqual({ status: 'absent' });
    source.close();
  });

  it.each<[string, (socket: Socket) => void, RegExp]>([
    ['accepts and says nothing', () => {}, /no answer in time$/],
    [
      'sends a header that never ends',
      (socket) => flood(socket, () => `HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(1000)}`),
      /header|not an answer/,
    ],
    [
      'sends a huge header',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(1e6)}\r\n\r\n`),
      /the header of the answer is too large$/,
    ],
    [
      'sends many headers',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(1e5)}\r\n`),
      /the header of the answer is too large$/,
    ],
    [
      'sends one interim answer after another',
      (socket) => flood(socket, () => 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(100)),
      /no answer in time$/,
    ],
    [
      'switches protocols',
      (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
      /the connection was ended$/,
    ],
    ['speaks another protocol', (socket) => socket.write('220 smtp ready\r\n'), /not an answer of HTTP/],
    ['ends the connection before it answers', (socket) => socket.end(), /the connection was ended$/],
    ['resets the connection before it answers', (socket) => socket.resetAndDestroy(), /the connection was ended$/],
    ['ends in the middle of its header', (socket) => socket.end('HTTP/1.1 200 OK\r\nX'), /the connection was ended$/],
    [
      'promises more than it sends',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'),
      /ended before the file did$/,
    ],
    [
      'ends between chunks',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'),
      /ended before the file did$/,
    ],
    [
      'garbles its chunks',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'),
      /ended before the file did$|not an answer/,
    ],
    [
      'states two lengths',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'),
      /not an answer of HTTP/,
    ],
    [
      'redirects to control characters',
      (socket) => socket.write('HTTP/1.1 302 No\r\nLocation: http://\xad\x9b2J/\r\n\r\n', 'latin1'),
      /another place \(http:\/\/\ufffd\ufffd2J\/\)$/,
    ],
  ])('that %s is a failure', async (_, answer, message) => {
    const server = await rawServer(answer);
    const source = new HttpSource(
      server.url,
      message.source.includes('in time') ? quick : { ...quick, answerMs: 10_000 },
    );
    const fetched = await source.fetch('root.json', 100);
    expect(fetched).toEqual(failed(message));
    expect(fetched.status === 'failed' && fetched.message).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/root\.json: [ -~\u{fffd}]+$/u,
    );
    source.close();
  });

  it('that sends more than it promised is a failure, and the next file is asked for afresh', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n';
    const server = await rawServer((socket) => {
      socket.write(server.asked.length === 1 ? `${head}abcdef` : `${head}ok`);
    });
    const source = openSource(server.url);
    expect(await source.fetch('1.root.json', 100)).toEqual(failed(/not an answer of HTTP/));
    expect(await source.fetch('2.root.json', 100)).toEqual(found('ok'));
    expect(server.connections()).toBe(2);
    source.close();
  });

  it('of an old kind, that ends a file by ending the connection, is understood', async () => {
    const server = await rawServer((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nabc'));
    const source = openSource(server.url);
    for (const name of ['1.root.json', '2.root.json']) expect(await source.fetch(name, 100)).toEqual(found('abc'));
    expect(server.connections()).toBe(2);
    source.close();
  });

  const trickle = (head: string, piece: string) => (socket: Socket) => {
    socket.write(head);
    const more = () => {
      if (socket.write(piece)) hostTimer(5, () => !socket.destroyed && more());
    };
    more();
  };

  it.each([
    ['a file', 'HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n', 'x', /slower than 10000 bytes a second$/],
    ['the lengths of its chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '0', /slower than/],
    ['its header', 'HTTP/1.1 200 OK\r\n', 'x', /no answer in time$/],
  ])('that trickles %s is given up [K3]', async (_, head, piece, message) => {
    const server = await rawServer(trickle(head, piece));
    const source = new HttpSource(server.url, quick);
    expect(await source.fetch('root.json', 1e6)).toEqual(failed(message));
    source.close();
  });

  it('that trickles the page of its 404 is not waited for [K3]', async () => {
    const server = await rawServer(trickle('HTTP/1.1 404 No\r\nContent-Length: 1000000\r\n\r\n', 'x'));
    const source = new HttpSource(server.url, quick);
    expect(await source.fetch('root.json', 1e6)).toEqual({ status: 'absent' });
    source.close();
  });

  it('that is just fast enough has an end all the same [K3]', async () => {
    const server = await rawServer(trickle('HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n', 'x'.repeat(1000)));
    const source = new HttpSource(server.url, { ...quick, rateWindowMs: 100, totalMs: 250 });
    expect(await source.fetch('image', 1e9)).toEqual(failed(/not complete in time$/));
    source.close();
  });

  it('that is slow but steady is waited for [K3]', async () => {
    const server = await rawServer(trickle('HTTP/1.1 200 OK\r\nContent-Length: 30000\r\n\r\n', 'x'.repeat(1000)));
    const source = new HttpSource(server.url, { ...quick, rateWindowMs: 100, bytesPerSecondMin: 1000 });
    expect(await source.fetch('image', 30_000)).toEqual(found('x'.repeat(30_000)));
    source.close();
  });
});
