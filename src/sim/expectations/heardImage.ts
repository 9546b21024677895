// Owns: how much of a published image an eavesdropper has heard.
import { didYouMean } from '../../core/nearest.ts';
import type { Problem } from '../../vehicleFile/references/problem.ts';
import type { Checked } from '../setting/known.ts';
import type { World } from '../world/world.ts';
import type { Verdict } from './expectation.ts';

export function* heardProblems(eavesdropper: string, file: string, { known, path }: Checked): Generator<Problem> {
  if (!known.eavesdroppers.has(eavesdropper))
    yield { path, message: `nobody listens as ${eavesdropper}${didYouMean(eavesdropper, known.eavesdroppers)}` };
  if (!known.owners.has(file))
    yield { path, message: `there is no image ${file}${didYouMean(file, known.owners.keys())}` };
}

/** `holds` says of the pieces that were found, and searched for, whether they are as expected. */
export function heardVerdict(
  world: World,
  eavesdropper: string,
  filename: string,
  verb: string,
  holds: (pieces: { readonly found: number; readonly of: number }) => boolean,
): Verdict {
  const image = world.images.genuine.get(filename) ?? new Uint8Array();
  const heard = world.eavesdroppers.get(eavesdropper);
  const { found, of } = heard?.found(image) ?? { found: 0, of: 0 };
  return {
    text: `${eavesdropper} ${verb} ${filename}`,
    // Pieces that lie across the border of two messages are not found.
    passed: of > 0 && heard?.isComplete === true && holds({ found, of }),
    actual: `${found} of ${of} pieces of it were heard`,
  };
}
