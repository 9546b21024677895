import { render } from 'ink-testing-library';
import type { ReactElement } from 'react';
import { describe, expect, test } from 'vitest';
import { emptyView, initialView, type RunView, updateView } from '../../src/report/runView.ts';
import { cellWidth } from '../../src/report/text/cells.ts';
import type { Tone } from '../../src/report/text/line.ts';
import type { SimEvent } from '../../src/sim/events/events.ts';
import { Frame, type FrameProps } from '../../src/tui/Frame.tsx';
import { BusPanel, busLines } from '../../src/tui/panels/BusPanel.tsx';
import { EcuTable, ecuLines } from '../../src/tui/panels/EcuTable.tsx';
import { EventLog } from '../../src/tui/panels/EventLog.tsx';
import { Footer } from '../../src/tui/panels/Footer.tsx';
import { Header, headerLines } from '../../src/tui/panels/Header.tsx';
import { VerdictBar } from '../../src/tui/panels/VerdictBar.tsx';
import { sampled } from '../support/heavy.ts';
import { at, fixtureEcus, fixtureOutline, fixtureRun, startedEvent } from './support/fixtureRun.ts';

function viewAt(seconds: number): RunView {
  return fixtureRun()
    .filter(({ t }) => t <= at(seconds))
    .reduce(updateView, initialView(fixtureOutline));
}

function rowsOf(element: ReactElement): readonly string[] {
  const { lastFrame, unmount } = render(element);
  const frame = lastFrame() ?? '';
  unmount();
  return frame.split('\n').map((row) => row.trimEnd());
}

function frameOf(view: RunView, columns: number, rows: number, extra: Partial<FrameProps> = {}): FrameProps {
  const size = { columns, rows };
  return {
    view,
    size,
    timeNs: view.timeNs,
    speed: 4,
    paused: false,
    hasKeys: true,
    color: false,
    last: false,
    ...extra,
  };
}

const sizes = [
  [80, 24],
  [120, 40],
  [60, 16],
  [200, 60],
] as const;

