import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { inProcess } from './support/inProcess.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-play-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'a.log');
writeFileSync(file, '(1.000000) can0 123#\n');

describe('ecunet play', { timeout: 60_000 }, () => {
  it.each<[string, readonly string[], RegExp]>([
    ['no file', ['--onto', 'x'], /missing required argument 'file'/],
    ['nowhere to send', [file], /--onto INTERFACE or --into ADDRESS is needed/],
    ['an address that is none', [file, '--into', 'body=99999'], /PORT or HOST:PORT is needed for slcan/],
    [
      'an attach point that is not there',
      [file, '--into', '1'],
      /--into 1: cannot connect to 127\.0\.0\.1:1 \(ECONNREFUSED\)/,
    ],
    [
      'a host that is not there',
      [file, '--into', '0:nobody.invalid:1'],
      /--into 0:nobody\.invalid:1: nobody\.invalid is not known/,
    ],
    [
      'an interface that is not there',
      [file, '--onto', 'nosuchcan7'],
      /--onto nosuchcan7: there is no CAN interface nosuchcan7/,
    ],
    ['a name that is none', [file, '--onto', '../etc'], /1 to 15 letters/],
    ['two --from for one --onto', [file, '--onto', 'x', '--from', 'a', '--from', 'b'], /--from is given 2 times/],
    ['half a pair', [file, '--onto', 'x='], /INTERFACE=RECORDED is needed/],
    ['--loop 0', [file, '--onto', 'x', '--loop', '0'], /a whole number from 1, or i, is needed/],
    ['--speed 0', [file, '--onto', 'x', '--speed', '0'], /a number above 0 is needed/],
    ['--gap -1', [file, '--onto', 'x', '--gap', '-1'], /a number from 0 is needed/],
    ['--skip soon', [file, '--onto', 'x', '--skip', 'soon'], /a number from 0 is needed/],
  ])('%s: one line, and exit code 2', async (_, args, message) => {
    const { code, stdout, stderr } = await inProcess('play', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
