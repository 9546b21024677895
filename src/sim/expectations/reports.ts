// Owns: a fault in the last report of an ECU that the Director accepted.
import * as z from 'zod';
import { code, name } from '../../vehicleFile/fields.ts';
import { expectationKind } from './expectation.ts';

export const reports = expectationKind({
  schema: z.strictObject({ ecu: name, reports: code }),
  documented: {
    form: '{ecu, reports: CODE}',
    meaning: "the fault is in the ECU's report that the Director accepted last",
  },
  judge({ ecu, reports: wanted }, world) {
    const report = world.servers.director.vehicle.reports.get(ecu);
    const codes = (report?.attacksDetected ?? []).map((found) => found.code);
    return {
      text: `the Director learns of ${wanted} from ${ecu}`,
      passed: codes.some((found) => found === wanted),
      actual: codes.join(', ') || 'nothing',
    };
  },
});
