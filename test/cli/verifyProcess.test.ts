// `ecunet verify` as a process of its own: exit codes, streams, signals, bounds of memory and time.
import { existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { flood, httpServer } from '../client/support/servers.ts';
import { hugeBytes, temporaryFolders } from '../files/support/temporary.ts';
import { begin, hardwareOf, imageName, World } from '../uptane/support/fixtures.ts';
import { ecunet, startEcunet } from './support/ecunet.ts';
import { offered, printed, serving, VerifyScene } from './support/verifyScene.ts';

const temporaryFolder = temporaryFolders();
let scene: VerifyScene;
beforeEach(() => {
  scene = new VerifyScene(temporaryFolder());
});

const call = (...args: readonly string[]) => ['verify', ...scene.arguments('full-1'), '--trust-first', ...args];

describe('ecunet verify as a process', { timeout: 30_000 }, () => {
  it('ends with 0 and the result, or with 1 and the fault', async () => {
    scene.offer(offered(new World()));
    const good = await ecunet(...call('--json'));
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(printed(good).targets).toMatchObject([{ filename: imageName('full-1', 1) }]);
    const late = await ecunet('verify', ...scene.arguments('full-1', begin + 1e9), '--json');
    expect(late).toMatchObject({ code: 1, stderr: '' });
    expect(printed(late).fault.code).toBe('expired');
  });

  it('ends with 2 and one line where the user is to mend something', async () => {
    scene.offer(offered(new World()));
    const bad = await ecunet(...call('--json', '--mode', 'half'));
    expect({ code: bad.code, stdout: bad.stdout }).toEqual({ code: 2, stdout: '' });
    expect(bad.stderr).toMatch(/^ecunet: [^\n]*--mode[^\n]*\n$/);

    mkdirSync(scene.store);
    writeFileSync(join(scene.store, 'trusted.json'), '\u001b[2J\n');
    const damaged = await ecunet(...call('--json'));
    expect({ code: damaged.code, stdout: damaged.stdout }).toEqual({ code: 2, stdout: '' });
    expect(damaged.stderr).toMatch(/^ecunet: [^\n]*damaged[^\n]*\n$/);
  });

  it('needs little memory for files of 300 MB [S2 V1 P6]', async () => {
    const files = offered(new World());
    scene.offer(files);
    for (const name of [...files.keys()].filter((name) => /app-|targets\.json/.test(name))) {
      truncateSync(join(scene.repositories, name), hugeBytes);
    }
    const { child, written, ended } = startEcunet(call('--json', '--mode', 'partial'), ['--max-old-space-size=128']);
    expect((await ended).code).toBe(1);
    expect(child.exitCode).toBe(1);
    expect(JSON.parse(written.stdout).fault).toMatchObject({ code: 'oversized', clause: 'V1' });
    expect(written.stderr).toBe('');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('ended by %s leaves neither a lock nor half an image', async (signal, code) => {
    const files = offered(new World());
    let reached = () => {};
    const downloading = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const server = await httpServer((request, response) => {
      if (request.url?.includes('app-1.bin') !== true) return serving(() => files)(request, response);
      response.writeHead(200, { 'Content-Length': 1001 });
      response.write(' '.repeat(500));
      reached();
    });
    scene.repositories = server.url;
    const downloads = join(scene.folder, 'downloads');
    const { child, written, ended } = startEcunet(call('--download', downloads));
    await downloading;
    child.kill(signal);
    expect((await ended).code).toBe(code);
    expect(written).toEqual({ stdout: '', stderr: '' });
    expect(readdirSync(scene.store)).toEqual(['trusted.json']);
    expect(existsSync(downloads) ? readdirSync(downloads) : []).toEqual([]);
  });

  it('does not complain where nobody reads its output', async () => {
    scene.offer(offered(new World()));
    const { child, written, ended } = startEcunet(call('--json'));
    child.stdout.destroy();
    expect((await ended).code).toBe(141);
    expect(written.stderr).toBe('');
    expect(readdirSync(scene.store)).toEqual(['trusted.json']);
  });

  it('gives up a server that never ends a file, and ends at once [V1]', async () => {
    const files = offered(new World());
    const server = await httpServer((request, response) => {
      if (request.url?.endsWith('targets.json') !== true) return serving(() => files)(request, response);
      response.writeHead(200);
      flood(response, () => ' '.repeat(65_536));
    });
    scene.repositories = server.url;
    const finished = await ecunet(...call('--json'));
    expect(finished).toMatchObject({ code: 1, stderr: '' });
    expect(printed(finished).fault).toMatchObject({ code: 'oversized', clause: 'V1', repository: 'director' });
    expect(finished.stdout).not.toContain(hardwareOf('full-1'));
  });
});
