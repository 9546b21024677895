// Owns: whether images that a step publishes fit their ECUs.
import type { PublishedImage } from '../../vehicleFile/image.ts';
import type { Problem } from '../../vehicleFile/references/problem.ts';
import { type Checked, ecuProblems, filenameProblems, memberOf } from '../setting/known.ts';

/** Notes whose each image is. */
export function* publishedProblems(images: Readonly<Record<string, PublishedImage>>, at: Checked): Generator<Problem> {
  const { vehicle, known } = at;
  for (const [ecu, image] of Object.entries(images)) {
    const { filename, supplier, sizeBytes, bytesOf } = image;
    yield* ecuProblems(memberOf(at, ecu), ecu);
    yield* sameBytesProblems(ecu, image, memberOf(at, ecu));
    // the same file may be released again, under a counter of its own
    if (bytesOf !== filename) yield* filenameProblems(memberOf(at, ecu, 'filename'), filename);
    known.noteImage(ecu, image);
    if (supplier !== undefined && known.suppliers[supplier] === undefined) {
      yield { path: memberOf(at, ecu, 'supplier').path, message: `there is no supplier ${supplier}` };
    }
    const bankBytes = vehicle.ecus[ecu]?.flash.bankBytes ?? 0;
    const message = `larger than the flash bank of ${bankBytes} bytes`;
    if (sizeBytes > bankBytes) yield { path: memberOf(at, ecu, 'size').path, message };
  }
}

function* sameBytesProblems(ecu: string, { bytesOf, sizeBytes }: PublishedImage, at: Checked): Generator<Problem> {
  if (bytesOf === undefined) return;
  const { owners, sizesBytes } = at.known;
  if (owners.get(bytesOf) !== ecu) {
    yield { path: memberOf(at, 'bytesOf').path, message: `${bytesOf} is no earlier image of ${ecu}` };
  }
  const before = sizesBytes.get(bytesOf);
  if (before === sizeBytes) return;
  yield { path: memberOf(at, 'size').path, message: `${bytesOf} has ${before} bytes, not ${sizeBytes}` };
}
