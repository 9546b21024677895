// What `ecunet run --json` prints: docs/scenarios.md.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type JsonResult, jsonResult, jsonResultSchema } from '../../src/report/jsonResult.ts';
import { emptyView, updateView } from '../../src/report/runView.ts';
import type { BusSummary, SimEvent } from '../../src/sim/events/events.ts';
import type { FinishedRun } from '../../src/sim/run.ts';
import { inProcess } from '../cli/support/inProcess.ts';
import { sampled } from '../support/heavy.ts';
import { startedEvent } from '../tui/support/fixtureRun.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-result-'));
afterAll(() => rmSync(folder, { recursive: true }));

type BusResult = JsonResult['buses'][number];

function hasTrouble({ errorFrames = 0, nodes = [], babbling = [], lostFrames = 0, droppedFrames = 0 }: BusResult) {
  return errorFrames + nodes.length + babbling.length + lostFrames + droppedFrames > 0;
}

/** What the events of a trace come to, reckoned here anew. */
function resultsOf(events: readonly SimEvent[]): readonly object[] {
  const started = events.find((event) => event.type === 'run.started');
  return (started?.buses ?? []).map(({ id, kind }) => {
    const own = events.filter((event) => 'bus' in event && event.bus === id);
    const windows = own.filter((event) => event.type === 'bus.window');
    const sum = (of: 'frames' | 'busyNs' | 'windowNs' | 'errorFrames' | 'lostFrames' | 'droppedFrames') =>
      windows.reduce((total, window) => total + (window[of] ?? 0), 0);
    const told = own.filter((event) => event.type === 'bus.node');
    const nodes = [...new Set(told.map(({ node }) => node))].map((node) => {
      const ofNode = told.filter((event) => event.node === node);
      return { node, state: ofNode.at(-1)?.state, busOffs: ofNode.reduce((total, { busOffs }) => total + busOffs, 0) };
    });
    const babbling = own.flatMap((event) => (event.type === 'bus.babbling' ? [event.node] : []));
    const traffic = own.find((event) => event.type === 'bus.traffic');
    const common = {
      ...{ id, kind, frames: sum('frames') },
      load: expect.closeTo(sum('busyNs') / sum('windowNs'), 4),
      peakLoad: expect.closeTo(Math.min(1, Math.max(...windows.map(({ busyNs, windowNs }) => busyNs / windowNs))), 4),
      runLoad: expect.closeTo(sum('busyNs') / (events.at(-1)?.t ?? 1), 4),
    };
    if (kind === 'ethernet') {
      return { ...common, lostFrames: sum('lostFrames'), droppedFrames: sum('droppedFrames') };
    }
    const ofCan = { ...common, errorFrames: sum('errorFrames'), nodes, babbling };
    if (traffic === undefined) return ofCan;
    const { frames, lost, delaysNs, latestNs, latestId } = traffic;
    const [meanMs, latestMs] = [delaysNs / frames, latestNs].map((ns) => expect.closeTo(ns / 1e6, 3));
    return { ...ofCan, traffic: { frames, lost, meanMs, latestMs, latestId } };
  });
}

/** Pieces of the summary. */
function wordsOf({ id, frames, traffic, errorFrames = 0, nodes = [], babbling = [], lostFrames = 0 }: BusResult) {
  const count = (number: number) => number.toLocaleString('en');
  return [
    `${id}: ${count(frames)} frames, `,
    ...(traffic === undefined ? [] : [`${count(traffic.frames)} background frames, `]),
    ...(traffic === undefined ? [] : [` ms (id 0x${traffic.latestId?.toString(16)})`]),
    ...(errorFrames === 0 ? [] : [`; ${count(errorFrames)} error frame`]),
    ...nodes.filter(({ busOffs }) => busOffs > 0).map(({ node, busOffs }) => `; ${node} bus-off ${busOffs} time`),
    ...babbling.map((node) => `; ${node} babbles`),
    ...(lostFrames === 0 ? [] : [`; ${count(lostFrames)} frames lost`]),
  ];
}