describe('the frame', () => {
  test('at 80x24, under attack', () => {
    expect(rowsOf(<Frame {...frameOf(viewAt(7.5), 80, 24)} />)).toEqual([
      ' ecunet  rollback-attack  seed 42                       ► running ×4   0:07.500',
      ' step 3  an on-path attacker serves old metadata on chassis',
      ' ▲ ATTACK  old, validly signed Targets metadata to brake-ecu',
      '── ECUs ───────────────────────────────────────── 1 refusing · 1 of 5 updated ──',
      '   ECU             STATE               ACTIVITY     RELEASE  ATTESTED',
      ' ● telematics      idle                             4 → 5 ✓  2030-01-01 00:00Z',
      ' ● gateway-ecu     receiving image     ████▊░  79%  1        2030-01-01 00:00Z',
      ' ● door-ecu        receiving image     ███░░░  50%  1        2030-01-01 00:00Z',
      ' ● brake-ecu       idle                ✗ rollback   1        2030-01-01 00:00Z',
      ' ● suspension-ecu  receiving image     █░░░░░  17%  1        2030-01-01 00:00Z',
      '── Buses ───────────────────────────────────────────────────────────────────────',
      '   BUS      KIND            LOAD         NOW  PEAK   RUN  HISTORY        FRAMES',
      '   body     CAN 500k        ███████▌░░   75%   82%   41%  ▆▆▆▇▇▇▇▇▇▇▇▇   13,306',
      '   chassis  CAN FD 500k/2M  ██▌░░░░░░░   25%   43%    9%  ▃▄▄▄▄▄▄▄▃▃▃▃    2,833',
      '── Events ──────────────────────────────────────────────────────────────────────',
      '  0:03.900  suspension-ecu  metadata verified: director/targets 2, image/targe…',
      '  0:04.500  telematics      has all of telematics-5.bin, 96 KiB',
      '  0:05.000  door-ecu        network: ISO-TP transfer broke off: N_TIMEOUT_Bs;…',
      '  0:06.000  step 3          an on-path attacker serves old metadata on chassis',
      '  0:06.000  attack          begins: old, validly signed Targets metadata to br…',
      '  0:06.400  brake-ecu       ✗ rollback: Targets version 1 is lower than the tr…',
      '  0:06.500  telematics      runs telematics-5.bin, release 5, from bank 1',
      ' space pause   + faster   - slower   q quit     59 messages · 2 server requests',
    ]);
  });

  test('at 120x40 names what 80 columns leave out', () => {
    const rows = rowsOf(<Frame {...frameOf(viewAt(7.5), 120, 40)} />);
    expect(rows).toHaveLength(39);
    expect(rows[4]?.trim().split(/\s+/).join(' ')).toBe('ECU ROLE MODE BUS STATE ACTIVITY RELEASE ATTESTED');
    expect(rows[5]).toMatch(
      /telematics {6}primary {4}full {5}body \+ chassis {2}idle .* 4 → 5 ✓ {2}2030-01-01 00:00:00Z$/,
    );
    expect(rows[8]).toMatch(/brake-ecu .* secondary {2}full .*✗ rollback/);
    expect(rows.join('\n')).toContain(
      '✗ rollback: Targets version 1 is lower than the trusted 2 [5.4.4.6.4, rollback attack]',
    );
  });

  test.each(sampled(sizes, 2))(
    '%dx%d: no line is wider, the last row is free, and the footer is on the one before',
    (columns, rows) => {
      for (const seconds of sampled([0, 1.4, 5, 7.5, 10, 14, 17.5, 20], 4)) {
        const shown = rowsOf(<Frame {...frameOf(viewAt(seconds), columns, rows)} />);
        expect(shown).toHaveLength(rows - 1);
        for (const row of shown) expect(cellWidth(row)).toBeLessThanOrEqual(columns);
        expect(shown.at(-1)).toContain('q quit');
      }
    },
  );

  test('colour changes no character', () => {
    const props = frameOf(viewAt(7.5), 80, 24);
    expect(rowsOf(<Frame {...props} color={true} />)).toEqual(rowsOf(<Frame {...props} />));
  });

  test('before the run has begun', () => {
    const rows = rowsOf(<Frame {...frameOf(emptyView, 80, 24)} />);
    expect(rows[1]).toBe(' waiting for the first step');
    expect(rows).toHaveLength(23);
  });

  test('the last frame is as tall as its contents and ends in the verdict', () => {
    const run: readonly SimEvent[] = [startedEvent, { type: 'run.finished', t: 1, outcome: 'passed' }];
    const rows = rowsOf(<Frame {...frameOf(run.reduce(updateView, emptyView), 80, 40, { last: true })} />);
    expect(rows).toHaveLength(14);
    expect(rows.at(-1)).toBe(' PASSED  0 expectations met');
  });
});

describe('the header', () => {
  const props = { view: viewAt(7.5), timeNs: at(7.5), speed: 0.125, paused: false, width: 80, color: false };
  const ended = (outcome: 'passed' | 'failed', passed: boolean): RunView => ({
    ...props.view,
    outcome,
    expectations: [{ text: 'x', passed, actual: 'y' }],
  });
  test.each([
    ['running', props, '► running ×0.125   0:07.500'],
    ['given up', { ...props, view: { ...props.view, outcome: 'given-up' as const } }, 'given up   0:07.500'],
    ['paused', { ...props, paused: true }, '❚❚ paused ×0.125   0:07.500'],
    ['passed', { ...props, view: ended('passed', true) }, '✓ passed   0:07.500'],
    ['failed', { ...props, view: ended('failed', false) }, '✗ failed   0:07.500'],
  ])('%s', (_, given, expected) => {
    expect(rowsOf(<Header {...given} />)[0]?.endsWith(expected)).toBe(true);
  });

  test('tells failed expectations beside the step', () => {
    expect(rowsOf(<Header {...props} view={ended('failed', false)} />)[1]).toMatch(/✗ 1 of 1 expectation failed$/);
    expect(rowsOf(<Header {...props} view={ended('passed', true)} />)[1]).toMatch(/✓ 1 as expected$/);
  });

  test('counts attacks beyond the first', () => {
    const attacks = [1, 2, 3].map((id) => ({ id: String(id), text: `attack ${id}` }));
    expect(rowsOf(<Header {...props} view={{ ...props.view, attacks }} />)[2]).toBe(' ▲ ATTACK  attack 1 (and 2 more)');
  });

  test('an attack is an alarm from edge to edge', () => {
    const tones = headerLines(props)[2]?.map(({ tone }) => tone);
    expect(new Set(tones)).toEqual(new Set<Tone>(['alarm']));
  });
});

