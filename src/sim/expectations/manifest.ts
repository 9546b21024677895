// Owns: the Director's verdict on the last vehicle version manifest.
import * as z from 'zod';
import { expectationKind } from './expectation.ts';

const texts = {
  confirmed: 'the Director accepts the manifest, and it confirms every image',
  accepted: 'the Director accepts the manifest, and it does not confirm every image',
  refused: 'the Director refuses the manifest',
};

export const manifest = expectationKind({
  schema: z.strictObject({ manifest: z.enum(['confirmed', 'accepted', 'refused']) }),
  documented: {
    form: '{manifest: confirmed}',
    meaning:
      'the Director accepted the last manifest and every ECU runs what it should; `accepted`: not every one; `refused`: for one, because the report of an ECU that cannot be reached is missing (J5)',
  },
  judge({ manifest: wanted }, _world, { manifest: judged }) {
    const accepted = judged?.confirms ? 'confirmed' : 'accepted';
    const actual = judged === undefined ? 'none' : judged.accepted ? accepted : 'refused';
    return { text: texts[wanted], passed: actual === wanted, actual };
  },
});
