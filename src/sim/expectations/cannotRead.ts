// Owns: an image of which an eavesdropper has heard nothing that it can read.
import * as z from 'zod';
import { filename, name } from '../../vehicleFile/fields.ts';
import { expectationKind } from './expectation.ts';
import { heardProblems, heardVerdict } from './heardImage.ts';

export const cannotRead = expectationKind({
  schema: z.strictObject({ eavesdropper: name, cannotRead: filename }),
  documented: {
    form: '{eavesdropper: ID, cannotRead: FILE}',
    meaning: 'of pieces of 16 bytes from all over the published image that attacker has heard none',
  },
  imageMember: 'cannotRead',
  problems: ({ eavesdropper, cannotRead: file }, at) => heardProblems(eavesdropper, file, at),
  judge: ({ eavesdropper, cannotRead: file }, world) =>
    heardVerdict(world, eavesdropper, file, 'can read nothing of', ({ found }) => found === 0),
});
