// Whole updates over real interfaces in the guest: one that goes down and up in the middle, and a run that is stopped by Ctrl-C.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { hostTimer, monotonicMs } from '../../src/core/time/hostTime.ts';
import { KIB } from '../../src/core/units.ts';
import type { SimEvent } from '../../src/sim/events/events.ts';
import type { RunInputs } from '../../src/sim/inputs/inputs.ts';
import { replayTrace } from '../../src/sim/replay.ts';
import { runScenario } from '../../src/sim/run.ts';
import { startEcunet } from '../cli/support/ecunet.ts';
import { eventsOf, inputsOf } from '../sim/support/runs.ts';
import { withReason } from '../support/skips.ts';
import { kernelListeners, startTool } from './canUtils.ts';

const skipped = process.env.ECUNET_GUEST === '1' ? undefined : 'only in scripts/guest';
const patienceMs = 300_000;
const folder = mkdtempSync(join(tmpdir(), 'ecunet-updates-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What another program sends while an update goes on. */
const foreignFrames = 300;

async function until(condition: () => boolean): Promise<void> {
  const startMs = monotonicMs();
  while (!condition()) {
    if (monotonicMs() - startMs > patienceMs) throw new Error(`the condition did not hold within ${patienceMs} ms`);
    await new Promise<void>((resolve) => hostTimer(5, resolve));
  }
}

/** The nominal update, of one ECU alone: an emulated machine takes milliseconds a frame, and a slow transfer is an attack. */
function oneUpdate(interfaces: ReadonlyMap<string, string>): RunInputs {
  const inputs = inputsOf('nominal', { interfaces });
  const steps = inputs.scenario.steps.map((step) => {
    const image = step.publish?.['door-ecu'];
    return {
      ...step,
      ...(image && { publish: { 'door-ecu': { ...image, sizeBytes: 8 * KIB } } }),
      ...(step.expect && { expect: step.expect.filter((row) => !('ecu' in row) || row.ecu === 'door-ecu') }),
    };
  });
  return { ...inputs, scenario: { ...inputs.scenario, steps } };
}

describe.skipIf(skipped !== undefined)(withReason('a run', skipped), { timeout: 2 * patienceMs }, () => {
  test('whose controller is taken down and up in the middle of a transfer completes, tells of it, and replays', async () => {
    const interfaces = new Map([
      ['body', 'can0'],
      ['chassis', 'vcan0'],
    ]);
    const tracePath = join(folder, 'down-and-up.jsonl');
    const events: SimEvent[] = [];
    let begun = false;
    const observe = (event: SimEvent) => {
      events.push(event);
      const isMiddle =
        event.type === 'ecu.progress' && event.ecu === 'door-ecu' && event.receivedBytes > event.totalBytes / 3;
      if (begun || !isMiddle) return;
      begun = true;
      startTool('ip', ['link', 'set', 'can0', 'down']);
      hostTimer(700, () => startTool('ip', ['link', 'set', 'can0', 'up']));
    };
    const run = await runScenario({ inputs: oneUpdate(interfaces), observers: [observe], tracePath });
    expect(run?.expectations.filter(({ passed }) => !passed)).toEqual([]);
    expect(eventsOf(events, 'bus.changed').map(({ bus, text }) => `${bus}: ${text}`)).toEqual([
      'body: the CAN interface can0 is down: sudo ip link set up can0; frames wait',
      'body: the CAN interface can0 carries frames again',
    ]);
    const door = eventsOf(events, 'ecu.progress').filter(({ ecu }) => ecu === 'door-ecu');
    const downNs = eventsOf(events, 'bus.changed')[0]?.t ?? 0;
    expect(door.some(({ t }) => t > downNs)).toBe(true);
    expect(replayTrace(tracePath).difference).toBeUndefined();
  });

  test('counts all frames on its interface, another program’s too: as many as candump', async () => {
    const interfaces = new Map([
      ['body', 'vcan0'],
      ['chassis', 'vcan1'],
    ]);
    const before = kernelListeners('vcan0', 'raw');
    const dump = startTool('candump', ['-L', 'vcan0']);
    await until(() => kernelListeners('vcan0', 'raw') > before || dump.ended.code !== undefined);
    const events: SimEvent[] = [];
    let generator: ReturnType<typeof startTool> | undefined;
    let stillRuns = false;
    const observe = (event: SimEvent) => {
      events.push(event);
      if (event.type === 'run.finished') stillRuns = generator?.ended.code === undefined;
      if (event.type !== 'ecu.progress') return;
      generator ??= startTool('cangen', ['vcan0', '-g', '2', '-I', '7A0', '-L', '8', '-n', String(foreignFrames)]);
    };
    const tracePath = join(folder, 'others.jsonl');
    const run = await runScenario({ inputs: oneUpdate(interfaces), observers: [observe], tracePath });
    expect(run?.expectations.filter(({ passed }) => !passed)).toEqual([]);
    expect([generator?.ended.code, stillRuns]).toEqual([0, false]);
    const counted = eventsOf(events, 'bus.window').filter(({ bus }) => bus === 'body');
    const frames = counted.reduce((sum, window) => sum + window.frames, 0);
    const dumped = () => dump.output.text.split('\n').length - 1;
    await until(() => dumped() >= frames);
    console.log(`${frames} frames counted, ${dumped()} lines of candump, ${foreignFrames} of them cangen’s`);
    expect(frames).toBe(dumped());
    expect(dump.output.text.split('\n').filter((line) => line.includes(' 7A0#'))).toHaveLength(foreignFrames);
    expect(counted.every(({ busyNs }) => busyNs > 0)).toBe(true);
    expect(replayTrace(tracePath).difference).toBeUndefined();
  });

  test('on two interfaces ends at Ctrl-C, within a second, with exit code 130', async () => {
    const buses = ['--bus', 'body=vcan0', '--bus', 'chassis=vcan1'];
    const listeners = () => ['vcan0', 'vcan1'].map((name) => kernelListeners(name, 'raw'));
    const before = listeners();
    const { child, written, ended } = startEcunet(['run', 'nominal', '--no-dash', ...buses]);
    await until(() => written.stdout.includes('gateway-ecu') || child.exitCode !== null);
    const startMs = monotonicMs();
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect({ code, stderr }).toEqual({
      code: 130,
      stderr: expect.stringMatching(/^ecunet: the run was given up at \d+\.\d{3} s, by Ctrl\+C\n$/),
    });
    const tookMs = monotonicMs() - startMs;
    console.log(`ended ${tookMs.toFixed(0)} ms after SIGINT`);
    // An emulated processor is some ten times slower.
    expect(tookMs).toBeLessThan(3000);
    expect(listeners()).toEqual(before);
  });
});
