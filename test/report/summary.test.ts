import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { emptyView, initialView, type RunView, updateView } from '../../src/report/runView.ts';
import { summaryText } from '../../src/report/summary.ts';
import { cellWidth } from '../../src/report/text/cells.ts';
import type { SimEvent } from '../../src/sim/events/events.ts';
import type { ScenarioOutline } from '../../src/sim/scenario/outline.ts';
import { at, fixtureEcus, fixtureRun, image, startedEvent } from '../tui/support/fixtureRun.ts';

const outline: ScenarioOutline = {
  file: 'a.yaml',
  steps: [
    { line: 3, expectationLines: [], wants: ['door-ecu', 'gateway-ecu'] },
    { line: 7, expectationLines: [8, 9], wants: [] },
    { line: 10, expectationLines: [], wants: [] },
    { line: 11, expectationLines: [], wants: [] },
  ],
};

function viewAfter(events: readonly SimEvent[]): RunView {
  return events.reduce(updateView, initialView(outline));
}

const counters = { transmitErrors: 0, receiveErrors: 0 };

const failing: readonly SimEvent[] = [
  startedEvent,
  { type: 'step.started', t: 1, index: 0, text: 'publish' },
  { type: 'step.started', t: 1, index: 1, text: 'expect' },
  { type: 'attack.started', t: 1, id: 'a', text: 'an attack' },
  {
    type: 'ecu.fault',
    t: 2,
    ecu: 'door-ecu',
    fault: { code: 'bad-signature', clause: 'V3', message: 'm', attack: 'arbitrary-installation' },
  },
  {
    type: 'ecu.booted',
    t: 3,
    ecu: 'brake-ecu',
    installed: { ...image('brake-ecu', 1), sha256: 'evil', filename: 'evil.bin' },
    bank: 1,
    maker: 'attacker',
  },
  { type: 'director.manifest', t: 4, accepted: false, confirms: false, installed: {} },
  { type: 'expectation', t: at(2), text: 'door-ecu refuses', passed: true, actual: 'refused' },
  {
    type: 'expectation',
    t: at(2),
    text: 'brake-ecu keeps the image that it had before the attack began, whatever the attacker does to the bus meanwhile',
    passed: false,
    actual: 'evil.bin',
  },
  { type: 'run.finished', t: at(2.5), outcome: 'failed' },
];

test('a run that passed', () => {
  expect(summaryText(viewAfter(fixtureRun()), { wallMs: 5120, color: false })).toBe(` rollback-attack, seed 42

 ECU             ROLE       MODE     BUS         RELEASE  VERDICT      REFUSED
 telematics      primary    full     body + ch…  4 → 5    ✓ updated
 gateway-ecu     secondary  full     body        1 → 2    ✓ updated
 door-ecu        secondary  partial  body        1 → 2    ✓ updated
 brake-ecu       secondary  full     chassis     1 → 2    ✓ updated    rollback
 suspension-ecu  secondary  partial  chassis     1 → 2    ✓ updated

 Images     telematics-4.bin → telematics-5.bin
            gateway-ecu-1.bin → gateway-ecu-2.bin
            door-ecu-1.bin → door-ecu-2.bin
            brake-ecu-1.bin → brake-ecu-2.bin
            suspension-ecu-1.bin → suspension-ecu-2.bin
 Attacks    1 carried out; detected: rollback (by brake-ecu)
            succeeded: on no ECU
 Manifests  2 accepted, 0 refused
 Buses      body: 22,214 frames, load 26% (26% when busy, at most 82%)
            chassis: 10,540 frames, load 12% (12% when busy, at most 43%)
 Time       0:20.000 simulated in 5.1 s (3.9 times real time)

 PASSED  2 expectations met
`);
});

test('a run that failed', () => {
  const lines = summaryText(viewAfter(failing), { wallMs: 80, color: false }).split('\n');
  expect(lines.slice(3, 8)).toEqual([
    ' telematics      primary    full     4        · unchanged',
    ' gateway-ecu     secondary  full     1        · unchanged',
    ' door-ecu        secondary  partial  1        · unchanged   bad-signature',
    ' brake-ecu       secondary  full     1 → 1    ✗ attacker’s',
    ' suspension-ecu  secondary  partial  1        · unchanged',
  ]);
  expect(lines).toContain(' Images     brake-ecu-1.bin → evil.bin');
  expect(lines).toContain(' Attacks    1 carried out; detected: arbitrary installation (by door-ecu)');
  expect(lines).toContain(' Manifests  0 accepted, 1 refused');
  expect(lines).toEqual(
    expect.arrayContaining([
      '            succeeded: the attacker’s image runs on brake-ecu; not updated:',
      '            gateway-ecu, door-ecu',
    ]),
  );
  expect(lines.slice(-6)).toEqual([
    ' FAILED  1 of 2 expectations not met',
    '   ✗        step 2, a.yaml:9',
    '            expected: brake-ecu keeps the image that it had before the attack',
    '            began, whatever the attacker does to the bus meanwhile',
    '            actual: evil.bin',
    '',
  ]);
});

