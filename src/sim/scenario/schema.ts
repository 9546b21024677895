// Owns: the form of scenario files: the setting, and the steps that are carried out in it. Each kind of step stands in a file of its own in
// ../steps.
import * as z from 'zod';
import { type Setting, settingSchema } from '../setting/setting.ts';
import { type Step, stepSchema } from '../steps/steps.ts';

export const scenarioSchema = settingSchema.extend({ steps: z.array(stepSchema).min(1).max(500) });

/** A scenario with its vehicle in place. */
export type Scenario = Setting & { readonly steps: Step[] };
