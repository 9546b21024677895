// Owns: servers on loopback for the tests of one file, hostile ones included; closed at its end, whatever clients still hang on.
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Socket, type Server as TcpServer } from 'node:net';
import { afterEach } from 'vitest';

export interface Loopback {
  readonly url: string;
  /** The request lines' paths so far. */
  readonly asked: string[];
  readonly connections: () => number;
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

async function listening(server: TcpServer, asked: string[]): Promise<Loopback> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, asked, connections: () => connections };
}

/** A server of HTTP. */
export function httpServer(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Loopback> {
  const asked: string[] = [];
  const server = createHttpServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  return listening(server, asked);
}

/** Something that speaks TCP: it is told of each whole request header on a connection. */
export function rawServer(answer: (socket: Socket, count: number) => void): Promise<Loopback> {
  const asked: string[] = [];
  const server = createServer((socket) => {
    let count = 0;
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        asked.push(text.split(' ')[1] ?? '');
        text = text.slice(end + 4);
        count += 1;
        answer(socket, count);
      }
    });
  });
  return listening(server, asked);
}

/** Writes as long as the other side takes it; calls `piece` for each. */
export function flood(stream: Socket | ServerResponse, piece: () => string | Uint8Array): void {
  const more = () => {
    while (!stream.destroyed) if (!stream.write(piece())) return;
  };
  stream.on('drain', more);
  more();
}
