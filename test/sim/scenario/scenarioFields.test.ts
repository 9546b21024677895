// The scenario language: fields that only some ECUs, attacks and positions have, and the expectation that nothing else is found.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError, type RemoteFaultCode } from '../../../src/core/faults.ts';
import { Ledger } from '../../../src/sim/events/ledger.ts';
import { judge } from '../../../src/sim/expectations/expectations.ts';
import { loadScenario } from '../../../src/sim/scenario/load.ts';
import type { Scenario } from '../../../src/sim/scenario/schema.ts';
import { inputsOf, runVirtual } from '../support/runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecunet-fields-'));
afterAll(() => rmSync(folder, { recursive: true }));

const image = (filename: string) => ({ filename, size: 1000, releaseCounter: 1 });
const hub = { role: 'primary', hardware: 'h', buses: ['body'], image: image('h.img') };
const door = {
  ...{ role: 'secondary', verification: 'partial', hardware: 'd', bus: 'body', image: image('d.img') },
  ...{ requestId: 1, responseId: 2 },
};

/** The scenario of these two ECUs and steps, or the words with which it is refused. A cycle was recorded as `early` before. */
function loaded({
  ecus = {},
  step = { wait: 1 },
}: {
  readonly ecus?: object;
  readonly step?: object;
}): Scenario | string {
  const vehicle = {
    vin: 'WECUNET0000000001',
    buses: { body: { kind: 'can', bitrate: 500_000 } },
    ecus: { hub, door, ...ecus },
  };
  const path = join(folder, 'scenario.yaml');
  writeFileSync(
    path,
    JSON.stringify({ title: 'x', about: 'x', vehicle, steps: [{ cycle: {} }, { record: 'early' }, step] }),
  );
  try {
    return loadScenario(path);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.message.replace(`${path}:1: `, '');
  }
}

const attack = (kind: string, how: object) => ({ step: { attack: { kind, id: 'a', ...how } } });
const wholeVehicle = 'steps[2].attack.ecus: on the network an attack meets the whole vehicle';
const secondariesOnly = 'steps[2].attack: the Primary hands on to Secondaries: name those';

describe('a scenario', () => {
  it.each<[string, Parameters<typeof loaded>[0], string]>([
    [
      'a clock of its own for the Primary',
      { ecus: { hub: { ...hub, clock: 'own' } } },
      'vehicle.ecus.hub.clock: there is no such field',
    ],
    ['a clock that is not an ECU’s own', { ecus: { door: { ...door, clock: 'shared' } } }, 'vehicle.ecus.door.clock: '],
    [
      'a mode of verification for the Primary',
      { ecus: { hub: { ...hub, verification: 'full' } } },
      'vehicle.ecus.hub.verification: there is no such field',
    ],
    ['dropped time without a position', attack('dropped-time', {}), 'steps[2].attack.position: '],
    ['dropped time in another position', attack('dropped-time', { position: 'bus' }), 'steps[2].attack.position: '],
    [
      'dropped time for some ECUs on the network',
      attack('dropped-time', { position: 'network', ecus: ['door'] }),
      wholeVehicle,
    ],
    [
      'dropped time for none of them on the network',
      attack('dropped-time', { position: 'network', ecus: [] }),
      wholeVehicle,
    ],
    [
      'replayed time for some ECUs on the network',
      attack('replayed-time', { position: 'network', recording: 'early', ecus: ['door'] }),
      wholeVehicle,
    ],
    [
      'replayed metadata for some ECUs on the network',
      attack('replayed-metadata', { position: 'network', recording: 'early', ecus: ['door'] }),
      wholeVehicle,
    ],
    [
      'time that the Primary withholds from itself',
      attack('dropped-time', { position: 'primary', ecus: ['hub'] }),
      secondariesOnly,
    ],
    [
      'time withheld from an ECU that is not there',
      attack('dropped-time', { position: 'primary', ecus: ['gate'] }),
      'steps[2].attack.ecus: there is no ECU gate',
    ],
    [
      'a fast-forward with a position',
      attack('fast-forward', { position: 'network' }),
      'steps[2].attack.position: there is no such field',
    ],
    [
      '`only` that is false',
      { step: { expect: [{ ecu: 'door', finds: 'expired', only: false }] } },
      'steps[2].expect[0]',
    ],
    [
      '`only` where nothing is found',
      { step: { expect: [{ ecu: 'door', findsNothing: true, only: true }] } },
      'steps[2].expect[0]',
    ],
    [
      '`only` of a report',
      { step: { expect: [{ ecu: 'door', reports: 'expired', only: true }] } },
      'steps[2].expect[0]',
    ],
    [
      'a clause that is none',
      { step: { expect: [{ ecu: 'door', finds: 'expired', clause: 'P7b', only: true }] } },
      'steps[2].expect[0]',
    ],
  ])('with %s is refused', (_, changes, words) => {
    expect(loaded(changes)).toEqual(expect.stringContaining(words));
  });

  it('may have a Secondary with a clock of its own, and others without', () => {
    const { ecus } = (loaded({ ecus: { door: { ...door, clock: 'own' } } }) as Scenario).vehicle;
    expect(ecus.door).toMatchObject({ clock: 'own' });
    expect((loaded({}) as Scenario).vehicle.ecus.door).not.toHaveProperty('clock');
  });

  it.each([
    ['dropped-time', { position: 'network' }],
    ['dropped-time', { position: 'primary' }],
    ['dropped-time', { position: 'primary', ecus: ['door'] }],
    ['replayed-time', { position: 'primary', recording: 'early', ecus: ['door'] }],
  ])('may have %s with %j', (kind, how) => {
    expect((loaded(attack(kind, how)) as Scenario).steps[2]?.attack).toEqual({ kind, id: 'a', ...how });
  });
});

