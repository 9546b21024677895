import { describe, expect, it } from 'vitest';
import { isHeavy, leftToHeavy } from '../support/heavy.ts';
import { withReason } from '../support/skips.ts';
import { eventsOf, inputsOf, runVirtual, scenarioNames } from './support/runs.ts';

/** Compared as bytes: toEqual takes a second for each of these images. */
const same = (a: Uint8Array | undefined, b: Uint8Array | undefined) =>
  a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;

describe('the scenarios that come with ecunet', () => {
  it.each(scenarioNames())('%s comes out as it says', (name) => {
    const { result } = runVirtual(inputsOf(name));
    expect(result.expectations.length).toBeGreaterThan(0);
    expect(result.expectations.filter(({ passed }) => !passed)).toEqual([]);
    expect(result.outcome).toBe('passed');
  });
});

describe('the nominal update', () => {
  const { result, events, simulation } = runVirtual(inputsOf('nominal'));

  it('brings every ECU to release 2, with the published bytes in the bank it booted', () => {
    for (const { id, installed } of result.ecus) {
      const ecu = simulation.world.vehicle.ecus.get(id);
      expect(installed.releaseCounter, id).toBe(2);
      expect(same(ecu?.runningBytes(), simulation.world.images.genuine.get(installed.filename)), id).toBe(true);
    }
  });

  it('goes through the seven steps of the Primary in order, and reports again [M1]', () => {
    const states = eventsOf(events, 'ecu.state')
      .filter(({ ecu }) => ecu === 'telematics')
      .map(({ state }) => state);
    expect(states).toEqual([
      ...['booting', 'idle', 'collectingReports', 'sendingManifest', 'attestingTime', 'verifyingMetadata'],
      ...['downloadingImages', 'distributingTime', 'distributingMetadata', 'distributingImages', 'installing'],
      ...['activating', 'rebooting', 'booting', 'closing', 'idle'],
    ]);
  });

  it('has the Director accept two manifests, the second of which confirms all five', () => {
    const manifests = eventsOf(events, 'director.manifest');
    expect(manifests.map(({ accepted, confirms }) => [accepted, confirms])).toEqual([
      [true, false],
      [true, true],
    ]);
    expect(Object.values(manifests[1]?.installed ?? {}).every((name) => name.endsWith('-2.img'))).toBe(true);
  });

  it('gives a partial Secondary the Director root and Targets alone [L1 M9]', () => {
    const trusted = simulation.world.vehicle.ecus.get('door-ecu')?.ecu.trusted;
    expect(Object.keys(trusted ?? {})).toEqual(['director']);
    expect(Object.keys(trusted?.director ?? {})).toEqual(['root', 'targets']);
  });

  it('sends every image in blocks no longer than the ECU takes, each acknowledged before the next', () => {
    const messages = eventsOf(events, 'message').filter(
      ({ name, from, to }) => [from, to].includes('door-ecu') && (name === 'imageBlock' || name === 'blockStored'),
    );
    expect(messages.map(({ name }) => name)).toEqual(
      Array.from({ length: messages.length / 2 }, () => ['imageBlock', 'blockStored']).flat(),
    );
    expect(Math.max(...messages.map(({ bytes }) => bytes))).toBeLessThan(4000 + 32);
  });

  it('takes no longer on the bus than its frames: the load never passes one', () => {
    for (const { busyNs, windowNs } of eventsOf(events, 'bus.window'))
      expect(busyNs).toBeLessThanOrEqual(windowNs * 1.01);
  });
});

describe('Director keys stolen, Primary compromised', () => {
  const { simulation, events } = runVirtual(inputsOf('stolen-director-keys'));
  const { vehicle, images } = simulation.world;
  const implant = images.attackers.get('implant.img');

  it('boots the attacker’s bytes on the partial Secondaries, read back from the bank', () => {
    expect(implant?.length).toBe(10 * 1024);
    for (const id of ['door-ecu', 'suspension-ecu'])
      expect(same(vehicle.ecus.get(id)?.runningBytes(), implant), id).toBe(true);
  });

  it('keeps the genuine bytes on the full Secondaries, with no trace of the attacker’s in either bank', () => {
    for (const [id, filename] of [
      ['gateway-ecu', 'gateway-1.img'],
      ['brake-ecu', 'brake-1.img'],
    ] as const) {
      const ecu = vehicle.ecus.get(id);
      expect(same(ecu?.runningBytes(), images.genuine.get(filename)), id).toBe(true);
      expect(ecu?.flash.read(1, 0, 16), id).toEqual(new Uint8Array());
    }
  });

  it('shows the Director what the partial Secondaries run: the manifest does not confirm', () => {
    const last = eventsOf(events, 'director.manifest').at(-1);
    expect(last).toMatchObject({ accepted: true, confirms: false });
    expect(last?.installed).toMatchObject({ 'door-ecu': 'implant.img', 'brake-ecu': 'brake-1.img' });
  });
});

