// `--trace -` and `--capture -.asc`: standard output holds that alone.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { captureSuffixes } from '../../../src/capture/captureFormats.ts';
import { hashHex } from '../../../src/crypto/hashes.ts';
import { sampled } from '../../support/heavy.ts';
import { inProcess, inProcessBytes } from '../support/inProcess.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-standard-output-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('standard output', { timeout: 60_000 }, () => {
  it('holds the whole trace with --trace -, and standard error what the user is told', async () => {
    const { traceDigest } = JSON.parse((await inProcess('run', 'nominal', '--json')).stdout);
    const { code, stdout, stderr } = await inProcessBytes('run', 'nominal', '--trace', '-');
    expect(code).toBe(0);
    expect(hashHex('sha256', stdout)).toBe(traceDigest);
    expect(stderr).toMatch(/Nominal update, seed 1.*PASSED {2}6 expectations met/s);
  });

  it.each(sampled(['log', 'asc', 'pcapng', 'log.gz'], 2))(
    'holds with --capture -.%s what a file would',
    async (suffix) => {
      const path = join(folder, `nominal.${suffix}`);
      expect((await inProcess('run', 'nominal', '--json', '--capture', path)).code).toBe(0);
      const { code, stdout, stderr } = await inProcessBytes('run', 'nominal', '--capture', `-.${suffix}`);
      expect(code).toBe(0);
      const plain = (bytes: Buffer) => (suffix.endsWith('.gz') ? gunzipSync(bytes) : bytes);
      expect(plain(stdout).equals(plain(readFileSync(path)))).toBe(true);
      expect(stderr).toMatch(/PASSED {2}6 expectations met/);
    },
  );

  it('takes a trace while the capture goes to a file', async () => {
    const path = join(folder, 'both.log');
    const { code, stdout } = await inProcessBytes('run', 'nominal', '--trace', '-', '--capture', path);
    expect(code).toBe(0);
    expect(stdout.toString().split('\n').at(-2)).toContain('"run.finished"');
    expect(readFileSync(path, 'utf8')).toMatch(/^\(/);
  });

  it.each([
    [['--trace', '-', '--json'], '--trace - and --json both go to standard output'],
    [['--capture', '-.asc', '--json'], '--capture -.asc and --json both go to standard output'],
    [['--trace', '-', '--capture', '-.pcapng'], '--trace - and --capture -.pcapng both go to standard output'],
    [['--trace', '-', '--capture', '-.log', '--json'], '--trace - and --capture -.log both go to standard output'],
  ])('has room for one: %j', async (args, message) => {
    const { code, stdout, stderr } = await inProcess('run', 'nominal', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(`ecunet: ${message}: give one of them a file, or leave it out\n`);
  });

  it('needs to know the format of a capture', async () => {
    for (const name of ['-', '-.csv']) {
      const { code, stderr } = await inProcess('run', 'nominal', '--capture', name);
      expect(code).toBe(2);
      expect(stderr).toBe(`ecunet: ${name}: the name of a capture ends with ${captureSuffixes}\n`);
    }
  });

  it('is not meant by a file whose name begins like it', async () => {
    const { code, stdout } = await inProcess('run', 'nominal', '--json', '--trace', join(folder, '-'));
    expect(code).toBe(0);
    expect(JSON.parse(stdout).outcome).toBe('passed');
    expect(readdirSync(folder)).toContain('-');
  });
});
