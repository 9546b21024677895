// On two real interfaces: run by `npm run test:socketcan`, natively or in the emulated guest.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { replayTrace } from '../../src/sim/replay.ts';
import { runScenario } from '../../src/sim/run.ts';
import { withReason } from '../support/skips.ts';
import { inputsOf } from './support/runs.ts';

const interfaces = new Map([
  ['body', 'vcan0'],
  ['chassis', 'vcan1'],
]);
const missing = [...interfaces.values()].filter((name) => !existsSync(`/sys/class/net/${name}`));
const skipped = missing.length === 0 ? undefined : `this machine has no ${missing.join(', ')}`;
const folder = mkdtempSync(join(tmpdir(), 'ecunet-socketcan-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(skipped !== undefined)(withReason('over vcan0 and vcan1', skipped), () => {
  it('updates all five ECUs, confirmed in the manifest that the Director accepted, and replays', async () => {
    const tracePath = join(folder, 'nominal.jsonl');
    const run = await runScenario({ inputs: inputsOf('nominal', { interfaces }), observers: [], tracePath });
    expect(run?.expectations.filter(({ passed }) => !passed)).toEqual([]);
    expect(run?.ecus.map(({ installed }) => installed.releaseCounter)).toEqual([2, 2, 2, 2, 2]);
    expect(replayTrace(tracePath).difference).toBeUndefined();
  }, 300_000);

  it('resumes a transfer that was cut in the middle', async () => {
    const run = await runScenario({ inputs: inputsOf('interrupted-transfer', { interfaces }), observers: [] });
    expect(run?.expectations.filter(({ passed }) => !passed)).toEqual([]);
  }, 300_000);
});