describe('the ECU table', () => {
  /** The tone in which `text` stands in the row of `ecu`. */
  function toneOf(view: RunView, ecu: string, text: string, width = 80): Tone | undefined {
    const lines = ecuLines({ ecus: view.ecus, rows: 5, width });
    const row = lines.find((line) => line.some((piece) => piece.text.includes(ecu)));
    return row?.find((piece) => piece.text.includes(text))?.tone;
  }

  test.each<[string, number, string, string, Tone]>([
    ['a new version', 7.5, 'telematics', '5 ✓', 'good'],
    ['an idle ECU', 7.5, 'telematics', 'idle', 'dim'],
    ['the dot of an updated ECU', 7.5, 'telematics', '●', 'good'],
    ['an image under way', 7.5, 'gateway-ecu', 'receiving image', 'busy'],
    ['its bar', 7.5, 'gateway-ecu', '█', 'busy'],
    ['verification', 6.2, 'brake-ecu', 'verifying metadata', 'info'],
    ['a refusal', 7.5, 'brake-ecu', '✗ rollback', 'bad'],
    ['the dot of a refusing ECU', 7.5, 'brake-ecu', '●', 'bad'],
    ['an old version', 7.5, 'brake-ecu', '1', 'dim'],
  ])('the tone of %s', (_, seconds, ecu, text, expected) => {
    expect(toneOf(viewAt(seconds), ecu, text)).toBe(expected);
  });

  test('an image that no honest update gives is red', () => {
    const { sha256: _, ...image } = { ...fixtureEcus[3]?.installed, filename: 'evil.bin', lengthBytes: 1 };
    const installed = { ...image, sha256: 'evil', releaseCounter: 0 };
    const view = updateView(viewAt(1), {
      type: 'ecu.booted',
      t: at(2),
      ecu: 'brake-ecu',
      installed,
      bank: 1,
      maker: 'attacker',
    });
    expect(toneOf(view, 'brake-ecu', '1 → 0 ✗')).toBe('bad');
    expect(toneOf(view, 'brake-ecu', '●')).toBe('bad');
  });

  test('its title counts the ECUs that were to get something, of those that there are', () => {
    const title = (view: RunView) => rowsOf(<EcuTable ecus={view.ecus} rows={5} width={80} color={false} />)[0];
    expect(title(viewAt(0.5))).toMatch(/ no update so far ──$/);
    expect(title(viewAt(2))).toMatch(/ 0 of 4 updated ──$/);
    expect(title(viewAt(20))).toMatch(/ 5 of 5 updated ──$/);
  });

  test.each([
    [60, undefined],
    [80, '2030-01-01 00:00Z'],
    [140, '2030-01-01 00:00:00Z'],
  ])('in %d columns the attested time has its date', (width, expected) => {
    const rows = rowsOf(<EcuTable ecus={viewAt(7.5).ecus} rows={5} width={width} color={false} />);
    const shown = /\d{4}-\d\d-\d\d[ :\dZ]*/.exec(rows[2] ?? '')?.[0].trim();
    expect(shown ?? (rows[1]?.includes('ATTESTED') ? 'no date' : undefined)).toBe(expected);
  });

  test('long names end in an ellipsis', () => {
    const ecus = viewAt(1).ecus.map((ecu) => ({ ...ecu, id: `${ecu.id}-with-a-very-long-name` }));
    const rows = rowsOf(<EcuTable ecus={ecus} rows={5} width={80} color={false} />);
    expect(rows[2]).toMatch(/^ ● telematics-with…/);
    for (const row of rows) expect(cellWidth(row)).toBeLessThanOrEqual(80);
  });

  test('of a hundred ECUs those last active are shown, in their own order', () => {
    const [first] = viewAt(1).ecus;
    if (first === undefined) throw new Error('the fixture has no ECU');
    const ecus = Array.from({ length: 100 }, (_, index) => ({ ...first, id: `ecu-${index}`, activeNs: index % 50 }));
    const rows = rowsOf(<EcuTable ecus={ecus} rows={5} width={80} color={false} />);
    expect(rows.slice(2).map((row) => row.trim().split(/\s+/)[1])).toEqual([
      'ecu-48',
      'ecu-49',
      'ecu-98',
      'ecu-99',
      'and',
    ]);
    expect(rows.at(-1)).toBe('   … and 96 other ECUs, less active');
  });

  test('a very wide terminal names the image too', () => {
    const rows = rowsOf(<EcuTable ecus={viewAt(7.5).ecus} rows={5} width={180} color={false} />);
    expect(rows[2]).toMatch(/telematics-5\.bin +2030-01-01 00:00:00Z$/);
    expect(rows[3]).toContain('of 96 KiB');
  });
});

