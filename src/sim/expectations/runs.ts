// Owns: the bytes of the image that an ECU booted, as published.
import { z } from 'zod';
import { filename, name } from '../../vehicleFile/fields.ts';
import { expectationKind } from './expectation.ts';
import { runningImage } from './runningImage.ts';

export const runs = expectationKind({
  schema: z.strictObject({ ecu: name, runs: filename }),
  documented: {
    form: '{ecu, runs: FILE}',
    meaning: 'the bytes in the bank that the ECU booted are the published ones of that name',
  },
  imageMember: 'runs',
  *problems({ ecu, runs: file }, { known, path }) {
    if (known.owners.get(file) !== ecu) yield { path: [...path, 'runs'], message: `${file} is no image of ${ecu}` };
  },
  judge({ ecu, runs: wanted }, world) {
    const { filename: running, maker } = runningImage(world, ecu);
    return {
      text: `${ecu} runs ${wanted}`,
      passed: running === wanted && maker === 'genuine',
      actual: `${running}, ${maker} bytes`,
    };
  },
});