describe('key rotation', () => {
  it('leaves a partial Secondary with the Director’s Root and Targets at every moment, and a partial+root one too [L1 K5]', () => {
    const stored = new Map<string, Set<string>>([
      ['door-ecu', new Set()],
      ['seat-ecu', new Set()],
    ]);
    const { simulation } = runVirtual(inputsOf('key-rotation'), (_event, { world }) => {
      for (const [id, names] of stored) {
        for (const name of world.vehicle.ecus.get(id)?.storage.names() ?? []) names.add(name);
      }
    });
    const held = ['ecu-state.json', 'flash-banks.json', 'trusted/director/root.json', 'trusted/director/targets.json'];
    for (const [id, names] of stored) expect([...names].toSorted(), id).toEqual(held);
    const rootOf = (id: string) => simulation.world.vehicle.ecus.get(id)?.ecu.trusted.director.root.body.version;
    expect([rootOf('telematics'), rootOf('seat-ecu'), rootOf('door-ecu')]).toEqual([3, 3, 1]);
  });
});

describe('encrypted images', () => {
  const { simulation, events } = runVirtual(inputsOf('encrypted-images'));
  const { images, eavesdroppers } = simulation.world;
  const heardOf = (filename: string) => {
    const image = images.genuine.get(filename);
    return image === undefined ? undefined : eavesdroppers.get('listener')?.found(image);
  };

  it('leave an eavesdropper nothing, while of an image in plain it has all but what lies across two messages [D7 D8]', () => {
    expect(heardOf('camera-2.img')).toEqual({ found: 0, of: 256 });
    expect(heardOf('door-2.img')?.found).toBeGreaterThan(250);
  });

  it('resume after the bus was cut, with no byte sent to flash twice [P12]', () => {
    const received = eventsOf(events, 'ecu.progress')
      .filter(({ ecu }) => ecu === 'camera-ecu')
      .map(({ receivedBytes }) => receivedBytes);
    expect(new Set(received).size).toBe(received.length);
  });

  it('would be readable if they were not encrypted: the eavesdropper hears the same', () => {
    const inputs = inputsOf('encrypted-images');
    const plain = Object.entries(inputs.scenario.vehicle.ecus).map(([id, ecu]) => [id, { ...ecu, encrypted: false }]);
    const vehicle = { ...inputs.scenario.vehicle, ecus: Object.fromEntries(plain) };
    const { result } = runVirtual({ ...inputs, scenario: { ...inputs.scenario, vehicle } });
    const failed = result.expectations.filter(({ passed }) => !passed).map(({ text }) => text);
    expect(failed).toEqual(
      ['telematics', 'camera', 'radio'].map((name) => `listener can read nothing of ${name}-2.img`),
    );
  });
});

describe('an interrupted transfer', () => {
  it('goes on from the byte where it was cut, and every byte is written once', () => {
    const { events } = runVirtual(inputsOf('interrupted-transfer'));
    const received = eventsOf(events, 'ecu.progress')
      .filter(({ ecu }) => ecu === 'door-ecu')
      .map(({ receivedBytes }) => receivedBytes);
    expect(received).toEqual([...received].sort((a, b) => a - b));
    expect(new Set(received).size).toBe(received.length);
    const cut = eventsOf(events, 'bus.changed').map(({ t }) => t);
    const progress = eventsOf(events, 'ecu.progress').filter(({ ecu }) => ecu === 'door-ecu');
    const [cutNs = 0, repairedNs = 0] = cut;
    expect(progress.some(({ t }) => t < cutNs)).toBe(true);
    expect(progress.filter(({ t }) => t > cutNs && t < repairedNs)).toEqual([]);
    expect(progress.some(({ t }) => t > repairedNs)).toBe(true);
  });

  it('is taken up in the next cycle where the bus stays cut to the end of this one', () => {
    const inputs = inputsOf('interrupted-transfer');
    const [publish, cycle] = inputs.scenario.steps;
    if (publish === undefined || cycle === undefined) throw new Error('the scenario has changed');
    const during = cycle.cycle?.during.slice(0, 1) ?? [];
    const repair = { afterMs: 0, repair: { bus: 'body' } };
    const steps = [publish, { cycle: { during } }, { cycle: { during: [repair] } }];
    const { events, result } = runVirtual({ ...inputs, scenario: { ...inputs.scenario, steps } });
    const received = eventsOf(events, 'ecu.progress')
      .filter(({ ecu }) => ecu === 'door-ecu')
      .map(({ receivedBytes }) => receivedBytes);
    expect(new Set(received).size).toBe(received.length);
    expect(result.ecus.find(({ id }) => id === 'door-ecu')?.installed.filename).toBe('door-2.img');
  });
});

