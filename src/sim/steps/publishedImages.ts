// Owns: whether images that a step publishes fit their ECUs.
import type { PublishedImage } from '../../vehicleFile/image.ts';
import type { Problem } from '../../vehicleFile/problem.ts';
import { type Checked, ecuProblems, filenameProblems, memberOf } from '../scenario/known.ts';

/** Notes whose each image is. */
export function* publishedProblems(images: Readonly<Record<string, PublishedImage>>, at: Checked): Generator<Problem> {
  const { vehicle, known } = at;
  for (const [ecu, { filename, supplier, sizeBytes }] of Object.entries(images)) {
    yield* ecuProblems(memberOf(at, ecu), ecu);
    yield* filenameProblems(memberOf(at, ecu, 'filename'), filename);
    known.owners.set(filename, ecu);
    if (supplier !== undefined && known.suppliers[supplier] === undefined) {
      yield { path: memberOf(at, ecu, 'supplier').path, message: `there is no supplier ${supplier}` };
    }
    const bankBytes = vehicle.ecus[ecu]?.flash.bankBytes ?? 0;
    const message = `larger than the flash bank of ${bankBytes} bytes`;
    if (sizeBytes > bankBytes) yield { path: memberOf(at, ecu, 'size').path, message };
  }
}