test('a bus on an interface, whose load is not known, tells its trouble all the same', () => {
  const buses = [{ id: 'body', kind: 'can', bitrate: 500_000, interface: 'can0' }] as const;
  const view = viewAfter([
    { ...startedEvent, buses },
    { type: 'bus.window', t: 1, bus: 'body', windowNs: 1, frames: 3, busyNs: 0, errorFrames: 2, digest: '' },
    { type: 'bus.node', t: 2, bus: 'body', node: 'can0', state: 'bus-off', busOffs: 1, ...counters },
    { type: 'bus.node', t: 3, bus: 'body', node: 'can0', state: 'error-active', busOffs: 0, ...counters },
    { type: 'bus.node', t: 4, bus: 'body', node: 'can0', state: 'bus-off', busOffs: 2, ...counters },
    { type: 'bus.node', t: 4, bus: 'body', node: 'door-ecu', state: 'error-passive', busOffs: 0, ...counters },
  ]);
  expect(summaryText(view, { wallMs: 80, color: false }).split('\n')).toContain(
    ' Buses      body: 3 frames; 2 error frames; can0 bus-off 3 times',
  );
});

test.each<[string, SimEvent, string]>([
  ['by a signal', { type: 'run.givenUp', t: at(3.412), reason: 'SIGTERM' }, 'by SIGTERM'],
  ['by its watcher', { type: 'run.givenUp', t: at(3.412), reason: 'quit' }, 'by its watcher'],
  ['for an error', { type: 'run.givenUp', t: at(3.412), reason: 'error', error: 'a bug' }, 'for an error: a bug'],
])('a run that was given up %s', (_, event, words) => {
  const view = viewAfter([...failing.slice(0, -2), event]);
  expect(summaryText(view, { wallMs: 80, color: false })).toContain(
    `\n GIVEN UP at 3.412 s, ${words}; 0 of 1 expectation not met\n`,
  );
});

test('of a long path the end is shown', () => {
  const view = failing.reduce(updateView, initialView({ ...outline, file: `/${'deep/'.repeat(30)}a.yaml` }));
  expect(summaryText(view, { wallMs: 80, color: false })).toMatch(/\n {3}✗ {8}step 2, …[^\s]*\/(deep\/)+a\.yaml:9\n/);
});

describe('any run', () => {
  const crowd = fixtureEcus.map((ecu) => ({ ...ecu, id: `${ecu.id}-${'long'.repeat(20)}`, buses: ['a'.repeat(50)] }));
  const views: readonly [string, RunView][] = [
    ['none', emptyView],
    ['only begun', viewAfter([startedEvent])],
    ['stopped', viewAfter(fixtureRun().slice(0, 300))],
    ['passed', viewAfter(fixtureRun())],
    ['failed', viewAfter(failing)],
    ['with long names', viewAfter([{ ...startedEvent, ecus: crowd }, ...failing.slice(1)])],
  ];
  test.each(views)('%s: at most 80 columns, and colour changes no character', (_, view) => {
    const plain = summaryText(view, { wallMs: 5, color: false });
    const colored = summaryText(view, { wallMs: 5, color: true });
    expect(plain.split('\n').filter((line) => cellWidth(line) > 80)).toEqual([]);
    expect(stripVTControlCharacters(plain)).toBe(plain);
    expect(stripVTControlCharacters(colored)).toBe(plain);
  });

  test('an updated ECU is green and an attacked one red', () => {
    expect(summaryText(viewAfter(fixtureRun()), { wallMs: 5, color: true })).toContain('\u001b[32m✓ updated\u001b[0m');
    expect(summaryText(viewAfter(failing), { wallMs: 5, color: true })).toContain('\u001b[31m✗ attacker’s\u001b[0m');
  });
});
