import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { replayTrace } from '../../src/sim/replay.ts';
import { runScenario } from '../../src/sim/run.ts';
import { inputsOf } from './runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-tcp-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('updates all five ECUs with one of them on real TCP, and replays what came in', { timeout: 60_000 }, async () => {
  const tracePath = join(folder, 'tcp.jsonl');
  const run = await runScenario({
    inputs: inputsOf('nominal', { tcpLinks: new Set(['gateway-ecu']) }),
    observers: [],
    tracePath,
  });
  expect(run?.expectations.filter(({ passed }) => !passed)).toEqual([]);
  expect(run?.ecus.map(({ installed }) => installed.releaseCounter)).toEqual([2, 2, 2, 2, 2]);
  expect(replayTrace(tracePath).difference).toBeUndefined();
});
