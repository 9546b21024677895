// Owns: the end of an attack.
import { didYouMean } from '../../core/nearest.ts';
import { name } from '../../vehicleFile/fields.ts';
import { stepKind } from './step.ts';

export const stop = stepKind({
  schema: name,
  documented: [{ form: 'stop: ID', meaning: 'that attack ends' }],
  text: (id) => `attack ${id} ends`,
  *problems(id, { known, path }) {
    if (!known.attacks.delete(id))
      yield { path, message: `no attack ${id} is under way${didYouMean(id, known.attacks)}` };
  },
  run({ world, attacks }, id) {
    attacks.get(id)?.stop();
    world.emit({ type: 'attack.stopped', id });
  },
});
