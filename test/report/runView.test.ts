import { describe, expect, test } from 'vitest';
import { busAt, knowsLoad } from '../../src/report/busView.ts';
import { type EcuView, ecuVerdict, isWanted } from '../../src/report/ecuView.ts';
import {
  createRunStore,
  emptyView,
  initialView,
  logLinesMax,
  type RunView,
  updateView,
} from '../../src/report/runView.ts';
import type { FoundFault, SimEvent } from '../../src/sim/events/events.ts';
import { at, fixtureBuses, fixtureRun, image, startedEvent } from '../tui/support/fixtureRun.ts';

const rollback: FoundFault = { code: 'rollback', clause: 'V1', message: 'version 1 after 2', attack: 'rollback' };
const broken: FoundFault = { code: 'malformed', clause: 'V2', message: 'not JSON' };

function viewAfter(...events: readonly SimEvent[]): RunView {
  return [startedEvent, ...events].reduce(updateView, emptyView);
}

function ecuAfter(...events: readonly SimEvent[]): EcuView {
  const found = viewAfter(...events).ecus.find(({ id }) => id === 'brake-ecu');
  if (found === undefined) throw new Error('the fixture has no brake-ecu');
  return found;
}

const ecu = 'brake-ecu';
const progress = (receivedBytes: number, t = 1): SimEvent => ({
  type: 'ecu.progress',
  t,
  ecu,
  filename: 'brake-ecu-2.bin',
  receivedBytes,
  totalBytes: 100,
});
const booted = (installed = image(ecu, 2)): SimEvent => ({
  type: 'ecu.booted',
  t: 9,
  ecu,
  installed,
  bank: 1,
  maker: 'genuine',
});
const fault = (found: FoundFault, of = ecu): SimEvent => ({ type: 'ecu.fault', t: 3, ecu: of, fault: found });
const verified: SimEvent = { type: 'ecu.verified', t: 4, ecu, versions: {} };
const state = (name: string): SimEvent => ({ type: 'ecu.state', t: 2, ecu, state: name });

describe('an ECU', () => {
  const inProgress = { filename: 'brake-ecu-2.bin', receivedBytes: 40, totalBytes: 100 };
  const rows: readonly [string, readonly SimEvent[], Partial<EcuView>][] = [
    [
      'starts idle with the image it has',
      [],
      { state: 'idle', before: image(ecu, 1), now: image(ecu, 1), refused: [] },
    ],
    ['takes on a state', [state('verifyingMetadata')], { state: 'verifyingMetadata', activeNs: 2 }],
    ['is receiving', [state('receivingImage'), progress(40)], { progress: inProgress }],
    ['keeps the bar while it installs', [progress(40), state('installing')], { progress: inProgress }],
    ['boots a new image', [booted()], { before: image(ecu, 1), now: image(ecu, 2), bank: 1, maker: 'genuine' }],
    ['accepts a time', [{ type: 'ecu.time', t: 1, ecu, time: 'T' }], { attestedTime: 'T' }],
    [
      'names an attack once',
      [fault(rollback), fault(rollback)],
      { refused: ['rollback'], refusing: true, attacks: ['rollback'] },
    ],
    [
      'keeps its last fault, and what kinds it refused',
      [fault(rollback), fault(broken), fault(rollback)],
      { lastFault: rollback, refused: ['rollback', 'malformed'], attacks: ['rollback'] },
    ],
    [
      'remembers that an attacker’s image ran',
      [{ ...booted(), maker: 'attacker' } as SimEvent, booted()],
      { maker: 'genuine', wasCompromised: true },
    ],
    [
      'stops refusing when it boots',
      [fault(rollback), booted()],
      { refusing: false, lastFault: rollback, refused: ['rollback'] },
    ],
    ['stops refusing when metadata is good', [fault(rollback), verified], { refusing: false, lastFault: rollback }],
    ['has network trouble', [{ type: 'network.fault', t: 1, ecu, message: 'off' }], { networkFault: 'off' }],
  ];
  test.each(rows)('%s', (_, events, expected) => {
    expect(ecuAfter(...events)).toMatchObject(expected);
  });

  test.each([
    ['an image booted', booted()],
    ['a fault', fault(broken)],
    ['idle', state('idle')],
  ])('%s ends the progress', (_, event) => {
    expect(ecuAfter(progress(40), event)).not.toHaveProperty('progress');
  });

  test('an event leaves the other ECUs as they are', () => {
    const before = viewAfter();
    const after = updateView(before, fault(rollback));
    for (const [index, other] of before.ecus.entries()) {
      if (other.id !== ecu) expect(after.ecus[index]).toBe(other);
    }
  });

  const verdicts: readonly [string, readonly SimEvent[], string][] = [
    ['nothing happened', [], 'unchanged'],
    ['the same image booted again', [booted(image(ecu, 1))], 'unchanged'],
    ['a higher release', [booted()], 'updated'],
    ['a higher release after a refused attack', [fault(rollback), booted()], 'updated'],
    ['an attack refused: the image is as before', [fault(rollback)], 'unchanged'],
    ['the attacker’s bytes', [{ ...booted(), maker: 'attacker' } as SimEvent], 'compromised'],
    ['a lower release', [booted(image(ecu, 0))], 'suspect'],
    ['another image of the same release', [booted({ ...image(ecu, 1), sha256: 'other' })], 'suspect'],
  ];
  test.each(verdicts)('verdict: %s', (_, events, expected) => {
    expect(ecuVerdict(ecuAfter(...events))).toBe(expected);
  });
});

