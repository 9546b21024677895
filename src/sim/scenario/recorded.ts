// Owns: the form of a scenario in the head of a trace: what was read of the files, complete, under the names that quantities have from
// then on. It is encoded to a file's form and read again, so that a trace is checked as files are.
import type { Result } from '../../core/result.ts';
import { checkForm, encodeForm } from '../../vehicleFile/source/checkForm.ts';
import type { Told } from '../../vehicleFile/source/told.ts';
import { vehicleSchema } from '../../vehicleFile/vehicle.ts';
import { type Scenario, scenarioSchema } from './schema.ts';

const recordedForm = scenarioSchema.extend({ vehicle: vehicleSchema });

/** Gives the scenario, or what is wrong with it. */
export function readRecordedScenario(recorded: unknown): Result<Scenario, readonly Told[]> {
  const encoded = encodeForm(recordedForm, recorded);
  return encoded.ok ? checkForm(recordedForm, encoded.value) : encoded;
}
