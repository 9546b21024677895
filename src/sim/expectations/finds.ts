// Owns: a fault that an ECU found in the last cycle.
import * as z from 'zod';
import { clause as clauseField, code, name } from '../../vehicleFile/fields.ts';
import type { FoundFault } from '../events/events.ts';
import { expectationKind } from './expectation.ts';
import { foundFaults, foundText } from './foundFaults.ts';

export const finds = expectationKind({
  /** `only`: and no other fault. */
  schema: z.strictObject({ ecu: name, finds: code, clause: clauseField.optional(), only: z.literal(true).optional() }),
  documented: {
    form: '{ecu, finds: CODE, clause: ID, only: true}',
    meaning:
      'the ECU found this fault in the last cycle, by this clause where one is given; with `only: true`, and no other one',
  },
  judge({ ecu, finds: wanted, clause, only = false }, _world, ledger) {
    const found = foundFaults(ledger, ecu);
    const isMeant = (fault: FoundFault) => fault.code === wanted && (clause === undefined || fault.clause === clause);
    return {
      text: `${ecu} finds ${wanted}${clause === undefined ? '' : ` [${clause}]`}${only ? ' and nothing else' : ''}`,
      passed: found.some(isMeant) && (!only || found.every(isMeant)),
      actual: foundText(found),
    };
  },
});
