// The command as a process of its own: what it loads, and pipes that nobody reads.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { builtMain } from '../support/builtCommand.ts';
import { sampled } from '../support/heavy.ts';
import { startEcunet } from './support/ecunet.ts';
import { inProcess } from './support/inProcess.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-process-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a call loads: files of ours and packages, by V8's own record of the scripts that it has compiled and what was bundled in each. */
function loadedBy(...args: readonly string[]): {
  readonly own: readonly string[];
  readonly packages: readonly string[];
} {
  const record = mkdtempSync(join(folder, 'loaded-'));
  const env = { ...process.env, NODE_V8_COVERAGE: record };
  const { status } = spawnSync(process.execPath, [builtMain, ...args], { env, stdio: 'ignore' });
  expect(status).toBe(0);
  const [name = ''] = readdirSync(record);
  const scripts: readonly { readonly url: string }[] = JSON.parse(readFileSync(join(record, name), 'utf8')).result;
  const files = scripts.flatMap(({ url }) => (url.startsWith('file:') ? [fileURLToPath(url)] : []));
  const sources = files.flatMap((file): string[] => JSON.parse(readFileSync(`${file}.map`, 'utf8')).sources);
  const parts = (pattern: RegExp) => sources.flatMap((source) => pattern.exec(source)?.slice(1) ?? []);
  return {
    own: [...new Set(parts(/^[./]*\/src\/(.*)\.tsx?$/))].sort(),
    packages: [...new Set(parts(/\/node_modules\/(@[^/]+\/[^/]+|[^/]+)\//))].sort(),
  };
}

describe('what is loaded', { timeout: 60_000 }, () => {
  it('by --version: no command at all', () => {
    const { own, packages } = loadedBy('--version');
    expect(packages).toEqual(['commander']);
    expect(own.filter((name) => !name.startsWith('cli/')).sort()).toEqual([
      'core/faults',
      'core/text',
      'files/packageFolder',
    ]);
    expect(own.filter((name) => name.startsWith('cli/commands/'))).toEqual([]);
  });

  it('by --help: the declarations of the commands, and none of their work', () => {
    const { own, packages } = loadedBy('--help');
    expect(packages).toEqual(['commander']);
    const work = own.filter((name) => ['run', 'replay', 'play', 'verify', 'tuf'].includes(name.replace('cli/', '')));
    expect(work).toEqual([]);
    expect(own.filter((name) => !/^(cli|core|files)\//.test(name))).toEqual([]);
    expect(own).toContain('cli/commands/verify');
  });

  it('by run --json in virtual time: no dashboard, no lines, no capture files, no real transports', () => {
    const { own, packages } = loadedBy('run', 'nominal', '--json');
    expect(packages.filter((name) => ['ink', 'react', 'socketcan'].includes(name))).toEqual([]);
    const rarely =
      /^(tui\/|report\/(summary|progressLines)|capture\/(writeCaptureFile|readCaptureFile|busCapture|player|convert)|sim\/realTransports\/|attach\/(slcan|cannelloni|guest)|bus\/(sockets|socketcan)\/)/;
    expect(own.filter((name) => rarely.test(name))).toEqual([]);
    expect(own).toContain('sim/simulation');
  });
});

describe('a pipe without a reader', { timeout: 60_000 }, () => {
  it.each(
    sampled(
      [
        [['--help']],
        [['run', 'nominal', '--capture', '-.pcapng.gz']],
        [['run', 'nominal', '--trace', '-']],
        [['run', 'nominal', '--json']],
      ],
      3,
    ),
  )('ends %j with 141 and no complaint', async (args) => {
    const { child, ended } = startEcunet(args);
    child.stdout.destroy();
    const { code, stderr } = await ended;
    expect(code).toBe(141);
    expect(stderr).not.toContain('ecunet:');
  });

  it('ends replay with 141, and a complaint that nobody reads', async () => {
    const trace = join(folder, 'nominal.jsonl');
    expect(await inProcess('run', 'nominal', '--json', '--trace', trace)).toMatchObject({ code: 0, stderr: '' });
    const replay = startEcunet(['replay', trace]);
    replay.child.stdout.destroy();
    expect(await replay.ended).toMatchObject({ code: 141, stderr: '' });
    const wrong = startEcunet(['frobnicate']);
    wrong.child.stderr.destroy();
    expect(await wrong.ended).toMatchObject({ code: 141, stdout: '' });
  });

  it('leaves no half-written trace', async () => {
    const own = mkdtempSync(join(folder, 'closed-'));
    const { child, ended } = startEcunet(['run', 'nominal', '--no-dash', '--trace', join(own, 'trace.jsonl')]);
    child.stdout.destroy();
    expect(await ended).toMatchObject({ code: 141, stderr: '' });
    expect(readdirSync(own).filter((name) => name.includes('partial'))).toEqual([]);
  });
});
