// Owns: the end of a campaign. Policy 12
import { name } from '../../vehicleFile/fields.ts';
import { stepKind } from './step.ts';

export const cancel = stepKind({
  schema: name,
  documented: [
    {
      form: 'cancel: ID',
      meaning:
        'that campaign ends: ECUs that have not installed its image are to install none, those that have keep it',
    },
  ],
  text: (id) => `campaign ${id} is cancelled`,
  *problems(id, { known, path }) {
    if (!known.openCampaigns.delete(id)) yield { path, message: `no campaign ${id} is under way` };
  },
  run({ world, ledger }, id) {
    world.operator.cancel(id);
    ledger.manifest = undefined;
  },
});