describe('a bus', () => {
  const window = (t: number, frames: number, busyNs: number, bus = 'body'): SimEvent => {
    return { type: 'bus.window', t, bus, windowNs: 1000, frames, busyNs, digest: '' };
  };
  const body = (...events: readonly SimEvent[]) => viewAfter(...events).buses[0];

  test('adds up windows and keeps the peak', () => {
    expect(body(window(1000, 4, 800), window(2000, 2, 300))).toMatchObject({
      frames: 6,
      busyNs: 1100,
      observedNs: 2000,
      load: 0.3,
      peakLoad: 0.8,
      history: [0.8, 0.3],
    });
  });

  test('counts frames per second where the load is not known', () => {
    const real = { ...startedEvent, buses: [{ id: 'body', kind: 'can', bitrate: 1, interface: 'can0' }] } as const;
    const [bus] = [real, window(1000, 4, 0)].reduce(updateView, emptyView).buses;
    expect(bus).toMatchObject({ framesPerSecond: 4_000_000, history: [4_000_000] });
    expect(bus !== undefined && knowsLoad(bus)).toBe(false);
  });

  test('is quiet when it has said nothing for a while', () => {
    const [bus] = viewAfter(window(1000, 4, 800)).buses;
    if (bus === undefined) throw new Error('the fixture has no bus');
    expect(busAt(bus, 2000).load).toBe(0.8);
    expect(busAt(bus, 5000).load).toBe(0);
  });

  test('keeps a bounded history', () => {
    const events = Array.from({ length: 500 }, (_, index) => window(index * 1000, 1, index));
    const history = body(...events)?.history ?? [];
    expect(history).toHaveLength(120);
    expect(history.at(-1)).toBe(0.499);
  });

  test('a window of another bus does not touch it', () => {
    expect(body(window(1000, 4, 800, 'chassis'))).toMatchObject({ ...fixtureBuses[0], frames: 0 });
  });
});

describe('the run', () => {
  const begin = (id: string): SimEvent => ({ type: 'attack.started', t: 1, id, text: `text of ${id}` });
  const manifest = (accepted: boolean, confirms: boolean): SimEvent => {
    return { type: 'director.manifest', t: 1, accepted, confirms, installed: {} };
  };
  const remote: SimEvent = { type: 'remote', t: 1, request: 'GET x', outcome: 'ok', bytes: 1 };
  const message: SimEvent = { type: 'message', t: 1, from: 'a', to: 'b', name: 'X', bytes: 1 };
  const met = { text: 'x', passed: true, actual: 'y' };
  const rows: readonly [string, readonly SimEvent[], Partial<RunView>][] = [
    ['is named', [], { scenario: 'rollback-attack', seed: 42 }],
    ['has the time of the last event', [message], { timeNs: 1, messages: 1 }],
    ['counts requests', [remote, remote], { requests: 2 }],
    ['is at a step', [{ type: 'step.started', t: 1, index: 2, text: 's' }], { step: { index: 2, text: 's' } }],
    [
      'knows the attacks under way',
      [begin('a'), begin('b'), { type: 'attack.stopped', t: 2, id: 'a' }],
      { attacks: [{ id: 'b', text: 'text of b' }], attacksStarted: 2 },
    ],
    [
      'knows who detected what, once',
      [fault(rollback), fault(rollback), fault(rollback, 'door-ecu'), fault(broken)],
      {
        detections: [
          { attack: 'rollback', by: 'brake-ecu' },
          { attack: 'rollback', by: 'door-ecu' },
        ],
      },
    ],
    [
      'knows what the Director detected',
      [{ ...manifest(false, false), fault: { ...broken, attack: 'report-forgery' } } as SimEvent],
      {
        detections: [{ attack: 'report-forgery', by: 'Director' }],
        manifests: { accepted: 0, refused: 1, confirmed: false },
      },
    ],
    [
      'counts manifests',
      [manifest(true, false), manifest(false, false), manifest(true, true)],
      { manifests: { accepted: 2, refused: 1, confirmed: true } },
    ],
    ['keeps expectations', [{ type: 'expectation', t: 1, ...met }], { expectations: [met] }],
    [
      'is given up',
      [{ type: 'run.givenUp', t: 5, reason: 'SIGTERM' }],
      { outcome: 'given-up', timeNs: 5, givenUp: { t: 5, reason: 'SIGTERM' } },
    ],
    ['has an outcome', [{ type: 'run.finished', t: 5, outcome: 'failed' }], { outcome: 'failed', timeNs: 5 }],
  ];
  test.each(rows)('%s', (_, events, expected) => {
    expect(viewAfter(...events)).toMatchObject(expected);
  });

  test('a new run begins anew', () => {
    const store = createRunStore();
    for (const event of fixtureRun()) store.update(event);
    store.update(startedEvent);
    expect(store.view()).toEqual(viewAfter());
  });

  test('an earlier view does not change', () => {
    const store = createRunStore();
    store.update(startedEvent);
    const early = store.view();
    const copy = structuredClone(early);
    for (const event of fixtureRun().slice(1)) store.update(event);
    expect(early).toEqual(copy);
  });
});

