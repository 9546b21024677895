// Owns: the beginning of an attack.
import { attackProblems, attackSchema, startAttack } from '../attackers/attacks.ts';
import { stepKind } from './step.ts';

export const attack = stepKind({
  schema: attackSchema,
  documented: [{ form: 'attack: {kind, id, ...}', meaning: 'an attack begins' }],
  text: ({ id, kind }) => `attack ${id}: ${kind}`,
  problems: attackProblems,
  run({ world, attacks }, described) {
    const running = startAttack(world, described);
    attacks.set(described.id, running);
    world.emit({ type: 'attack.started', id: described.id, text: running.text });
  },
});