describe('the bus panel', () => {
  const { buses, timeNs } = viewAt(7.5);
  const [body] = buses;

  test('counts frames where the load is not known', () => {
    if (body === undefined) throw new Error('the fixture has no bus');
    const real = { ...body, interface: 'can0', busyNs: 0, framesPerSecond: 1234, peakFramesPerSecond: 2468 };
    const rows = rowsOf(<BusPanel buses={[real]} timeNs={timeNs} rows={2} width={120} color={false} />);
    expect(rows[2]).toMatch(/ can0 .*█░.* 1,234\/s {2}2,468\/s/);
    expect(rows[2]).not.toContain('%');
  });

  test('shows the busiest where not all fit', () => {
    const rows = rowsOf(<BusPanel buses={buses} timeNs={timeNs} rows={1} width={80} color={false} />);
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatch(/ 1 other bus not shown ──$/);
    expect(rows[2]).toMatch(/^ {3}body /);
  });

  const off = { type: 'bus.node', t: at(8), bus: 'body', transmitErrors: 256, receiveErrors: 0, busOffs: 1 } as const;
  const isOff = { ...off, node: 'door-ecu', state: 'bus-off' } as const;
  const isBack = { ...isOff, state: 'error-active', busOffs: 0 } as const;
  const wasOff = { ...off, node: 'gateway-ecu', state: 'error-active', busOffs: 1234 } as const;
  const babbles = { type: 'bus.babbling', t: at(8), bus: 'body', node: 'telematics' } as const;
  const window = { type: 'bus.window', t: at(8), bus: 'body', windowNs: 1, frames: 0, busyNs: 0, digest: '' } as const;
  const errors = { ...window, errorFrames: 12_345 };
  const lost = { ...window, lostFrames: 7, droppedFrames: 1234 };
  const passive = { ...off, node: 'door-ecu', state: 'error-passive', busOffs: 0 } as const;

  test.each<[string, readonly SimEvent[], string, string]>([
    ['nothing', [passive], 'FRAMES', '13,306'],
    ['error frames', [errors], 'FRAMES ERRORS', '13,306 12,345'],
    ['a node that is bus-off', [isOff], 'FRAMES TROUBLE', '13,306 ✗ bus-off door-ecu'],
    ['a node that was', [isOff, isBack], 'FRAMES TROUBLE', '13,306 bus-off door-ecu'],
    ['one that often was', [wasOff], 'FRAMES TROUBLE', '13,306 bus-off gateway-ecu ×1,234'],
    ['a babbler', [babbles], 'FRAMES TROUBLE', '13,306 ✗ babbler telematics'],
    ['frames lost and dropped', [lost], 'FRAMES TROUBLE', '13,306 7 lost, 1,234 dropped'],
    [
      'all of it',
      [errors, wasOff, isOff, babbles, lost],
      'FRAMES ERRORS TROUBLE',
      '13,306 12,345 ✗ babbler telematics, …',
    ],
  ])('%s, in 80 columns', (_, events, titles, cells) => {
    const view = events.reduce(updateView, viewAt(7.5));
    const props = { buses: view.buses, timeNs: view.timeNs, rows: 2, width: 80 };
    const rows = rowsOf(<BusPanel {...props} color={false} />);
    const words = (row: string | undefined) => row?.trim().split(/\s+/).join(' ');
    expect(words(rows[1])?.endsWith(` ${titles}`)).toBe(true);
    expect(words(rows[2])?.endsWith(` ${cells}`)).toBe(true);
    expect(rows[3]).toMatch(titles.includes('ERRORS') ? /2,833 +0$/ : /2,833$/);
    for (const row of rows) expect(cellWidth(row)).toBeLessThanOrEqual(80);
    expect(rowsOf(<BusPanel {...props} color={true} />)).toEqual(rows);
  });

  test('much trouble leaves room for the kinds of the buses in 80 columns', () => {
    const view = [wasOff, isOff, babbles].reduce(updateView, viewAt(7.5));
    const rows = rowsOf(<BusPanel buses={view.buses} timeNs={view.timeNs} rows={2} width={80} color={false} />);
    expect(rows[2]).toMatch(/^ {3}body {5}CAN 500k .* 13,306 {2}✗ babbler telematics, …$/);
    expect(rows[3]).toMatch(/^ {3}chassis {2}CAN FD 500k\/2M /);
  });

  test('a bus in trouble is shown before a busier one', () => {
    const view = updateView(viewAt(7.5), { ...isOff, bus: 'chassis' });
    const rows = rowsOf(<BusPanel buses={view.buses} timeNs={view.timeNs} rows={1} width={80} color={false} />);
    expect(rows.slice(2)).toEqual([expect.stringMatching(/^ {3}chassis .* ✗ bus-off door-ecu$/)]);
  });

  test('a wide terminal names all trouble, the worst first', () => {
    const view = [errors, wasOff, isOff, babbles, lost].reduce(updateView, viewAt(7.5));
    const rows = rowsOf(<BusPanel buses={view.buses} timeNs={view.timeNs} rows={2} width={160} color={false} />);
    expect(rows[2]).toMatch(/ ✗ babbler telematics, ✗ bus-off door-ecu, …$/);
    const wider = [errors, wasOff, isOff].reduce(updateView, viewAt(7.5));
    expect(rowsOf(<BusPanel {...{ ...wider, rows: 2, width: 160, color: false }} />)[2]).toMatch(
      / 12,345 {2}✗ bus-off door-ecu, bus-off gateway-ecu ×1,234$/,
    );
  });

  test.each<[string, SimEvent, string, Tone]>([
    ['a node that is bus-off', isOff, '✗ bus-off', 'bad'],
    ['a node that was', wasOff, 'bus-off', 'busy'],
    ['a babbler', babbles, '✗ babbler', 'bad'],
    ['error frames', errors, '12,345', 'busy'],
    ['lost frames', lost, '7 lost', 'busy'],
  ])('the tone of %s', (_, event, text, expected) => {
    const { buses: shown, timeNs: t } = updateView(viewAt(7.5), event);
    const lines = busLines({ buses: shown, timeNs: t, rows: 2, width: 80 });
    expect(lines[2]?.find((piece) => piece.text.startsWith(text))?.tone).toBe(expected);
  });
});