describe('with what is known of the scenario beforehand', () => {
  const step = { expectationLines: [], wants: [] };
  const outline = {
    file: '/somewhere/a.yaml',
    steps: [
      { ...step, line: 3, wants: ['brake-ecu', 'door-ecu'] },
      { ...step, line: 4 },
      { ...step, line: 5, expectationLines: [6, 8] },
      { ...step, line: 9, wants: ['gateway-ecu', 'door-ecu'], campaign: 'c' },
      { ...step, line: 10, cancels: 'c' },
    ],
  };
  const begin = (index: number): SimEvent => ({ type: 'step.started', t: 1, index, text: 's' });
  const judged: SimEvent = { type: 'expectation', t: 1, text: 'x', passed: false, actual: 'y' };
  const view = (...events: readonly SimEvent[]) => [startedEvent, ...events].reduce(updateView, initialView(outline));

  test('an expectation has its step, file and line; what went wrong in a cycle has the cycle’s', () => {
    const { expectations, log } = view(begin(1), judged, begin(2), judged, judged);
    expect(expectations.map(({ place }) => place)).toEqual([
      { step: 2, file: '/somewhere/a.yaml', line: 4 },
      { step: 3, file: '/somewhere/a.yaml', line: 6 },
      { step: 3, file: '/somewhere/a.yaml', line: 8 },
    ]);
    expect(log.at(-1)?.text).toBe('✗ step 3, a.yaml:8: x; actual: y');
  });

  test('the store has every expectation, the view the first thousand', () => {
    const store = createRunStore(outline);
    for (const event of [startedEvent, begin(2), ...Array.from({ length: 1100 }, () => judged)]) store.update(event);
    expect(store.view().expectations).toHaveLength(1000);
    expect(store.expectations()).toHaveLength(1100);
    expect(store.expectations()[1]).toEqual(store.view().expectations[1]);
  });

  test.each<[string, readonly SimEvent[], readonly string[]]>([
    ['none before anything is published', [begin(1)], []],
    ['those of a publication', [begin(0)], ['door-ecu', 'brake-ecu']],
    ['those of a campaign too', [begin(0), begin(3)], ['gateway-ecu', 'door-ecu', 'brake-ecu']],
    ['no longer those of a cancelled campaign alone', [begin(0), begin(3), begin(4)], ['door-ecu', 'brake-ecu']],
    ['one that a campaign’s requirements brought', [begin(3), booted()], ['gateway-ecu', 'door-ecu', 'brake-ecu']],
    [
      'not one that an attacker’s image reached',
      [begin(3), { ...booted(), maker: 'attacker' } as SimEvent],
      ['gateway-ecu', 'door-ecu'],
    ],
  ])('ECUs that were to get something: %s', (_, events, expected) => {
    expect(
      view(...events)
        .ecus.filter(isWanted)
        .map(({ id }) => id),
    ).toEqual(expected);
  });
});

describe('the log', () => {
  test('has no line for what only moves a number', () => {
    expect(viewAfter(state('installing'), progress(40)).log).toHaveLength(1);
  });

  test('a new image is good news, the same one is not', () => {
    expect(viewAfter(booted(image(ecu, 1)), booted()).log.map(({ tone }) => tone)).toEqual(['strong', 'dim', 'good']);
  });

  test('counts what is said again in a row', () => {
    const { log } = viewAfter(fault(broken), { ...fault(broken), t: 7 }, fault(rollback), fault(broken));
    expect(log.slice(1).map(({ t, count }) => [t, count])).toEqual([
      [7, 2],
      [3, 1],
      [3, 1],
    ]);
  });

  test('is bounded and keeps the newest', () => {
    const events = Array.from({ length: logLinesMax + 50 }, (_, index): SimEvent => {
      return { type: 'step.started', t: at(index), index, text: `text ${index}` };
    });
    const { log } = viewAfter(...events);
    expect(log).toHaveLength(logLinesMax);
    expect(log.at(-1)?.text).toBe(`text ${logLinesMax + 49}`);
  });
});
