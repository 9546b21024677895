// Every kind of bad scenario and vehicle, and the line with which it is refused, to the letter. Its rows are data: file, line, path and
// text stand by themselves, so that a column can join them.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readScenario } from '../../src/sim/scenario/load.ts';
import { findingText } from '../../src/vehicleFile/source/finding.ts';
import { scenarioFolder } from '../sim/support/scenarioFolder.ts';
import { attacksRows } from './badFiles/support/attacks.ts';
import { ecusRows } from './badFiles/support/ecus.ts';
import { expectationsRows } from './badFiles/support/expectations.ts';
import { type BadFile, type Change, changed, soundScenario, soundVehicle } from './badFiles/support/files.ts';
import { scenarioRows } from './badFiles/support/scenario.ts';
import { stepsRows } from './badFiles/support/steps.ts';
import { restDbc, trafficRows } from './badFiles/support/traffic.ts';
import { vehiclesRows } from './badFiles/support/vehicles.ts';
import { yamlRows } from './badFiles/support/yaml.ts';

const { folder, path, refusal } = scenarioFolder();
writeFileSync(join(folder, 'rest.dbc'), restDbc);

const kinds: Readonly<Record<string, readonly BadFile[]>> = {
  'no sound YAML': yamlRows,
  'of a scenario': scenarioRows,
  'of steps': stepsRows,
  'of attacks': attacksRows,
  'of expectations': expectationsRows,
  'of a vehicle and its buses': vehiclesRows,
  'of ECUs and gateways': ecusRows,
  'of background traffic': trafficRows,
};

const toText = (change: Change | undefined) => {
  const text = change === undefined ? '' : 'all' in change ? change.all : change[1];
  return JSON.stringify(text.length > 90 ? `${text.slice(0, 90)}…` : text);
};

it('begins with files that are sound', () => {
  expect(refusal(soundScenario, soundVehicle)).toBe('accepted');
  expect(Object.values(kinds).flat().length).toBeGreaterThanOrEqual(240);
});

describe.each(Object.entries(kinds))('a file with a fault %s', (_, rows) => {
  it.each(rows.map((row) => [toText(row.scenario ?? row.vehicle), row] as const))(
    'is refused for %s',
    (_text, { scenario, vehicle, file, line, path: member, text }) => {
      const said = refusal(changed(soundScenario, scenario), changed(soundVehicle, vehicle));
      expect(said).toBe(`${file}:${line}: ${member || 'file'}: ${text}`);
    },
  );
});

describe('what is found', () => {
  it('is a list, with unknown fields before missing ones, and columns', () => {
    const bad = changed(soundScenario, {
      all: 'titel: Test\nvehicle: vehicle.yaml\nsteps:\n  - wait: [1]\n  - cylce: {}\n',
    });
    refusal(bad, soundVehicle);
    const found = readScenario(path);
    expect(found.ok ? [] : found.fault.map(({ line, column, path: member }) => [line, column, member])).toEqual([
      [1, 1, 'titel'],
      [5, 5, 'steps[1].cylce'],
      [4, 5, 'steps[0].wait'],
      [1, 1, 'title'],
    ]);
  });

  it('stands in the vehicle’s file where that is a file, and in the scenario’s where the vehicle is there', () => {
    const bad = soundVehicle.replace('bus: body', 'bus: bodi');
    expect(refusal(soundScenario, bad)).toBe(
      'vehicle.yaml:16: ecus.door.bus: there is no bus bodi: did you mean body?',
    );
    const inside = bad.trimEnd().split('\n').join('\n  ');
    const whole = soundScenario.replace('vehicle: vehicle.yaml', () => `vehicle:\n  ${inside}`);
    expect(refusal(whole, '')).toBe(
      'scenario.yaml:18: vehicle.ecus.door.bus: there is no bus bodi: did you mean body?',
    );
  });

  it('is put in the line of an editor', () => {
    const bad = soundVehicle.replace('bus: body', 'bus: bodi');
    refusal(soundScenario, bad);
    const found = readScenario(path);
    const [first] = found.ok ? [] : found.fault;
    if (first === undefined) throw new Error('nothing was found');
    expect(first).toMatchObject({ file: join(folder, 'vehicle.yaml'), line: 16, column: 5 });
    const line = readFileSync(first.file, 'utf8').split('\n')[first.line - 1];
    expect(line?.slice(first.column - 1)).toBe('bus: bodi');
    expect(findingText(first)).toContain('vehicle.yaml:16: ecus.door.bus: ');
  });
});
