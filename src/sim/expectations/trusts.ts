// Owns: the version of a role's file that an ECU keeps from one update to the next.
import * as z from 'zod';
import { trustedVersions } from '../../uptane/verification/trusted.ts';
import { name, trustedFile } from '../../vehicleFile/fields.ts';
import { expectationKind } from './expectation.ts';

export const trusts = expectationKind({
  schema: z.strictObject({ ecu: name, trusts: trustedFile, version: z.int().min(1) }),
  documented: {
    form: '{ecu, trusts: director/root, version: 3}',
    meaning: "the ECU keeps this version of a role's file, of `director` or `image`",
  },
  judge({ ecu, trusts: file, version: wanted }, world) {
    const trusted = world.vehicle.ecus.get(ecu)?.ecu.trusted;
    const version = trusted && trustedVersions(trusted)[file];
    return {
      text: `${ecu} trusts ${file} ${wanted}`,
      passed: version === wanted,
      actual: version === undefined ? 'none' : `${file} ${version}`,
    };
  },
});
