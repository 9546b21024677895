// Owns: the form of a scenario in the head of a trace: as a scenario file's, but complete, with quantities as plain numbers.
import { z } from 'zod';
import { formatUtc } from '../../core/utc.ts';
import { vehicleSchema } from '../../vehicleFile/vehicle.ts';
import { type Scenario, scenarioSchema } from './schema.ts';

/** `start` is text in a file and seconds in a trace. */
export const recordedScenarioSchema: z.ZodType<Scenario> = z
  .looseObject({ start: z.int().min(0).max(32_503_679_999) })
  .transform((recorded, context): Scenario => {
    const parsed = scenarioSchema
      .extend({ vehicle: vehicleSchema })
      .safeParse({ ...recorded, start: formatUtc(recorded.start) });
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    context.addIssue({ code: 'custom', message: issue?.message ?? 'not a scenario', path: [...(issue?.path ?? [])] });
    return z.NEVER;
  });
