import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { hostTimer } from '../../src/core/time/hostTime.ts';
import { startEcunet } from '../cli/support/ecunet.ts';
import { inProcess } from '../cli/support/inProcess.ts';
import { withReason } from '../support/skips.ts';
import { noPythonCan, PythonProgram } from './support/python.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-attach-'));
const ends: (() => void)[] = [];
afterAll(() => {
  for (const end of ends) end();
  rmSync(folder, { recursive: true });
});

async function until<T>(look: () => T | undefined | null | false): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined && found !== null && found !== false) return found;
    await new Promise<void>((resolve) => hostTimer(5, resolve));
  }
}

it.skipIf(noPythonCan !== undefined)(
  withReason(
    'python-can hears during a whole run what --capture writes, and an ECU of the held run answers it',
    noPythonCan,
  ),
  { timeout: 120_000 },
  async () => {
    const log = join(folder, 'run.log');
    const trace = join(folder, 'run.jsonl');
    const files = ['--capture', log, '--trace', trace];
    const command = startEcunet(['run', 'nominal', '--slcan', 'body=0', '--hold', '--no-dash', ...files]);
    ends.push(() => command.child.kill('SIGKILL'));
    const text = () => command.written.stdout + command.written.stderr;
    const [, port = ''] = await until(() => /slcan: body is open at 127\.0\.0\.1:(\d+)\n/.exec(text()));
    const python = new PythonProgram('pythonCan.py', port);
    ends.push(() => python.kill());
    await until(() => python.lines.length > 0);
    await until(() => text().includes('hold: the vehicle stays on'));
    // a first frame of 20 bytes: the ECU allows the rest, and when none comes says that it got only part
    python.write('711#1014010203040506\n');
    await until(() => python.lines.at(-2)?.startsWith('719#30') && python.lines.at(-1)?.startsWith('719#0'));
    command.child.kill('SIGINT');
    expect((await command.ended).code).toBe(0);
    python.kill();
    expect(text()).toMatch(/PASSED {2}6 expectations met/);
    const captured = readFileSync(log, 'utf8').matchAll(/^\(\S+\) body (\S+)$/gm);
    const others = Array.from(captured, ([, frame = '']) => frame).filter((frame) => frame !== '711#1014010203040506');
    const heard = python.lines.slice(1);
    // How much of the run it hears depends on when the machine lets it join.
    expect(heard.length).toBeGreaterThan(10);
    expect(others.slice(-heard.length)).toEqual(heard);
    expect(await inProcess('replay', trace)).toMatchObject({ code: 0 });
  },
);

it('ends with exit code 2 and one line for an attach point that cannot be', async () => {
  for (const args of [
    ['--slcan', 'nobus=1'],
    ['--cannelloni', 'body=1'],
    ['--hold'],
    ['--slcan', 'body=nobody.invalid:1'],
  ]) {
    const { code, stderr } = await inProcess('run', 'nominal', '--json', ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ecunet: --\w+[^\n]*\n$/);
  }
});
