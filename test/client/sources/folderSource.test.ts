import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSource } from '../../../src/client/sources/openSource.ts';
import type { Fetched } from '../../../src/client/sources/source.ts';
import { utf8 } from '../../../src/core/bytes.ts';
import { InputError } from '../../../src/core/faults.ts';
import { hugeBytes, permissionsIgnored, temporaryFolders } from '../../files/support/temporary.ts';
import { withReason } from '../../support/skips.ts';

const temporaryFolder = temporaryFolders();
const found = (text: string): Fetched => ({ status: 'found', bytes: utf8(text) });
const absent: Fetched = { status: 'absent' };
const failed = (path: string, reason: string): Fetched => ({ status: 'failed', message: `${path}: ${reason}` });

/** A folder in a folder: `repo` is asked, and what lies beside it must stay unread. */
function repository(): string {
  const outer = temporaryFolder();
  mkdirSync(join(outer, 'repo', 'delegations'), { recursive: true });
  writeFileSync(join(outer, 'secret.json'), 'secret');
  writeFileSync(join(outer, 'repo', 'root.json'), 'root');
  return join(outer, 'repo');
}

describe('a repository in a folder', () => {
  it('gives files, and says which are missing', async () => {
    const folder = repository();
    writeFileSync(join(folder, 'empty'), '');
    const source = openSource(folder);
    expect(source.describe).toBe(folder);
    expect(await source.fetch('root.json', 100)).toEqual(found('root'));
    expect(await source.fetch('empty', 100)).toEqual(found(''));
    expect(await source.fetch('2.root.json', 100)).toEqual(absent);
    expect(await source.fetch('root.json/x', 100)).toEqual(absent);
    expect(await source.fetch(`${'x'.repeat(300)}.json`, 100)).toEqual(absent);
    expect(await source.fetch(`${'x/'.repeat(5000)}y`, 100)).toEqual(absent);
    source.close();
  });

  it.each([
    ['a%2Fb.json', 'a%2Fb.json', undefined],
    ['my%20role.json', 'my role.json', undefined],
    ['100%25.json', '100%.json', undefined],
    ['%C3%A9%E2%82%AC.json', 'é€.json', undefined],
    ['%c3%a9.json', 'é.json', undefined],
    ['my%20role.json', 'my%20role.json', 'my role.json'],
  ])('finds %s under the name %s', async (path, name, alsoThere) => {
    const folder = repository();
    writeFileSync(join(folder, 'delegations', name), name);
    if (alsoThere !== undefined) writeFileSync(join(folder, 'delegations', alsoThere), 'the other');
    expect(await openSource(folder).fetch(`delegations/${path}`, 100)).toEqual(found(name));
  });

  it.each([
    '..%2fsecret.json',
    '..%5csecret.json',
    'x%00.json',
    '%2Fetc%2Fpasswd',
    '%FF.json',
    'delegations/..%2F..%2Fsecret.json',
  ])('does not decode %s to anything else', async (path) => {
    expect(await openSource(repository()).fetch(path, 100)).toEqual(absent);
  });

  it.each([
    '',
    '/root.json',
    '../secret.json',
    './root.json',
    'delegations/../root.json',
    'delegations//x',
    'delegations/',
    '%2e%2e/secret.json',
    '.%2E/secret.json',
    'a\\b',
    'a\0b',
    'a b',
    'a%zz',
  ])('refuses the path %j', async (path) => {
    const folder = repository();
    const fetched = await openSource(folder).fetch(path, 100);
    expect(fetched).toEqual({ status: 'failed', message: expect.stringMatching(/: not a path of a file$/) });
  });

  it('follows symbolic links within the folder, and none that lead out', async () => {
    const folder = repository();
    symlinkSync('root.json', join(folder, 'inside.json'));
    symlinkSync('../secret.json', join(folder, 'outside.json'));
    symlinkSync('..', join(folder, 'up'));
    symlinkSync(`../${relative(join(folder, '..'), folder)}-other`, join(folder, 'dangling.json'));
    symlinkSync('circle.json', join(folder, 'circle.json'));
    mkdirSync(`${folder}-other`); // begins with the same name
    writeFileSync(`${folder}-other/x.json`, 'secret');
    symlinkSync(`${folder}-other/x.json`, join(folder, 'sibling.json'));
    const source = openSource(folder);
    expect(await source.fetch('inside.json', 100)).toEqual(found('root'));
    for (const path of ['outside.json', 'up/secret.json', 'sibling.json', 'up', 'dangling.json']) {
      expect(await source.fetch(path, 100)).toEqual(
        failed(join(folder, path), 'a symbolic link that leads out of the folder'),
      );
    }
    expect(await source.fetch('circle.json', 100)).toEqual(
      failed(join(folder, 'circle.json'), 'symbolic links that lead in a circle'),
    );
  });

  it('is found by a symbolic link, and may be the root of the file system', async () => {
    const folder = repository();
    symlinkSync(folder, `${folder}-link`);
    expect(await openSource(`${folder}-link`).fetch('root.json', 100)).toEqual(found('root'));
    expect(await openSource('/').fetch(join(folder, 'root.json').slice(1), 100)).toEqual(found('root'));
  });

  it('waits for no FIFO, socket, device or folder in the place of a file', async () => {
    const folder = repository();
    execFileSync('mkfifo', [join(folder, 'fifo.json')]);
    mkdirSync(join(folder, 'folder.json'));
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(folder, 'socket.json'), resolve));
    const source = openSource(folder);
    for (const name of ['fifo.json', 'socket.json']) {
      expect(await source.fetch(name, 100)).toEqual(failed(join(folder, name), 'not a regular file'));
    }
    expect(await source.fetch('folder.json', 100)).toEqual(
      failed(join(folder, 'folder.json'), 'a folder stands where a file should be'),
    );
    expect(await openSource('/dev').fetch('zero', 100)).toEqual(failed('/dev/zero', 'not a regular file'));
    await new Promise((resolve) => server.close(resolve));
  });

  it.each([0, 9, 10, 11])(
    'gives %i bytes where 10 are allowed: all of them, one too many at the most',
    async (count) => {
      const folder = repository();
      writeFileSync(join(folder, 'root.json'), 'x'.repeat(count));
      expect(await openSource(folder).fetch('root.json', 10)).toEqual(found('x'.repeat(count)));
    },
  );

  it('reads a file of 300 MB one byte beyond the bound', async () => {
    const folder = repository();
    truncateSync(join(folder, 'root.json'), hugeBytes);
    let pieces = 0;
    const streamed = await openSource(folder).stream('root.json', 100_000, () => {
      pieces += 1;
    });
    expect(streamed).toEqual({ status: 'found', length: 100_001 });
    expect(pieces).toBe(2);
  });

  it('reads a file to its end although the size it states is 0', async () => {
    const fetched = await openSource('/proc/self').fetch('status', 100_000);
    expect(fetched.status === 'found' && fetched.bytes.length).toBeGreaterThan(100);
  });

  it('rejects with what the taker throws', async () => {
    const full = Object.assign(new Error('disk full'), { code: 'ENOENT' });
    const stream = openSource(repository()).stream('root.json', 100, () => {
      throw full;
    });
    await expect(stream).rejects.toBe(full);
  });

  it.skipIf(permissionsIgnored !== undefined)(
    withReason('says that a file may not be read', permissionsIgnored),
    async () => {
      const folder = repository();
      chmodSync(join(folder, 'root.json'), 0);
      expect(await openSource(folder).fetch('root.json', 100)).toEqual(
        failed(join(folder, 'root.json'), 'permission denied'),
      );
    },
  );
});

it.each([
  ['missing', /missing: no such folder$/],
  ['root.json', /root.json: not a folder$/],
  ['root.json/x', /x: a file stands where a folder should be$/],
  ['', /^the name of a folder is empty$/],
  ['ftp://host/x', /no such folder$/],
  ['a\0b', /./],
])('the argument %j is no repository', (argument, message) => {
  const path = argument === '' || argument.startsWith('ftp') ? argument : join(repository(), argument);
  expect(() => openSource(path)).toThrow(InputError);
  expect(() => openSource(path)).toThrow(message);
});
