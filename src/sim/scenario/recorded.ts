// Owns: the form of a scenario in the head of a trace: what was read of the files, complete, under the names that quantities have from
// then on. It is encoded to a file's form and read again, so that a trace is checked as files are.
import type { z } from 'zod';
import { vehicleSchema } from '../../vehicleFile/vehicle.ts';
import { type Scenario, scenarioSchema } from './schema.ts';

const recordedForm = scenarioSchema.extend({ vehicle: vehicleSchema });

export type ReadRecorded =
  | { readonly ok: true; readonly scenario: Scenario }
  | { readonly ok: false; readonly issue: z.core.$ZodIssue | undefined };

/** Gives the scenario, or the first thing that is wrong with it. */
export function readRecordedScenario(recorded: unknown): ReadRecorded {
  const encoded = recordedForm.safeEncode(recorded as Scenario);
  if (!encoded.success) return { ok: false, issue: encoded.error.issues[0] };
  const decoded = recordedForm.safeDecode(encoded.data);
  return decoded.success ? { ok: true, scenario: decoded.data } : { ok: false, issue: decoded.error.issues[0] };
}