describe('the ledger of a run', () => {
  const inputs = inputsOf('interrupted-transfer');
  const withSteps = (steps: typeof inputs.scenario.steps) => ({ ...inputs, scenario: { ...inputs.scenario, steps } });
  const [publish, cut] = inputs.scenario.steps;
  if (publish === undefined || cut?.cycle === undefined) throw new Error('the scenario has changed');
  const [partition, repair] = cut.cycle.during;
  if (partition === undefined || repair === undefined) throw new Error('the scenario has changed');

  it('holds a transfer that goes on in the next cycle for interrupted, and one on another bus not', () => {
    const { result } = runVirtual(
      withSteps([
        publish,
        { cycle: { during: [partition] } },
        { expect: [{ ecu: 'brake-ecu', transfer: 'uninterrupted' }] },
        { cycle: { during: [{ ...repair, afterMs: 0 }] } },
        { expect: [{ ecu: 'door-ecu', transfer: 'resumed' }] },
      ]),
    );
    expect(result.expectations.filter(({ passed }) => !passed)).toEqual([]);
  });

  it('knows no manifest of what was published since', () => {
    const { result } = runVirtual(
      withSteps([{ cycle: { during: [] } }, publish, { expect: [{ manifest: 'confirmed' }] }]),
    );
    expect(result.expectations).toMatchObject([{ passed: false, actual: 'none' }]);
  });

  it('fails a run in which a cut never came about', () => {
    const { result } = runVirtual(withSteps([{ cycle: { during: [partition, repair] } }]));
    expect(result.expectations).toEqual([{ text: 'bus body is cut', passed: false, actual: 'it never came to that' }]);
  });
});

describe('a large vehicle', () => {
  it.skipIf(!isHeavy)(withReason('updates the ECU of the lowest priority among forty on one bus', leftToHeavy), () => {
    const inputs = inputsOf('nominal');
    const { vehicle } = inputs.scenario;
    const { telematics, 'door-ecu': door } = vehicle.ecus;
    if (telematics === undefined || door?.role !== 'secondary') throw new Error('the vehicle has changed');
    const small = (name: string, releaseCounter: number) => ({
      filename: `${name}-${releaseCounter}.img`,
      sizeBytes: 2000,
      releaseCounter,
    });
    const others = Array.from({ length: 40 }, (_, index) => {
      const id = `ecu-${index}`;
      const ids = { requestId: 0x100 + 2 * index, responseId: 0x101 + 2 * index };
      return [id, { ...door, ...ids, verification: 'full' as const, hardware: id, image: small(id, 1) }] as const;
    });
    const ecus = { telematics, 'door-ecu': door, ...Object.fromEntries(others) };
    const steps = [
      { publish: { 'door-ecu': small('door', 2), 'ecu-7': small('ecu-7', 2) } },
      { cycle: { during: [] } },
      { expect: [{ manifest: 'confirmed' as const }] },
    ];
    const { result, events } = runVirtual({
      ...inputs,
      scenario: { ...inputs.scenario, vehicle: { ...vehicle, ecus }, steps },
    });
    expect(result.expectations).toMatchObject([{ passed: true }]);
    expect(eventsOf(events, 'network.fault')).toEqual([]);
  });
});

describe('expectations', () => {
  it.each([
    [{ ecu: 'door-ecu', runs: 'door-1.img' }, 'door-2.img, genuine bytes'],
    [{ ecu: 'door-ecu', runsImageOf: 'attacker' }, 'door-2.img, genuine bytes'],
    [{ ecu: 'door-ecu', finds: 'rollback' }, 'nothing'],
    [{ ecu: 'door-ecu', reports: 'rollback' }, 'nothing'],
    [{ ecu: 'door-ecu', transfer: 'resumed' }, 'complete, not interrupted, no byte sent twice'],
    [{ manifest: 'refused' }, 'confirmed'],
  ] as const)('%j fails after a nominal update, and says what is the case', (wrong, actual) => {
    const inputs = inputsOf('nominal');
    const steps = [...inputs.scenario.steps.slice(0, 2), { expect: [wrong] }];
    const { result } = runVirtual({ ...inputs, scenario: { ...inputs.scenario, steps } });
    expect(result.outcome).toBe('failed');
    expect(result.expectations[0]).toMatchObject({ passed: false, actual });
  });
});
