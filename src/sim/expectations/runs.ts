// Owns: the bytes of the image that an ECU booted, as published.
import * as z from 'zod';
import { counter, filename, name } from '../../vehicleFile/fields.ts';
import { expectationKind } from './expectation.ts';
import { runningImage } from './runningImage.ts';

export const runs = expectationKind({
  schema: z.strictObject({ ecu: name, runs: filename, releaseCounter: counter.optional() }),
  documented: {
    form: '{ecu, runs: FILE, releaseCounter: 2}',
    meaning:
      'the bytes in the bank that the ECU booted are the published ones of that name, and, where it is given, of that release',
  },
  imageMember: 'runs',
  *problems({ ecu, runs: file }, { known, path }) {
    if (known.owners.get(file) !== ecu) yield { path: [...path, 'runs'], message: `${file} is no image of ${ecu}` };
  },
  judge({ ecu, runs: wanted, releaseCounter }, world) {
    const { filename: running, maker } = runningImage(world, ecu);
    const counterNow = world.vehicle.ecus.get(ecu)?.installed().releaseCounter;
    const withCounter = (number: number | undefined) =>
      releaseCounter === undefined ? '' : `, release counter ${number}`;
    return {
      text: `${ecu} runs ${wanted}${withCounter(releaseCounter)}`,
      passed:
        running === wanted && maker === 'genuine' && (releaseCounter === undefined || releaseCounter === counterNow),
      actual: `${running}, ${maker} bytes${withCounter(counterNow)}`,
    };
  },
});
