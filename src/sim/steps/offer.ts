// Owns: new images that the Director wants of no ECU yet: a campaign is to bring them.
import { publishedImagesSchema } from '../../vehicleFile/image.ts';
import { publishedProblems } from './publishedImages.ts';
import { stepKind } from './step.ts';

export const offer = stepKind({
  schema: publishedImagesSchema,
  documented: [
    {
      form: 'offer: {ECU: {...}}',
      meaning: 'new images as with `publish`, but the Director wants none of them: a campaign is to bring them',
    },
  ],
  text: (images) => `offer new images for ${Object.keys(images).join(', ')}`,
  problems: publishedProblems,
  run({ world }, images) {
    for (const [ecu, image] of Object.entries(images)) world.operator.offer(ecu, image);
    world.operator.publish();
  },
});
