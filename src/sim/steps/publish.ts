// Owns: new images, which the Director wants on their ECUs.
import { publishedImagesSchema } from '../../vehicleFile/image.ts';
import { publishedProblems } from './publishedImages.ts';
import { stepKind } from './step.ts';

export const publish = stepKind({
  schema: publishedImagesSchema,
  documented: [
    {
      form: 'publish: {ECU: {filename, size, releaseCounter, supplier, release, bytesOf}}',
      meaning:
        'the Image repository lists new images, their bytes drawn from the seed, and the Director wants them on these ECUs; with `supplier`, that one signs the image; with `bytesOf: FILE` an earlier image of the ECU is released again, under this name, which may be the old one, and counter',
    },
  ],
  text: (images) => `publish new images for ${Object.keys(images).join(', ')}`,
  problems: publishedProblems,
  run({ world, ledger }, images) {
    for (const [ecu, image] of Object.entries(images)) world.operator.assign(ecu, image);
    world.operator.publish();
    ledger.manifest = undefined;
  },
});
