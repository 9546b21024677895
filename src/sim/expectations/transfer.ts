// Owns: how an image came to an ECU: at one go, or resumed.
import * as z from 'zod';
import { name } from '../../vehicleFile/fields.ts';
import { expectationKind } from './expectation.ts';

export const transfer = expectationKind({
  schema: z.strictObject({ ecu: name, transfer: z.enum(['resumed', 'uninterrupted']) }),
  documented: {
    form: '{ecu, transfer: resumed}',
    meaning: 'the image was interrupted, and no byte was sent to flash twice; `uninterrupted`: it was not',
  },
  judge({ ecu, transfer: wanted }, _world, ledger) {
    const made = ledger.transfers.get(ecu);
    const complete = made !== undefined && made.receivedBytes === made.totalBytes;
    const words = [
      complete ? 'complete' : 'incomplete',
      made?.interrupted ? 'interrupted' : 'not interrupted',
      made?.restarted ? 'begun again' : 'no byte sent twice',
    ];
    return {
      text:
        wanted === 'resumed'
          ? `the transfer to ${ecu} resumes where it was cut`
          : `the transfer to ${ecu} is uninterrupted`,
      passed: complete && !made.restarted && made.interrupted === (wanted === 'resumed'),
      actual: made === undefined ? 'no transfer' : words.join(', '),
    };
  },
});
