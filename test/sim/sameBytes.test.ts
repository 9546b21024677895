// The bytes that run, released again: under another name, or under the same name with another release counter. Both are new images.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/sim/scenario/load.ts';
import { eventsOf, inputsOf, runVirtual } from './support/runs.ts';
import { scenarioFolder } from './support/scenarioFolder.ts';

const { path } = scenarioFolder();
const vehicle = join(import.meta.dirname, '../../scenarios/vehicles/compact.yaml');

/** A Primary, a full and a partial Secondary, as they leave the factory, are given the same bytes again. */
function scenario(name: (ecu: string) => string, releaseCounter: number): string {
  const of = (ecu: string, size: string) =>
    `{ filename: ${name(ecu)}, bytesOf: ${ecu}-1.img, size: ${size}, releaseCounter: ${releaseCounter} }`;
  return `
title: The same bytes released again
about: The bytes that run are released again.
vehicle: ${vehicle}
steps:
  - publish:
      telematics: ${of('telematics', '48 KiB')}
      gateway-ecu: ${of('gateway', '24 KiB')}
      door-ecu: ${of('door', '12 KiB')}
  - cycle: {}
  - expect:
      - { ecu: telematics, runs: ${name('telematics')}, releaseCounter: ${releaseCounter} }
      - { ecu: gateway-ecu, runs: ${name('gateway')}, releaseCounter: ${releaseCounter} }
      - { ecu: door-ecu, runs: ${name('door')}, releaseCounter: ${releaseCounter} }
      - { ecu: telematics, findsNothing: true }
      - { ecu: gateway-ecu, findsNothing: true }
      - { ecu: door-ecu, findsNothing: true }
      - { manifest: confirmed }
`;
}

function run(text: string) {
  writeFileSync(path, text);
  return runVirtual(inputsOf('nominal', { scenario: loadScenario(path) }));
}

describe('the same bytes', () => {
  it.each([
    ['under another name', (ecu: string) => `${ecu}-renamed.img`, 1],
    ['with another release counter', (ecu: string) => `${ecu}-1.img`, 2],
    ['under another name and counter', (ecu: string) => `${ecu}-2.img`, 2],
  ])(
    '%s are installed, reported and confirmed by Primary, full and partial Secondary [P4 O3 J12]',
    (_how, name, counter) => {
      const { result, events } = run(scenario(name, counter));
      expect(result.expectations.filter(({ passed }) => !passed)).toEqual([]);
      // Not before they run: the first manifest of the cycle tells of what ran until then.
      expect(eventsOf(events, 'director.manifest').map(({ confirms }) => confirms)).toEqual([false, true]);
      const booted = eventsOf(events, 'ecu.booted').filter(({ bank }) => bank === 1);
      expect(booted.map(({ ecu }) => ecu).toSorted()).toEqual(['door-ecu', 'gateway-ecu', 'telematics']);
    },
  );

  it('under the name and counter that run already are left alone', () => {
    const { events } = run(scenario((ecu) => `${ecu}-1.img`, 1));
    expect(eventsOf(events, 'director.manifest').map(({ confirms }) => confirms)).toEqual([true, true]);
    expect(eventsOf(events, 'ecu.progress')).toEqual([]);
  });

  it('do not run under a counter that is not asked for', () => {
    const text = scenario((ecu) => `${ecu}-1.img`, 2).replace(
      'door-ecu, runs: door-1.img, releaseCounter: 2',
      'door-ecu, runs: door-1.img, releaseCounter: 3',
    );
    const failed = run(text).result.expectations.filter(({ passed }) => !passed);
    expect(failed).toMatchObject([{ actual: 'door-1.img, genuine bytes, release counter 2' }]);
  });
});

describe('an image of the same bytes', () => {
  it.each([
    ['bytesOf: door-1.img', 'bytesOf: door-9.img', 'bytesOf: door-9.img is no earlier image of door-ecu'],
    ['bytesOf: door-1.img', 'bytesOf: gateway-1.img', 'bytesOf: gateway-1.img is no earlier image of door-ecu'],
    ['size: 12 KiB', 'size: 13 KiB', 'size: door-1.img has 12288 bytes, not 13312'],
    ['bytesOf: door-1.img, ', '', 'filename: the name door-1.img is taken by an image of door-ecu'],
  ])('with %s for %s is refused', (before, after, line) => {
    writeFileSync(path, scenario((ecu) => `${ecu}-1.img`, 2).replace(before, after));
    expect(() => loadScenario(path)).toThrow(`:9: steps[0].publish.door-ecu.${line}`);
  });
});
