import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../../../src/core/faults.ts';
import { NS_PER_S } from '../../../src/core/units.ts';
import { createRunStore } from '../../../src/report/runView.ts';
import { summaryText } from '../../../src/report/summary.ts';
import { completeInputs, type RunInputs } from '../../../src/sim/inputs/inputs.ts';
import { replayTrace } from '../../../src/sim/replay.ts';
import { runScenario } from '../../../src/sim/run.ts';
import { loadScenario } from '../../../src/sim/scenario/load.ts';
import type { Step } from '../../../src/sim/steps/steps.ts';
import { eventsOf, inputsOf, runVirtual } from '../support/runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-gateways-'));
afterAll(() => rmSync(folder, { recursive: true }));

const scenarios = join(import.meta.dirname, '../../../scenarios');
const zonal = readFileSync(join(scenarios, 'vehicles/zonal.yaml'), 'utf8');
const twoHops = readFileSync(join(scenarios, 'two-hops.yaml'), 'utf8');

type Change = readonly [before: string, after: string];

/** The scenario with its vehicle changed, each change once. */
function changed(...changes: readonly Change[]): RunInputs {
  let vehicle = zonal;
  for (const [before, after] of changes) {
    if (!vehicle.includes(before)) throw new Error(`the vehicle has no ${before}`);
    vehicle = vehicle.replace(before, after);
  }
  writeFileSync(join(folder, 'zonal.yaml'), vehicle);
  writeFileSync(join(folder, 'two-hops.yaml'), twoHops.replace('vehicles/zonal.yaml', 'zonal.yaml'));
  const scenario = loadScenario(join(folder, 'two-hops.yaml'));
  const nothing = { givenImages: new Map(), interfaces: new Map(), links: new Map() };
  return completeInputs({ scenario, seed: scenario.seed, ...nothing });
}

function withSteps(inputs: RunInputs, steps: readonly Step[]): RunInputs {
  return { ...inputs, scenario: { ...inputs.scenario, steps: [...steps] } };
}

function gatewayOf({ gateways }: ReturnType<typeof runVirtual>['result'], id: string) {
  const found = gateways.find((gateway) => gateway.id === id);
  if (found === undefined) throw new Error(`there is no gateway ${id}`);
  return found;
}

const updated = ['climate-2.img', 'door-2.img', 'seat-2.img'];
const images = ({ ecus }: ReturnType<typeof runVirtual>['result']) =>
  ecus.filter(({ role }) => role === 'secondary').map(({ installed }) => installed.filename);

describe('an update over two gateways', () => {
  const inputs = inputsOf('two-hops');
  const { result, events } = runVirtual(inputs);
  const roomy = runVirtual(changed(['queue: 12', 'queue: 200']));

  it('reaches ECUs one and two hops away, over frames, messages and both', () => {
    expect(images(result)).toEqual(updated);
    expect(gatewayOf(result, 'central')).toMatchObject({ messagesForwarded: 0, framesDropped: 0 });
    expect(gatewayOf(result, 'zone-front').messagesForwarded).toBeGreaterThan(20);
  });

  it('loses frames where a queue is short, frames of the update among them, and completes later', () => {
    expect(gatewayOf(roomy.result, 'zone-front').framesDropped).toBe(0);
    expect(gatewayOf(result, 'zone-front').framesDropped).toBeGreaterThan(10);
    expect(eventsOf(events, 'network.fault').length).toBeGreaterThan(0);
    expect(eventsOf(roomy.events, 'network.fault')).toEqual([]);
    expect(images(roomy.result)).toEqual(updated);
    expect(result.simulatedMs).toBeGreaterThan(roomy.result.simulatedMs + 500);
  });

  it('tells of drops window by window, and the totals at the end', () => {
    const windows = eventsOf(events, 'gateway.dropped');
    const { drops, framesForwarded, framesDropped, messagesDropped } = gatewayOf(result, 'zone-front');
    expect(windows.length).toBeGreaterThan(1);
    expect(new Set(windows.map(({ gateway }) => gateway))).toEqual(new Set(['zone-front']));
    for (const drop of drops) {
      const told = windows
        .flatMap((window) => window.drops)
        .filter((other) => JSON.stringify({ ...other, count: 0 }) === JSON.stringify({ ...drop, count: 0 }));
      expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(drop.count);
    }
    expect(drops).toEqual([{ what: 'frames', from: 'zone', to: 'body', reason: 'queue-full', count: framesDropped }]);
    expect(eventsOf(events, 'gateway.total').map(({ gateway }) => gateway)).toEqual(['central', 'zone-front']);
    expect(eventsOf(events, 'gateway.total').at(-1)).toMatchObject({ framesForwarded, framesDropped, messagesDropped });
  });

  it('is summed up for people', () => {
    const store = createRunStore();
    for (const event of events) store.update(event);
    const text = summaryText(store.view(), { wallMs: 1, color: false }).replace(/\n {12}/g, ' ');
    expect(text).toMatch(/Gateways {3}central: [\d,]+ frames forwarded, 0 dropped/);
    expect(text).toMatch(/zone-front: [\d,]+ frames forwarded, \d+ dropped; \d+ messages forwarded, 0 dropped/);
  });

  it('is the same from its trace', async () => {
    const tracePath = join(folder, 'trace.jsonl');
    await runScenario({ inputs, observers: [], tracePath });
    expect(replayTrace(tracePath).difference).toBeUndefined();
  });
});

