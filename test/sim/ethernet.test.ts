import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readTcpPacket } from '../../src/bus/ethernet/tcpPacket.ts';
import { captureEthernets } from '../../src/capture/busCapture.ts';
import type { PutRecord } from '../../src/capture/record/captureRecord.ts';
import { replayTrace } from '../../src/sim/replay.ts';
import { runScenario } from '../../src/sim/run.ts';
import { present } from '../bus/support/harness.ts';
import { eventsOf, inputsOf, runVirtual } from './support/runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-ethernet-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The scenario's first step with images an eighth as long: where only their way counts, and not how long they take. */
function publishingLess() {
  const { publish } = present(inputsOf('ethernet').scenario.steps[0]);
  const smaller = Object.entries(present(publish)).map(([id, image]) => [
    id,
    { ...image, sizeBytes: image.sizeBytes / 8 },
  ]);
  return { publish: Object.fromEntries(smaller) };
}

describe('a vehicle with Ethernet', () => {
  const { result, events, simulation } = runVirtual(inputsOf('ethernet'));

  it('reaches those on it by TCP, and the others as before', () => {
    expect(result.outcome).toBe('passed');
    const [started] = eventsOf(events, 'run.started');
    expect(started?.ecus.map(({ id, buses, link }) => [id, buses.join(), link])).toEqual([
      ['telematics', 'backbone,chassis', undefined],
      ['adas', 'backbone', 'tcp'],
      ['camera', 'backbone', 'tcp'],
      ['brake-ecu', 'chassis', 'isotp'],
    ]);
    expect(started?.buses).toEqual([
      { id: 'chassis', kind: 'can-fd', bitrate: 500_000, dataBitrate: 2_000_000 },
      { id: 'backbone', kind: 'ethernet', bitrate: 1e9 },
    ]);
  });

  it('tells of each window how busy the busiest link was, and what was lost', () => {
    const windows = eventsOf(events, 'bus.window').filter(({ bus }) => bus === 'backbone');
    for (const { busyNs, windowNs } of windows) expect(busyNs).toBeLessThanOrEqual(windowNs * 1.01);
    const load = present(simulation.world.transports.ethernets.get('backbone')).load();
    expect(windows.reduce((sum, { frames }) => sum + frames, 0)).toBe(load.frames);
    const lost = load.links.reduce((sum, { lostFrames }) => sum + lostFrames, 0);
    expect(windows.reduce((sum, { lostFrames = 0 }) => sum + lostFrames, 0)).toBe(lost);
    expect(windows.at(-1)?.digest).toBe(load.digest);
    // The camera's link is ten times slower, and the last to be busy.
    expect(windows.map(({ link }) => link)).toContain('switch to camera');
  });

  it('goes on from the byte where the link was cut, over another connection', () => {
    const received = eventsOf(events, 'ecu.progress').filter(({ ecu }) => ecu === 'camera');
    const bytes = received.map(({ receivedBytes }) => receivedBytes);
    expect(bytes).toEqual([...new Set(bytes)].sort((a, b) => a - b));
    const [cutNs = 0, repairedNs = 0] = eventsOf(events, 'bus.changed').map(({ t }) => t);
    expect(received.filter(({ t }) => t > cutNs + 1e7 && t < repairedNs)).toEqual([]);
    const faults = eventsOf(events, 'network.fault').filter(({ t, ecu }) => ecu === 'telematics' && t < repairedNs);
    expect(faults.map(({ peer, message }) => [peer, message])).toEqual([
      ['camera', 'camera: telematics to camera: nothing was acknowledged for too long'],
    ]);
  });

  it('is sat out by TCP where the cut is shorter: nobody notices', () => {
    const inputs = inputsOf('ethernet');
    const [publish, cycle] = inputs.scenario.steps;
    const [partition, repair] = cycle?.cycle?.during ?? [];
    const during = [present(partition), { ...present(repair), afterMs: 4000 }];
    const steps = [
      present(publish),
      { cycle: { during } },
      { expect: [{ ecu: 'camera', transfer: 'uninterrupted' as const }, { manifest: 'confirmed' as const }] },
    ];
    const run = runVirtual({ ...inputs, scenario: { ...inputs.scenario, steps } });
    expect(run.result.expectations.filter(({ passed }) => !passed)).toEqual([]);
  });

  it('updates through full queues, losses of a twentieth and slow links', () => {
    const inputs = inputsOf('ethernet');
    const { backbone } = inputs.scenario.vehicle.ethernets;
    const poor = { ...present(backbone), loss: 0.05, queueBytes: 4096, latencyUs: 1000, links: {} };
    const vehicle = { ...inputs.scenario.vehicle, ethernets: { backbone: { ...poor, speed: '100BASE-T1' as const } } };
    const [publish] = inputs.scenario.steps;
    const steps = [present(publish), { cycle: { during: [] } }, { expect: [{ manifest: 'confirmed' as const }] }];
    const run = runVirtual({ ...inputs, scenario: { ...inputs.scenario, vehicle, steps } });
    expect(run.result.expectations).toMatchObject([{ passed: true }]);
    const windows = eventsOf(run.events, 'bus.window').filter(({ bus }) => bus === 'backbone');
    expect(windows.some(({ droppedFrames = 0 }) => droppedFrames > 0)).toBe(true);
  });

  it('gives an eavesdropper at the switch what goes over it in plain, and nothing of what is encrypted [D7]', () => {
    const inputs = inputsOf('ethernet');
    const { vehicle } = inputs.scenario;
    const ecus = { ...vehicle.ecus, adas: { ...present(vehicle.ecus.adas), encrypted: true } };
    const steps = [
      { attack: { kind: 'eavesdropper' as const, id: 'ear' } },
      publishingLess(),
      { cycle: { during: [] } },
      {
        expect: [
          { eavesdropper: 'ear', reads: 'camera-2.img' },
          { eavesdropper: 'ear', cannotRead: 'adas-2.img' },
        ],
      },
    ];
    const run = runVirtual({ ...inputs, scenario: { ...inputs.scenario, vehicle: { ...vehicle, ecus }, steps } });
    expect(run.result.expectations.filter(({ passed }) => !passed)).toEqual([]);
  });
});

