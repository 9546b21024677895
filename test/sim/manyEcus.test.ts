// The largest vehicles. `npm test` runs one of 45 ECUs, `npm run test:heavy` one beyond a hundred, `npm run test:large` the one of 500, which takes half a minute and a GiB:
// each of its ECUs keeps the Director's Targets of all.
import { describe, expect, it } from 'vitest';
import { ecusMax } from '../../src/core/limits.ts';
import { loadScenario } from '../../src/sim/scenario/load.ts';
import { isHeavy } from '../support/heavy.ts';
import { eventsOf, inputsOf, runVirtual } from './support/runs.ts';
import { scenarioFolder } from './support/scenarioFolder.ts';

const { path, refusal } = scenarioFolder();
const count = Number(process.env.ECUNET_ECUS ?? (isHeavy ? 105 : 45));
const buses = ['body', 'chassis', 'comfort', 'power', 'cabin', 'trailer'];
/** The first one is classic CAN, and has one ECU in twenty of the rest. */
const busOf = (ecu: number) => (ecu % 20 === 0 ? 'body' : (buses[1 + (ecu % (buses.length - 1))] ?? 'body'));
const indented = (lines: readonly string[], by: string) => lines.map((line) => `${by}${line}\n`).join('');
const image = (name: string, release: number) =>
  `{ filename: ${name}-${release}.img, size: 1 KiB, releaseCounter: ${release} }`;

/** A Primary and Secondaries, one in forty of which verifies fully. */
function vehicle(ecus: number): string {
  const kind = (bus: string) =>
    bus === 'body' ? 'kind: can, bitrate: 500000' : 'kind: can-fd, bitrate: 500000, dataBitrate: 5000000';
  const secondaries = Array.from({ length: ecus - 1 }, (_, index) => {
    const ids = `requestId: ${0x100 + 2 * index}, responseId: ${0x101 + 2 * index}`;
    const verification = index % 40 === 1 ? 'full' : 'partial';
    const place = `bus: ${busOf(index)}, ${ids}`;
    return `ecu-${index}: { role: secondary, verification: ${verification}, hardware: hw-${index}, ${place}, image: ${image(`ecu-${index}`, 1)} }`;
  });
  return `vin: WECUNET0000000001
buses:
${indented(
  buses.map((bus) => `${bus}: { ${kind(bus)} }`),
  '  ',
)}ecus:
  primary: { role: primary, hardware: tcu, buses: [${buses.join(', ')}], image: ${image('primary', 1)} }
${indented(secondaries, '  ')}`;
}

function scenario(ecus: number): string {
  const names = ['primary', ...Array.from({ length: ecus - 1 }, (_, index) => `ecu-${index}`)];
  return `title: A large vehicle
about: All ECUs are given release 2.
vehicle: vehicle.yaml
steps:
  - publish:
${indented(
  names.map((name) => `${name}: ${image(name, 2)}`),
  '      ',
)}  - cycle: {}
  - expect: [{ manifest: confirmed }]
`;
}

describe('a vehicle', () => {
  it(`of ${count} ECUs on ${buses.length} buses updates them all, and the Director confirms each`, {
    timeout: 600_000,
  }, () => {
    expect(refusal(scenario(count), vehicle(count))).toBe('accepted');
    const { result, events } = runVirtual(inputsOf('nominal', { scenario: loadScenario(path) }));
    expect(result.expectations).toMatchObject([{ passed: true }]);
    expect(result.ecus).toHaveLength(count);
    expect(result.ecus.filter(({ installed }) => installed.releaseCounter !== 2)).toEqual([]);
    expect(result.ecus.flatMap(({ attacksDetected }) => attacksDetected)).toEqual([]);
    expect(eventsOf(events, 'network.fault')).toEqual([]);
  });

  it(`has at most ${ecusMax} ECUs`, () => {
    expect(refusal(scenario(2), vehicle(ecusMax))).toBe('accepted');
    expect(refusal(scenario(2), vehicle(ecusMax + 1))).toContain(`0 to ${ecusMax} ECUs are needed, not ${ecusMax + 1}`);
  });
});