describe('a gateway', () => {
  /** Why messages were lost: an ECU that reboots costs the one that was for it. */
  const lost = ({ drops }: ReturnType<typeof gatewayOf>) => [...new Set(drops.map(({ reason }) => reason))];
  const [publish] = inputsOf('two-hops').scenario.steps;
  if (publish === undefined) throw new Error('the scenario has changed');

  it.each(['door-ecu', 'seat-ecu'])(
    'that is cut off a bus while %s gets its image holds it up, and it goes on',
    (ecu) => {
      const cut = { received: { ecu, percent: 40 }, partition: { bus: 'body', nodes: ['zone-front'] } };
      const during = [cut, { afterMs: 3000, repair: { bus: 'body' } }];
      const expected = [{ ecu, transfer: 'resumed' as const }];
      const steps: Step[] = [publish, { cycle: { during } }, { expect: expected }];
      const { result, events } = runVirtual(withSteps(changed(['queue: 12', 'queue: 64']), steps));
      expect(result.expectations.filter(({ passed }) => !passed)).toEqual([]);
      expect(images(result)).toEqual(updated);
      const [cutAt, repairedAt] = eventsOf(events, 'bus.changed').map(({ t }) => t);
      expect((repairedAt ?? 0) - (cutAt ?? 0)).toBe(3 * NS_PER_S);
      const { drops } = gatewayOf(result, 'zone-front');
      expect(new Set(drops.map(({ reason }) => reason))).toContain('not-sent');
    },
  );

  it('counts on over being switched off', () => {
    const steps: Step[] = [publish, { cycle: { during: [] } }, { parked: 86_400_000 }, { cycle: { during: [] } }];
    const once = runVirtual(withSteps(inputsOf('two-hops'), steps.slice(0, 2)));
    const twice = runVirtual(withSteps(inputsOf('two-hops'), steps));
    expect(images(twice.result)).toEqual(updated);
    for (const id of ['central', 'zone-front']) {
      const [before, after] = [gatewayOf(once.result, id), gatewayOf(twice.result, id)];
      expect(after.framesForwarded).toBeGreaterThan(before.framesForwarded + 100);
      expect(after.messagesForwarded >= before.messagesForwarded).toBe(true);
    }
  });

  it('joins Ethernet and CAN: the Primary on Ethernet reaches the same ECUs', () => {
    const inputs = changed(
      ['queue: 12', 'queue: 64'],
      [
        '  backbone: { kind: can-fd, bitrate: 500000, dataBitrate: 2000000 }',
        '  backbone: { kind: ethernet, speed: 100BASE-T1, loss: 0.01 }',
      ],
      [
        `      - { from: backbone, to: zone, ids: [0x710, 0x711, 0x712] }
      - { from: zone, to: backbone, ids: [0x718, 0x719, 0x71a] }`,
        `      - isotp: { from: backbone, to: zone, requestId: 0x710, responseId: 0x718 }
      - isotp: { from: backbone, to: zone, requestId: 0x711, responseId: 0x719 }
      - isotp: { from: backbone, to: zone, requestId: 0x712, responseId: 0x71a }`,
      ],
    );
    const { result } = runVirtual(inputs);
    expect(images(result)).toEqual(updated);
    expect(gatewayOf(result, 'central')).toMatchObject({ framesForwarded: 0, framesDropped: 0 });
    expect(lost(gatewayOf(result, 'central'))).toEqual(['not-sent']);
    expect(gatewayOf(result, 'central').messagesForwarded).toBeGreaterThan(100);
  });

  it('joins CAN FD and Ethernet: the Primary on the bus reaches an ECU on the network, over another gateway too', () => {
    const inputs = changed(
      ['  body: { kind: can, bitrate: 125000 }', '  body: { kind: ethernet, speed: 100BASE-T1 }'],
      [
        `      - { from: zone, to: body, ids: [0x712, { first: 0x120, last: 0x12f }] }
      - { from: body, to: zone, ids: [0x71a] }`,
        '      - isotp: { from: zone, to: body, requestId: 0x712, responseId: 0x71a }',
      ],
      ['    isotp: { blocksize: 12 }\n', ''],
    );
    const { result } = runVirtual(inputs);
    expect(images(result)).toEqual(updated);
    expect(gatewayOf(result, 'zone-front')).toMatchObject({ framesForwarded: 0, framesDropped: 0 });
    expect(lost(gatewayOf(result, 'zone-front'))).toEqual(['not-sent']);
  });

  it('makes frames of each classic where a bus on the way is classic, however many hops away', () => {
    const kinds = new Map<string, Set<boolean>>();
    const { result } = runVirtual(inputsOf('two-hops'), (event, { world }) => {
      if (event.type !== 'run.started') return;
      world.transports.buses.get('backbone')?.tap(({ id, fd }) => {
        kinds.set(id.toString(16), (kinds.get(id.toString(16)) ?? new Set()).add(fd));
      });
    });
    expect(images(result)).toEqual(updated);
    expect(Object.fromEntries([...kinds].map(([id, found]) => [id, [...found]]))).toEqual({
      710: [true],
      718: [true],
      711: [true],
      719: [true],
      712: [false],
      '71a': [false],
    });
  });
});