describe('the log and the bottom line', () => {
  test('repeated lines are counted and the count is never cut off', () => {
    const line = { t: 0, subject: 'brake-ecu', tone: 'bad', text: 'x'.repeat(200), count: 12 } as const;
    const rows = rowsOf(<EventLog log={[line]} rows={3} width={80} color={false} />);
    expect(rows[1]).toMatch(/x… ×12$/);
  });

  test('without a keyboard no keys are named', () => {
    const props = { view: { messages: 1, requests: 0 }, paused: false, width: 80, color: false };
    expect(rowsOf(<Footer {...props} hasKeys={false} />)[0]).toMatch(
      /^ no keys: the input is not a terminal .*1 message · 0/,
    );
    expect(rowsOf(<Footer {...props} hasKeys={true} paused={true} />)[0]).toContain('space resume');
    expect(rowsOf(<Footer {...props} hasKeys={true} width={50} />)).toEqual([
      ' space pause   + faster   - slower   q quit',
    ]);
  });

  test.each([
    ['passed', [true, true], ' PASSED  2 expectations met'],
    ['failed', [true, false], ' FAILED  1 of 2 expectations not met'],
    ['given-up', [true], ' GIVEN UP at 3.412 s, by its watcher; 0 of 1 expectation not met'],
    [undefined, [true], ' STOPPED before its end'],
  ] as const)('a run that %s', (outcome, results, expected) => {
    const expectations = results.map((passed) => ({ text: 'x', passed, actual: 'y' }));
    const given = outcome === 'given-up' ? { givenUp: { t: at(3.412), reason: 'quit' as const } } : {};
    const view = { ...emptyView, ...given, expectations, ...(outcome === undefined ? {} : { outcome }) };
    expect(rowsOf(<VerdictBar view={view} width={80} color={false} />)).toEqual([expected]);
  });
});
