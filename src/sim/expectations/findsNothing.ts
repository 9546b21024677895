// Owns: an ECU that found no fault in the last cycle.
import * as z from 'zod';
import { name } from '../../vehicleFile/fields.ts';
import { expectationKind } from './expectation.ts';
import { foundFaults, foundText } from './foundFaults.ts';

export const findsNothing = expectationKind({
  schema: z.strictObject({ ecu: name, findsNothing: z.literal(true) }),
  documented: { form: '{ecu, findsNothing: true}', meaning: 'the ECU found no fault in the last cycle' },
  judge({ ecu }, _world, ledger) {
    const found = foundFaults(ledger, ecu);
    return { text: `${ecu} finds nothing wrong`, passed: found.length === 0, actual: foundText(found) };
  },
});