describe('the buses of a result', { timeout: 60_000 }, () => {
  it.each(
    sampled<readonly [string, readonly string[], readonly string[]]>(
      [
        ['babbling-node', ['body'], []],
        ['noisy-buses', ['body', 'chassis'], []],
        ['busy-bus', [], ['body']],
        ['ethernet', ['backbone'], []],
      ],
      2,
    ),
  )('those of %s are told as the trace and the summary have them', async (scenario, troubled, busy) => {
    const trace = join(folder, `${scenario}.jsonl`);
    const { stdout } = await inProcess('run', scenario, '--json', '--trace', trace);
    const buses: readonly BusResult[] = jsonResultSchema.parse(JSON.parse(stdout)).buses;
    const events: readonly SimEvent[] = readFileSync(trace, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(buses).toEqual(resultsOf(events));
    const said = (await inProcess('run', scenario, '--no-dash')).stdout.replaceAll(/\s+/g, ' ');
    for (const words of buses.flatMap(wordsOf)) expect(said).toContain(words);
    expect(buses.filter(hasTrouble).map(({ id }) => id)).toEqual(troubled);
    expect(buses.filter(({ traffic }) => traffic !== undefined).map(({ id }) => id)).toEqual(busy);
  });

  const run: FinishedRun = {
    ...{ outcome: 'passed', seed: 1, traceDigest: '', simulatedMs: 1, wallMs: 1.4 },
    ...{ ecus: [], gateways: [], expectations: [] },
  };
  const body: BusSummary = { id: 'body', kind: 'can', bitrate: 500_000 };
  const none = { errorFrames: 0, nodes: [], babbling: [] };
  const window = { type: 'bus.window', t: 1, bus: 'body', windowNs: 3, frames: 3, busyNs: 0, digest: '' } as const;
  const traffic = { type: 'bus.traffic', t: 1, bus: 'body', lost: 2, latestNs: 0, latestId: 0, delaysNs: 0 } as const;

  it.each<[string, BusSummary, readonly SimEvent[], object]>([
    [
      'that carried nothing',
      body,
      [],
      { id: 'body', kind: 'can', frames: 0, load: 0, peakLoad: 0, runLoad: 0, ...none },
    ],
    [
      'half as busy in all as at its most',
      body,
      [{ ...window, busyNs: 2 }, window],
      { id: 'body', kind: 'can', frames: 6, load: 0.3333, peakLoad: 0.6667, runLoad: 1, ...none },
    ],
    [
      'on an interface, whose load is not known',
      { ...body, interface: 'can0' },
      [window],
      { id: 'body', kind: 'can', interface: 'can0', frames: 3, ...none },
    ],
    [
      'whose background traffic found no room',
      body,
      [{ ...traffic, frames: 0 }],
      {
        id: 'body',
        kind: 'can',
        frames: 0,
        load: 0,
        peakLoad: 0,
        runLoad: 0,
        ...none,
        traffic: { frames: 0, lost: 2 },
      },
    ],
    [
      'of Ethernet',
      { ...body, kind: 'ethernet' },
      [{ ...window, lostFrames: 1, droppedFrames: 2 }],
      { id: 'body', kind: 'ethernet', frames: 3, load: 0, peakLoad: 0, runLoad: 0, lostFrames: 1, droppedFrames: 2 },
    ],
  ])('one %s', (_, bus, events, expected) => {
    const view = [{ ...startedEvent, buses: [bus] }, ...events].reduce(updateView, emptyView);
    const parts = { ecunet: '1', path: 'a.yaml', title: 'A', finished: run, expectations: [] };
    expect(jsonResult({ ...parts, view })).toEqual({
      ...{ schema: 1, ecunet: '1', scenario: { path: 'a.yaml', title: 'A' } },
      ...{ ...run, wallMs: 1, buses: [expected] },
    });
  });
});

describe('the result as a whole', { timeout: 60_000 }, () => {
  it('says what failed where, in a form of its own number', async () => {
    const path = join(folder, 'wrong.yaml');
    const vehicle = join(import.meta.dirname, '../../scenarios/vehicles/compact.yaml');
    const lines = [
      ...['title: Wrong', 'about: x', `vehicle: ${vehicle}`, 'steps:'],
      ...['  - cycle:', '      during:', '        - after: 10h', '          repair: { bus: body }'],
      ...[
        '  - expect:',
        '      - { ecu: door-ecu, runs: door-1.img }',
        '      - ecu: door-ecu',
        '        finds: rollback',
      ],
    ];
    writeFileSync(path, `${lines.join('\n')}\n`);
    const { code, stdout } = await inProcess('run', path, '--json');
    expect(code).toBe(1);
    const result = jsonResultSchema.parse(JSON.parse(stdout));
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
    expect(result).toMatchObject({
      ...{ schema: 1, ecunet: version, scenario: { path, title: 'Wrong' }, outcome: 'failed' },
      expectations: [
        {
          step: 1,
          file: path,
          line: 6,
          expected: 'bus body is repaired',
          actual: 'it never came to that',
          passed: false,
        },
        { step: 2, file: path, line: 10, expected: 'door-ecu runs door-1.img', passed: true },
        { step: 2, file: path, line: 11, expected: 'door-ecu finds rollback', actual: 'nothing', passed: false },
      ],
    });
    const said = (await inProcess('run', path, '--no-dash')).stdout;
    expect(said).toContain('✗ step 2, wrong.yaml:11: door-ecu finds rollback; actual: nothing\n');
    expect(said).toMatch(
      /\n {3}✗ {8}step 2, \S*wrong\.yaml:11\n {12}expected: door-ecu finds rollback\n {12}actual: nothing\n/,
    );
  });

  it('is described member by member in the documentation', () => {
    const docs = readFileSync(join(import.meta.dirname, '../../docs/scenarios.md'), 'utf8');
    const section = docs.slice(docs.indexOf('## The result'), docs.indexOf('## Vehicles'));
    const { shape } = jsonResultSchema;
    const members = [
      ...Object.keys(shape),
      ...Object.keys(shape.buses.element.shape),
      ...Object.keys(shape.expectations.element.shape),
    ];
    expect(members.filter((member) => !new RegExp(`\\b${member}\\b`).test(section))).toEqual([]);
  });
});