describe('a vehicle is refused', () => {
  const of = (...changes: readonly Change[]): string => {
    try {
      changed(...changes);
    } catch (error) {
      if (error instanceof InputError) return error.message.replaceAll(`${folder}/`, '').replace(/^[^:]*:\d+: /, '');
      throw error;
    }
    return 'accepted';
  };

  it.each<[string, Change, string]>([
    [
      'whose answers come back over one hop only',
      ['ids: [0x718, 0x719, 0x71a]', 'ids: [0x718, 0x719]'],
      'ecus.seat-ecu: central brings 0x712 to bus zone, but no route of it takes 0x71a back to bus backbone',
    ],
    [
      'whose requests do not come over the second hop',
      ['ids: [0x712, { first', 'ids: [{ first'],
      'ecus.seat-ecu: no route of zone-front brings 0x712 to bus body and takes 0x71a back',
    ],
    [
      'whose requests do not come over the first hop',
      ['ids: [0x710, 0x711, 0x712]', 'ids: [0x710, 0x712]'],
      'ecus.door-ecu: no route of central or zone-front brings 0x711 to bus zone and takes 0x719 back',
    ],
    [
      'with an ECU on a bus that no gateway joins',
      ['    bus: body\n', '    bus: attic\n'],
      'ecus.door-ecu.bus: there is no bus attic',
    ],
    [
      'with a route between buses that the gateway is not on',
      ['from: body, to: zone', 'from: body, to: backbone'],
      'ecus.zone-front.routes[2]: it is not on bus backbone',
    ],
    ['with a route back', ['from: body, to: zone', 'from: body, to: body'], 'ecus.zone-front.routes[2]: it leads back'],
    [
      'with a range backwards',
      ['{ first: 0x120, last: 0x12f }', '{ first: 0x12f, last: 0x120 }'],
      'ecus.zone-front.routes: the route of 0x12f-0x120 from zone to body: its ids are not ones of 11 bits',
    ],
    [
      'with too few new ids',
      ['ids: [0x71a]', 'ids: [0x71a], as: []'],
      'ecus.zone-front.routes[2].as: one for each of the 1 ids',
    ],
    [
      'with an unknown bus',
      ['buses: [zone, body]', 'buses: [zone, body, attic]'],
      'ecus.zone-front.buses[2]: there is no bus attic',
    ],
    [
      'with a bus twice',
      ['buses: [zone, body]', 'buses: [zone, body, zone]'],
      'ecus.zone-front.buses: a bus is named twice',
    ],
    [
      'where a frame route takes what ends at the gateway',
      ['ids: [0x712, { first', 'ids: [0x711, 0x712, { first'],
      'ecus.zone-front.routes: two routes take 0x711 from bus zone',
    ],
    [
      'where ids meet on the way',
      ['responseId: 0x718\n', 'responseId: 0x719\n'],
      "ecus.door-ecu.responseId: the id is climate-ecu's on bus backbone already",
    ],
    [
      'where frames go round',
      [
        '  zone-front:\n',
        `  ring:
    role: gateway
    buses: [backbone, zone]
    routes: [{ from: zone, to: backbone, ids: [0x712] }]
  zone-front:\n`,
      ],
      'ecus.central.routes: frames would go round for ever: central takes 0x712 from backbone to zone, ring takes 0x712 from zone',
    ],
    [
      'where a frame comes to a bus twice',
      [
        '  zone-front:\n',
        `  twin:
    role: gateway
    buses: [backbone, zone]
    routes: [{ from: backbone, to: zone, ids: [0x712] }]
  zone-front:\n`,
      ],
      'ecus.seat-ecu: 0x712 comes to bus zone twice: by central and twin',
    ],
    [
      'that routes frames to Ethernet',
      ['  body: { kind: can, bitrate: 125000 }', '  body: { kind: ethernet, speed: 100BASE-T1 }'],
      'ecus.seat-ecu.isotp: an ECU on Ethernet has none',
    ],
    [
      'with a gateway of one bus',
      ['buses: [zone, body]', 'buses: [zone]'],
      'ecus.zone-front.buses: 2 to 16 entries are needed, not 1',
    ],
    ['with a queue of none', ['queue: 12', 'queue: 0'], 'ecus.zone-front.queue: 1 to 4096 is needed, not 0'],
    ['with a delay of days', ['queue: 12', 'delay: 2d'], 'ecus.zone-front.delay: a duration such as 50us'],
    [
      'with a gateway that has an image',
      ['queue: 12', 'hardware: g1'],
      'ecus.zone-front.hardware: there is no such field',
    ],
  ])('%s', (_title, change, message) => {
    expect(of(change)).toContain(message);
  });

  it('when frames are to go over Ethernet', () => {
    const ethernet = [
      '  body: { kind: can, bitrate: 125000 }',
      '  body: { kind: ethernet, speed: 100BASE-T1 }',
    ] as const;
    expect(of(ethernet, ['    isotp: { blocksize: 12 }\n', ''])).toBe(
      'ecus.zone-front.routes[1]: body carries no CAN frames: an isotp route is needed',
    );
  });
});

describe('a step is refused', () => {
  it.each<[string, string, string]>([
    ['that gives a gateway an image', '      door-ecu: {', '      central: {'],
    ['that expects a gateway to run one', 'ecu: door-ecu, runs', 'ecu: central, runs'],
  ])('%s', (_title, before, after) => {
    writeFileSync(join(folder, 'zonal.yaml'), zonal);
    const text = twoHops.replace('vehicles/zonal.yaml', 'zonal.yaml').replace(before, after);
    writeFileSync(join(folder, 'wrong.yaml'), text);
    expect(() => loadScenario(join(folder, 'wrong.yaml'))).toThrow(/central is a gateway, which gets no updates/);
  });

  it('that names no gateway', () => {
    writeFileSync(join(folder, 'zonal.yaml'), zonal);
    const text = twoHops.replace('vehicles/zonal.yaml', 'zonal.yaml').replace('gateway: central', 'gateway: door-ecu');
    writeFileSync(join(folder, 'wrong.yaml'), text);
    expect(() => loadScenario(join(folder, 'wrong.yaml'))).toThrow(/there is no gateway door-ecu/);
  });
});