describe('a run with Ethernet', () => {
  it('replays from its trace, and gives the capture every packet', async () => {
    const tracePath = join(folder, 'virtual.jsonl');
    const records: Parameters<PutRecord>[0][] = [];
    const run = await runScenario({
      inputs: inputsOf('ethernet', { seed: 7 }),
      observers: [],
      tracePath,
      opened: ({ ethernets }) => captureEthernets(ethernets, 1000, (record) => records.push(record)),
    });
    expect(run?.outcome).toBe('passed');
    expect(replayTrace(tracePath)).toMatchObject({ difference: undefined });
    expect(records.length).toBeGreaterThan(5000);
    for (const record of records) {
      expect(record).toMatchObject({ type: 'packet', bus: 'backbone' });
      if (record.type === 'packet') expect(readTcpPacket(record.packet)).toBeDefined();
    }
    expect(records[0]?.timeNs).toBeGreaterThan(1000n * 1_000_000_000n);
  });

  it('can have an ECU on real TCP instead', { timeout: 60_000 }, async () => {
    const inputs = inputsOf('ethernet', { links: new Map([['camera', 'tcp']]) });
    const steps = [publishingLess(), { cycle: { during: [] } }, { expect: [{ manifest: 'confirmed' as const }] }];
    const tracePath = join(folder, 'tcp.jsonl');
    const run = await runScenario({
      inputs: { ...inputs, scenario: { ...inputs.scenario, steps } },
      observers: [],
      tracePath,
    });
    expect(run?.expectations).toMatchObject([{ passed: true }]);
    expect(replayTrace(tracePath)).toMatchObject({ difference: undefined });
  });
});