describe('the expectation of a fault', () => {
  const { world } = runVirtual(inputsOf('nominal')).simulation;
  const verdict = (
    found: readonly [RemoteFaultCode, string][],
    expected: { readonly clause?: string; readonly only?: true },
  ) => {
    const ledger = new Ledger();
    for (const [code, clause] of found) {
      ledger.note({ type: 'ecu.fault', t: 0, ecu: 'door-ecu', fault: { code, clause, message: 'x' } });
    }
    ledger.note({ type: 'ecu.fault', t: 0, ecu: 'brake-ecu', fault: { code: 'rollback', clause: 'T3', message: 'x' } });
    return judge(world, ledger, { ecu: 'door-ecu', finds: 'expired', ...expected });
  };
  const [expired, elsewhere, stale] = [
    ['expired', 'V5'],
    ['expired', 'T4'],
    ['time-stale', 'Y6'],
  ] as const;

  it.each<[string, readonly [RemoteFaultCode, string][], boolean, boolean]>([
    ['that fault', [[...expired]], true, true],
    ['that fault twice', [[...expired], [...expired]], true, true],
    ['that fault and another', [[...expired], [...stale]], true, false],
    ['that fault and the same by another check', [[...elsewhere], [...expired]], true, false],
    ['another fault', [[...stale]], false, false],
    ['the same by another check', [[...elsewhere]], false, false],
    ['nothing', [], false, false],
  ])('where there is %s', (_, found, meets, meetsOnly) => {
    expect(verdict(found, { clause: 'V5' }).passed).toBe(meets);
    expect(verdict(found, { clause: 'V5', only: true }).passed).toBe(meetsOnly);
  });

  it('without a clause takes the fault of any check, also alone', () => {
    expect(verdict([[...elsewhere], [...expired]], { only: true }).passed).toBe(true);
    expect(verdict([[...elsewhere], [...stale]], { only: true }).passed).toBe(false);
  });

  it('says what it wants and what is the case', () => {
    expect(verdict([[...expired], [...stale]], { clause: 'V5', only: true })).toEqual({
      text: 'door-ecu finds expired [V5] and nothing else',
      passed: false,
      actual: 'expired [V5], time-stale [Y6]',
    });
    expect(verdict([], {}).text).toBe('door-ecu finds expired');
  });
});
