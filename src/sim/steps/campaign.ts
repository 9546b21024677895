// Owns: a product brought to ECUs of the vehicle, with what its images require of others. J7 J12
import * as z from 'zod';
import { ecusMax } from '../../core/limits.ts';
import { name, versionRange } from '../../vehicleFile/fields.ts';
import { ecuProblems, memberOf } from '../setting/known.ts';
import { stepKind } from './step.ts';

export const campaign = stepKind({
  schema: z.strictObject({
    id: name,
    product: name,
    versions: versionRange,
    ecus: z.array(name).min(1).max(ecusMax),
  }),
  documented: [
    {
      form: 'campaign: {id, product, versions, ecus}',
      meaning:
        "a campaign for these ECUs begins: the newest release of the product within `versions` (`^2`), with what it requires on other ECUs. Its bundle goes out at the vehicle's next manifest that leaves no earlier bundle open",
    },
  ],
  text: ({ id, product, versions, ecus }) => `campaign ${id}: ${product} ${versions} for ${ecus.join(', ')}`,
  *problems({ id, ecus }, at) {
    const { campaigns, openCampaigns } = at.known;
    for (const ecu of ecus) yield* ecuProblems(memberOf(at, 'ecus'), ecu);
    const { path } = memberOf(at, 'id');
    if (campaigns.has(id)) yield { path, message: `there was a campaign ${id} already` };
    campaigns.add(id);
    openCampaigns.add(id);
  },
  run({ world, ledger }, order) {
    world.operator.order(order);
    ledger.manifest = undefined;
  },
});
