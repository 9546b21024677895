// `ecunet play --into`: a capture into a run that goes on, through its attach points, as commands.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { hostTimer } from '../../src/core/time/hostTime.ts';
import { startEcunet } from '../cli/support/ecunet.ts';
import { inProcess } from '../cli/support/inProcess.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-play-into-'));
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

const log = join(folder, 'run.log');

/** A run that is held, its buses open to slcan and to cannelloni; until `end`. */
async function heldRun(): Promise<{ readonly slcanPort: string; readonly end: () => Promise<void> }> {
  const points = ['--slcan', 'body=0', '--cannelloni', 'chassis=20733:127.0.0.1:20734'];
  const run = startEcunet(['run', 'nominal', '--hold', '--no-dash', '--capture', log, ...points]);
  ends.push(() => run.child.kill('SIGKILL'));
  const text = () => run.written.stdout + run.written.stderr;
  await until(() => text().includes('hold: the vehicle stays on'));
  const [, slcanPort = ''] = /slcan: body is open at 127\.0\.0\.1:(\d+)\n/.exec(text()) ?? [];
  const end = async () => {
    run.child.kill('SIGINT');
    await run.ended;
  };
  return { slcanPort, end };
}

/** What the run's capture has of the recording on a bus: ids that no ECU uses. Milliseconds, and the frame. */
function played(bus: string): readonly (readonly [number, string])[] {
  const lines = readFileSync(log, 'utf8').matchAll(/^\((\S+)\) (\S+) (7F\d#\S*)$/gm);
  return Array.from(lines, ([, time, on, frame = '']) => ({ ms: Number(time) * 1000, on, frame })).flatMap(
    ({ ms, on, frame }) => (on === bus ? [[ms, frame] as const] : []),
  );
}

const recording = join(folder, 'drive.log');
writeFileSync(
  recording,
  [
    '(10.000000) can0 7F1#11',
    '(10.020000) can1 7F9#99',
    '(10.040000) can0 7F2#R4',
    '(10.060000) can0 7F3##1AABB',
    '(10.080000) can0 20000080#0000000000000000',
    '(10.100000) can0 7F4#0102030405060708',
    '',
  ].join('\n'),
);
it('plays into both kinds of attach points of a run that goes on', { timeout: 120_000 }, async () => {
  const { slcanPort, end } = await heldRun();
  const args = ['--into', slcanPort, '--from', 'can0', '--loop', '2', '--speed', '0.5'];
  const slcan = await inProcess('play', recording, ...args);
  const cannelloni = await inProcess('play', recording, '--into', 'can0=20734:127.0.0.1:20733');
  await end();
  // What the bus does not take is told: body is classic.
  expect(slcan).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /: 6 frames played onto 127\.0\.0\.1:\d+ in .*; 2 error frames left out; 2 more were refused/,
    ),
  });
  expect(cannelloni).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/: 4 frames played onto 127\.0\.0\.1:20733 in .*; 1 error frame left out\n$/),
  });
  const onBody = played('body');
  const once = ['7F1#11', '7F2#R4', '7F4#0102030405060708'];
  expect(onBody.map(([, frame]) => frame)).toEqual([...once, ...once]);
  // No frame is early: at half the speed the third is due 180 ms after the first.
  expect((onBody[2]?.[0] ?? 0) - (onBody[0]?.[0] ?? 0)).toBeGreaterThan(150);
  expect(played('chassis').map(([, frame]) => frame)).toEqual([
    '7F1#11',
    '7F2#R4',
    '7F3##1AABB',
    '7F4#0102030405060708',
  ]);
});
