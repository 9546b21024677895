// Owns: an ECU that booted what no honest maker made.
import * as z from 'zod';
import { name } from '../../vehicleFile/fields.ts';
import { expectationKind } from './expectation.ts';
import { runningImage } from './runningImage.ts';

export const runsImageOf = expectationKind({
  schema: z.strictObject({ ecu: name, runsImageOf: z.literal('attacker') }),
  documented: {
    form: '{ecu, runsImageOf: attacker}',
    meaning: "the bytes in the bank that the ECU booted are an attacker's",
  },
  *problems(_expected, { known, path }) {
    if (!known.hasAttackersImage) yield { path, message: 'no attacker has an image of its own' };
  },
  judge({ ecu }, world) {
    const { filename, maker } = runningImage(world, ecu);
    return {
      text: `${ecu} runs the attacker's image`,
      passed: maker === 'attacker',
      actual: `${filename}, ${maker} bytes`,
    };
  },
});
