// Owns: one repository and one client of it a test, on one server a file.
import { afterAll, beforeAll } from 'vitest';
import { TufClient } from './client.ts';
import { TufRepository } from './repository.ts';
import { TufServer } from './server.ts';

export interface Scene {
  readonly repository: TufRepository;
  readonly client: TufClient;
}

/** Starts the server of a test file; returns a function that gives a test its scene. The name is part of the URLs. */
export function tufScenes(): (name?: string) => Scene {
  let server: TufServer | undefined;
  let count = 0;
  beforeAll(async () => {
    server = await TufServer.start();
  });
  afterAll(() => server?.close());
  return (name = 'a repository [?#/%41]') => {
    if (server === undefined) throw new Error('a scene belongs into a test');
    count += 1;
    const repository = new TufRepository();
    return { repository, client: new TufClient(server.serve(`${name} ${count}`, repository)) };
  };
}
