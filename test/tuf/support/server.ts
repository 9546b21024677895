// Owns: TUF repositories on a real HTTP server of this machine, each under a name of its own.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TufRepository } from './repository.ts';

export interface TufUrls {
  readonly metadataUrl: string;
  readonly targetsUrl: string;
}

/** What is asked of a server: the bytes at a path, or the status that stands in their place. */
export interface Served {
  fetch(path: string): Uint8Array | number | undefined;
}

export class TufServer {
  private readonly repositories = new Map<string, Served>();
  private readonly server = createServer((request, response) => {
    const [, name = '', path = ''] = /^\/([^/]*)\/(.*)$/.exec(request.url ?? '') ?? [];
    const found = this.repositories.get(decodeURIComponent(name))?.fetch(path) ?? 404;
    if (typeof found === 'number') response.writeHead(found).end();
    else response.writeHead(200, { 'Content-Length': found.length }).end(found);
  });
  private origin = '';

  static async start(): Promise<TufServer> {
    const server = new TufServer();
    await new Promise<void>((resolve) => server.server.listen(0, '127.0.0.1', resolve));
    server.origin = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
    return server;
  }

  /** Serves a repository under a name, whatever characters it has. */
  serve(name: string, repository: TufRepository | Served): TufUrls {
    this.repositories.set(name, repository);
    const base = `${this.origin}/${encodeURIComponent(name)}`;
    return { metadataUrl: `${base}/metadata/`, targetsUrl: `${base}/targets/` };
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve, reject) => this.server.close((error) => (error ? reject(error) : resolve())));
  }
}
