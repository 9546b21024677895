import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { SimEvent } from '../../../src/sim/events.ts';
import { replayTrace } from '../../../src/sim/replay.ts';
import { runScenario } from '../../../src/sim/run.ts';
import { eventsOf, inputsOf } from '../support/runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-tcp-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('updates all five ECUs with one of them on real TCP, and replays what came in', { timeout: 60_000 }, async () => {
  const tracePath = join(folder, 'tcp.jsonl');
  const run = await runScenario({
    inputs: inputsOf('nominal', { links: new Map([['gateway-ecu', 'tcp']]) }),
    observers: [],
    tracePath,
  });
  expect(run?.expectations.filter(({ passed }) => !passed)).toEqual([]);
  expect(run?.ecus.map(({ installed }) => installed.releaseCounter)).toEqual([2, 2, 2, 2, 2]);
  expect(replayTrace(tracePath).difference).toBeUndefined();
});

it('updates ECUs over mutual TLS and over UDP, says so, and replays what came in', { timeout: 60_000 }, async () => {
  const tracePath = join(folder, 'others.jsonl');
  const kinds = new Map([
    ['gateway-ecu', 'tcp+tls'],
    ['brake-ecu', 'udp'],
  ] as const);
  const events: SimEvent[] = [];
  const run = await runScenario({
    inputs: inputsOf('nominal', { links: kinds }),
    observers: [(event) => events.push(event)],
    tracePath,
  });
  expect(run?.expectations.filter(({ passed }) => !passed)).toEqual([]);
  expect(run?.ecus.map(({ installed }) => installed.releaseCounter)).toEqual([2, 2, 2, 2, 2]);
  const links = eventsOf(events, 'run.started')[0]?.ecus.map(({ link }) => link);
  expect(links).toEqual([undefined, 'tcp+tls', 'isotp', 'udp', 'isotp']);
  expect(replayTrace(tracePath).difference).toBeUndefined();
});
