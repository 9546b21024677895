// Owns: a made-up but lifelike run of five ECUs under update and a rollback attack, as the runner would tell it.
import { NS_PER_MS, NS_PER_S } from '../../../src/core/units.ts';
import type { BusSummary, EcuSummary, EventOf, InstalledImage, SimEvent } from '../../../src/sim/events/events.ts';
import type { ScenarioOutline } from '../../../src/sim/scenario/outline.ts';

export function image(ecu: string, release: number, lengthBytes = 96 * 1024): InstalledImage {
  return { filename: `${ecu}-${release}.bin`, sha256: `${ecu}/${release}`, lengthBytes, releaseCounter: release };
}

function secondary(id: string, mode: 'full' | 'partial', bus: string): EcuSummary {
  return { id, role: 'secondary', mode, buses: [bus], link: 'isotp', hardwareId: `${id}-hw`, installed: image(id, 1) };
}

export const fixtureEcus: readonly EcuSummary[] = [
  {
    id: 'telematics',
    role: 'primary',
    mode: 'full',
    buses: ['body', 'chassis'],
    hardwareId: 'telematics-hw',
    installed: image('telematics', 4),
  },
  secondary('gateway-ecu', 'full', 'body'),
  secondary('door-ecu', 'partial', 'body'),
  secondary('brake-ecu', 'full', 'chassis'),
  secondary('suspension-ecu', 'partial', 'chassis'),
];

export const fixtureBuses: readonly BusSummary[] = [
  { id: 'body', kind: 'can', bitrate: 500_000 },
  { id: 'chassis', kind: 'can-fd', bitrate: 500_000, dataBitrate: 2_000_000 },
];

export const startedEvent: EventOf<'run.started'> = {
  type: 'run.started',
  t: 0,
  scenario: 'rollback-attack',
  seed: 42,
  ecus: fixtureEcus,
  buses: fixtureBuses,
};

/** Seconds to nanoseconds. */
export function at(seconds: number): number {
  return Math.round(seconds * NS_PER_S);
}

function state(t: number, ecu: string, name: string): SimEvent {
  return { type: 'ecu.state', t: at(t), ecu, state: name };
}

/** An image on its way from `t` on for `seconds`, then installed and booted. */
function update(t: number, ecu: string, release: number, seconds: number): SimEvent[] {
  const next = image(ecu, release);
  const blocks = 24;
  const progress = Array.from({ length: blocks + 1 }, (_, block): SimEvent => {
    const receivedBytes = (next.lengthBytes / blocks) * block;
    const totalBytes = next.lengthBytes;
    const { filename } = next;
    return { type: 'ecu.progress', t: at(t + (seconds * block) / blocks), ecu, filename, receivedBytes, totalBytes };
  });
  const end = t + seconds;
  return [
    state(t, ecu, 'receivingImage'),
    ...progress,
    state(end, ecu, 'verifyingImage'),
    state(end + 0.4, ecu, 'installing'),
    state(end + 1.2, ecu, 'rebooting'),
    { type: 'ecu.booted', t: at(end + 2), ecu, installed: next, bank: 1, maker: 'genuine' },
    state(end + 2, ecu, 'idle'),
  ];
}

function check(t: number, ecu: string, version: number): SimEvent[] {
  return [
    state(t, ecu, 'attestingTime'),
    { type: 'ecu.time', t: at(t + 0.2), ecu, time: `2030-01-01T00:00:${String(Math.floor(t)).padStart(2, '0')}Z` },
    state(t + 0.3, ecu, 'verifyingMetadata'),
    { type: 'ecu.verified', t: at(t + 0.6), ecu, versions: { 'director/targets': version, 'image/targets': version } },
    state(t + 0.6, ecu, 'idle'),
  ];
}

/** Load by hand: body is busy while its two ECUs receive, chassis while its own do. */
function busWindows(): SimEvent[] {
  const windowNs = 100 * NS_PER_MS;
  const loads = (second: number): readonly [number, number] => [
    second > 3 && second < 10.5 ? 0.62 + 0.2 * Math.sin(second * 2) : 0.03,
    second > 6 && second < 13 ? 0.31 + 0.12 * Math.sin(second * 3) : 0.02,
  ];
  return Array.from({ length: 200 }, (_, index) => index).flatMap((index): SimEvent[] => {
    const t = (index + 1) * windowNs;
    return loads(t / NS_PER_S).map((load, bus): SimEvent => {
      const busyNs = Math.round(load * windowNs);
      const frames = Math.round(busyNs / 230_000);
      return {
        type: 'bus.window',
        t,
        bus: bus === 0 ? 'body' : 'chassis',
        windowNs,
        frames,
        busyNs,
        digest: `${index}`,
      };
    });
  });
}

