// Owns: what all kinds of attacks have in common: their form, their check, their beginning. Names no single kind.
import * as z from 'zod';
import type { Problem } from '../../vehicleFile/references/problem.ts';
import { type Checked, memberOf } from '../setting/known.ts';
import { registryOf } from '../setting/registry.ts';
import type { World } from '../world/world.ts';
import { type AttackKind, type RunningAttack, victimProblems } from './attacker.ts';
import * as kinds from './index.ts';

type Kinds = typeof kinds;
export type Attack = z.output<Kinds[keyof Kinds]['schema']>;

export const attackKinds: readonly AttackKind[] = Object.values(registryOf<AttackKind>(kinds));

const byName = new Map(attackKinds.map((kind) => [kind.kind, kind]));

export const attackSchema = z.discriminatedUnion(
  'kind',
  attackKinds.map(({ schema }) => schema) as never,
) as unknown as z.ZodType<Attack>;

function kindOf(attack: Attack): AttackKind {
  const kind = byName.get(attack.kind);
  if (kind === undefined) throw new Error(`there is no kind of attack ${attack.kind}`);
  return kind;
}

export function* attackProblems(attack: Attack, at: Checked): Generator<Problem> {
  const { attacks } = at.known;
  yield* victimProblems(attack, at);
  if (attacks.has(attack.id)) {
    yield { path: memberOf(at, 'id').path, message: `attack ${attack.id} is under way already` };
  }
  attacks.add(attack.id);
  yield* kindOf(attack).problems?.(attack, at) ?? [];
}

export function startAttack(world: World, attack: Attack): RunningAttack {
  return kindOf(attack).start(world, attack);
}
