// What the operators of the simulated servers do: roots that are renewed in time, campaigns that are made and cancelled.
import { describe, expect, it } from 'vitest';
import { parseUtc } from '../../../src/core/utc.ts';
import type { RunInputs } from '../../../src/sim/inputs/inputs.ts';
import type { Step } from '../../../src/sim/steps/steps.ts';
import type { EcuDescription } from '../../../src/vehicleFile/vehicle.ts';
import { draftOf } from '../../uptane/support/attacks.ts';
import { eventsOf, inputsOf, runVirtual } from '../support/runs.ts';

const day = 86_400;

describe('a car that is parked for two years', () => {
  const { simulation, events } = runVirtual(inputsOf('parked-two-years'));
  const { director, imageRepository } = simulation.world.servers;

  it.each([
    ['Director', director],
    ['Image repository', imageRepository],
  ])('finds roots of the %s, each made a month before the one before expired [S6]', (_, repository) => {
    const now = simulation.world.calendar.now();
    const roots = ['1', '2', '3'].map((version) =>
      draftOf(repository.file(`${version}.root.json`, now) ?? expect.fail()),
    );
    const expiries = roots.map(({ expires }) => parseUtc(expires) ?? 0);
    const made = expiries.map((expires) => expires - 365 * day);
    for (const index of [1, 2]) {
      const before = (expiries[index - 1] ?? 0) - (made[index] ?? 0);
      expect([before > 29 * day, before <= 30 * day]).toEqual([true, true]); // looked after once a day
    }
    expect(repository.file('4.root.json', now)).toBeUndefined();
    expect(expiries[1]).toBeLessThan(now);
    expect(expiries[2]).toBe(repository.rootExpires);
  });

  it('asks for one root after the other until there is none [S2 S5]', () => {
    const asked = eventsOf(events, 'remote').filter(({ request }) => /root\.json/.test(request));
    const words = asked.map(({ request, outcome }) => `${/\d+\.root/.exec(request)?.[0]} ${outcome}`);
    const first = ['2.root not-found', '2.root not-found'];
    const second = ['2.root ok', '3.root ok', '4.root not-found'];
    expect(words).toEqual([...first, ...second, ...second]);
  });

  it('would be stuck had nobody renewed them [S6]', () => {
    const { scenario, ...others } = inputsOf('parked-two-years');
    const stuck = runVirtual({ ...others, scenario }, ({ type }, { world }) => {
      if (type === 'run.started') world.operator.waitOut = (durationMs) => world.calendar.skip(durationMs);
    });
    const found = eventsOf(stuck.events, 'ecu.fault').filter(({ ecu }) => ecu === 'telematics');
    expect(found.map(({ fault }) => `${fault.code} ${fault.clause}`)).toEqual(['expired S6']);
    expect(stuck.result.expectations.find(({ text }) => text === 'telematics trusts director/root 3')).toMatchObject({
      passed: false,
      actual: 'director/root 1',
    });
  });
});

/** The same scenario with its steps, and an ECU, changed. */
function changed(
  name: string,
  stepsOf: (steps: readonly Step[]) => Step[],
  ecus: Readonly<Record<string, (ecu: EcuDescription) => EcuDescription>> = {},
): RunInputs {
  const inputs = inputsOf(name);
  const { scenario } = inputs;
  const { vehicle } = scenario;
  const changedEcus = Object.entries(vehicle.ecus).map(([id, ecu]) => [id, ecus[id]?.(ecu) ?? ecu]);
  return {
    ...inputs,
    scenario: {
      ...scenario,
      steps: stepsOf(scenario.steps),
      vehicle: { ...vehicle, ecus: Object.fromEntries(changedEcus) },
    },
  };
}

describe('a campaign in a scenario', () => {
  const sets = (events: ReturnType<typeof runVirtual>['events']) =>
    eventsOf(events, 'director.manifest').map(({ installed }) => [installed['brake-ecu'], installed['suspension-ecu']]);

  it('that is cancelled leaves a mixed set, and the next one brings the vehicle back to one that fits [J7 J12]', () => {
    const { events } = runVirtual(inputsOf('cancelled-campaign'));
    const seen = [...new Set(sets(events).map(String))];
    expect(seen).toEqual([
      'brake-1.img,suspension-1.img',
      'brake-1.img,suspension-2.img',
      'brake-1.img,suspension-1-again.img',
      'brake-2-mended.img,suspension-2.img',
    ]);
  });

  it('once cancelled, is a higher version in which the ECU that blocked it installs nothing [J12]', () => {
    const bundles: string[] = [];
    runVirtual(inputsOf('cancelled-campaign'), (event, { world }) => {
      if (event.type !== 'expectation') return;
      const { targetsVersion, targets } = world.servers.director.current() ?? expect.fail();
      const text = `${targetsVersion}: ${Object.keys(draftOf(targets).targets).toSorted().join(' ')}`;
      if (bundles.at(-1) !== text) bundles.push(text);
    });
    expect(bundles).toEqual([
      '1: brake-1.img lamp-1.img suspension-1.img telematics-1.img',
      '2: brake-2.img lamp-1.img suspension-2.img telematics-1.img',
      '4: lamp-2.img suspension-2.img telematics-1.img',
      '5: lamp-2.img suspension-1-again.img telematics-1.img',
      '6: brake-2-mended.img lamp-2.img suspension-2.img telematics-1.img',
    ]);
  });

  it('that cannot be is refused, and says why [J7]', () => {
    const steps: Step[] = [
      { campaign: { id: 'odd', product: 'brakes', versions: '^9', ecus: ['brake-ecu'] } },
      { cycle: { during: [] } },
      { expect: [{ campaign: 'odd', is: 'completed' }] },
    ];
    const { result } = runVirtual(changed('cancelled-campaign', () => steps));
    expect(result.expectations).toEqual([
      {
        text: 'campaign odd is completed',
        passed: false,
        actual: 'refused: there is no brakes ^9 that brake-ecu could run on brake-d4 [J7]',
      },
    ]);
  });

  it('brings encrypted images to an ECU with a decryption key, each sealed with a key of its own [D7 D8]', () => {
    const inputs = changed('cancelled-campaign', (steps) => [...steps], {
      'brake-ecu': (ecu) => ({ ...ecu, encrypted: true }),
      'suspension-ecu': (ecu) => ({ ...ecu, encrypted: true }),
    });
    const wrapped = new Set<string>();
    const { result } = runVirtual(inputs, (event, { world }) => {
      if (event.type !== 'director.manifest') return;
      const { targets } = draftOf(world.servers.director.current()?.targets ?? expect.fail());
      for (const { custom } of Object.values(targets)) {
        for (const { encrypted } of Object.values(custom.ecuIdentifiers) as { encrypted?: { wrappedKey: object } }[]) {
          if (encrypted !== undefined) wrapped.add(JSON.stringify(encrypted.wrappedKey));
        }
      }
    });
    expect(result.expectations.filter(({ passed }) => !passed)).toEqual([]);
    expect(wrapped.size).toBe(5);
  });
});