const secondaries = ['gateway-ecu', 'door-ecu', 'brake-ecu', 'suspension-ecu'];

function messages(): SimEvent[] {
  return Array.from({ length: 120 }, (_, index): SimEvent => {
    const to = secondaries[index % secondaries.length] ?? '';
    return { type: 'message', t: at(0.5 + index * 0.12), from: 'telematics', to, name: 'ImageBlock', bytes: 4096 };
  });
}

const story: readonly SimEvent[] = [
  { type: 'step.started', t: 0, index: 0, text: 'the vehicle starts and every ECU reports its version' },
  state(0.1, 'telematics', 'collectingReports'),
  ...check(0.4, 'telematics', 1),
  { type: 'remote', t: at(1.2), request: 'PUT manifest', outcome: 'ok', bytes: 4210 },
  { type: 'director.manifest', t: at(1.3), accepted: true, confirms: false, installed: {} },
  { type: 'step.started', t: at(1.5), index: 1, text: 'the Director offers release 2 to every ECU' },
  state(1.6, 'telematics', 'verifyingMetadata'),
  { type: 'remote', t: at(1.8), request: 'GET director/2.targets.json', outcome: 'ok', bytes: 3500 },
  state(1.9, 'telematics', 'downloadingImages'),
  ...update(2, 'telematics', 5, 2.5),
  ...secondaries.flatMap((ecu, index) => check(2.4 + index * 0.3, ecu, 2)),
  ...update(3.4, 'gateway-ecu', 2, 5),
  ...update(4.4, 'door-ecu', 2, 6),
  { type: 'network.fault', t: at(5), ecu: 'door-ecu', message: 'ISO-TP transfer broke off: N_TIMEOUT_Bs; asked again' },
  { type: 'step.started', t: at(6), index: 2, text: 'an on-path attacker serves old metadata on chassis' },
  { type: 'attack.started', t: at(6), id: 'old-metadata', text: 'old, validly signed Targets metadata to brake-ecu' },
  state(6.1, 'brake-ecu', 'verifyingMetadata'),
  {
    type: 'ecu.fault',
    t: at(6.4),
    ecu: 'brake-ecu',
    fault: {
      code: 'rollback',
      clause: '5.4.4.6.4',
      message: 'Targets version 1 is lower than the trusted 2',
      attack: 'rollback',
    },
  },
  state(6.5, 'brake-ecu', 'idle'),
  ...update(6.6, 'suspension-ecu', 2, 5),
  { type: 'attack.stopped', t: at(9), id: 'old-metadata' },
  { type: 'step.started', t: at(9.1), index: 3, text: 'the attack has ended: brake-ecu updates as well' },
  ...check(9.2, 'brake-ecu', 2),
  ...update(10, 'brake-ecu', 2, 4),
  { type: 'director.manifest', t: at(17), accepted: true, confirms: true, installed: {} },
  { type: 'expectation', t: at(17.5), text: 'every ECU runs release 2', passed: true, actual: 'release 2 on 4 ECUs' },
  { type: 'expectation', t: at(17.5), text: 'brake-ecu names a rollback attack', passed: true, actual: 'rollback' },
  { type: 'run.finished', t: at(20), outcome: 'passed' },
];

/** The Primary's image comes unasked, as one that another requires. */
export const fixtureOutline: ScenarioOutline = {
  file: 'fixture.yaml',
  steps: [[], secondaries, [], []].map((wants, index) => ({ line: 10 + index, expectationLines: [], wants })),
};

/** The whole run, in order of time. */
export function fixtureRun(): readonly SimEvent[] {
  const events: SimEvent[] = [startedEvent, ...story, ...busWindows(), ...messages()];
  return events.sort((a, b) => a.t - b.t || Number(a.type === 'run.finished') - Number(b.type === 'run.finished'));
}
