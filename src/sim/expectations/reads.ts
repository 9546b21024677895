// Owns: an image that an eavesdropper can put together from what it has heard.
import * as z from 'zod';
import { filename, name } from '../../vehicleFile/fields.ts';
import { expectationKind } from './expectation.ts';
import { heardProblems, heardVerdict } from './heardImage.ts';

export const reads = expectationKind({
  schema: z.strictObject({ eavesdropper: name, reads: filename }),
  documented: {
    form: '{eavesdropper: ID, reads: FILE}',
    meaning: 'of 256 pieces of 16 bytes from all over the published image that attacker has heard more than half',
  },
  imageMember: 'reads',
  problems: ({ eavesdropper, reads: file }, at) => heardProblems(eavesdropper, file, at),
  judge: ({ eavesdropper, reads: file }, world) =>
    heardVerdict(world, eavesdropper, file, 'reads', ({ found, of }) => found > of / 2),
});
