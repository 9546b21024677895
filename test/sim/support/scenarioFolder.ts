// Scenario and vehicle files as a user has them, in a folder of their own, and the line with which they are refused.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { InputError } from '../../../src/core/faults.ts';
import { loadScenario } from '../../../src/sim/scenario/load.ts';

/** A folder that is gone after the tests of the file. */
export function scenarioFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'ecunet-scenario-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'scenario.yaml');
  return {
    folder,
    path,
    /** The one line with which a scenario is refused, the folder left out; or `accepted`. */
    refusal(scenarioText: string, vehicleText: string): string {
      writeFileSync(join(folder, 'vehicle.yaml'), vehicleText);
      writeFileSync(path, scenarioText);
      try {
        loadScenario(path);
      } catch (error) {
        if (error instanceof InputError) return error.message.replaceAll(`${folder}/`, '');
        throw error;
      }
      return 'accepted';
    },
  };
}
