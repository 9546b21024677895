// Owns: what a kind of attack is: its form, whether it fits the scenario, how it is begun and undone. A kind stands in a file of its own, and
// in the index.

import * as z from 'zod';
import type { Attack as AttackName } from '../../core/faults.ts';
import { didYouMean } from '../../core/nearest.ts';
import { name } from '../../vehicleFile/fields.ts';
import type { Problem } from '../../vehicleFile/references/problem.ts';
import { type Checked, ecuProblems, memberOf } from '../setting/known.ts';
import type { Documented } from '../setting/registry.ts';
import type { World } from '../world/world.ts';

/** An attack under way. */
export interface RunningAttack {
  /** In words a user reads. */
  readonly text: string;
  stop(): void;
}

/** `network`: anybody between the vehicle and the servers. `primary`: a Primary that an attacker holds. */
export const position = z.enum(['network', 'primary']);
export const victims = z.array(name).optional();

type AttackForm = z.ZodType<{ readonly kind: string; readonly id: string }>;

export interface AttackKind<Schema extends AttackForm = AttackForm> {
  /** As it stands in a scenario: `kind: tampered-image`. */
  readonly kind: z.output<Schema>['kind'];
  readonly schema: Schema;
  readonly documented: Documented;
  /** The attacks of the Uptane threat model that it is; none where nothing of it can be noticed. */
  readonly indicates: readonly AttackName[];
  /** The checks that find it, where any does (docs/clauses.md). */
  readonly clauses: readonly string[];
  /** What is wrong with it here, after its id, and after members `ecu` and `ecus`, which are checked for all kinds alike. */
  problems?(attack: z.output<Schema>, at: Checked): Iterable<Problem>;
  start(world: World, attack: z.output<Schema>): RunningAttack;
}

export function attackKind<Schema extends AttackForm>(kind: AttackKind<Schema>): AttackKind<Schema> {
  return kind;
}

/** Adds to a set, and takes it out again. */
export function added<T>(set: Set<T>, item: T): () => void {
  set.add(item);
  return () => set.delete(item);
}

/** Whom a compromised Primary treats so, in words. */
export function victimsText(ecus: readonly string[] | undefined): string {
  return ecus?.join(', ') ?? 'every Secondary';
}

/** On the network an attack meets the whole vehicle; through the Primary it meets Secondaries. */
export function* positionProblems(
  attack: { readonly position: 'network' | 'primary'; readonly ecus?: readonly string[] | undefined },
  at: Checked,
): Generator<Problem> {
  const { position: where, ecus } = attack;
  if (where === 'primary') yield* throughPrimaryProblems(ecus ?? [], at);
  else if (ecus !== undefined) {
    yield { path: memberOf(at, 'ecus').path, message: 'on the network an attack meets the whole vehicle' };
  }
}

export function* throughPrimaryProblems(ecus: readonly string[], { vehicle, path }: Checked): Generator<Problem> {
  if (ecus.some((ecu) => vehicle.ecus[ecu]?.role === 'primary')) {
    yield { path, message: 'the Primary hands on to Secondaries: name those' };
  }
}

export function* recordingProblems({ recording }: { readonly recording: string }, at: Checked): Generator<Problem> {
  if (at.known.recordings.has(recording)) return;
  yield {
    path: memberOf(at, 'recording').path,
    message: `nothing was recorded as ${recording}${didYouMean(recording, at.known.recordings)}`,
  };
}

/** The attacker brings an image of its own into the world. */
export function* attackersImageProblems(image: { readonly filename: string }, at: Checked): Generator<Problem> {
  at.known.hasAttackersImage = true;
  const owner = at.known.owners.get(image.filename);
  if (owner === undefined) return;
  const message = `the name ${image.filename} is taken by an image of ${owner}`;
  yield { path: memberOf(at, 'image', 'filename').path, message };
}

/** ECUs that an attack names are there. */
export function* victimProblems(attack: object, at: Checked): Generator<Problem> {
  const { ecu, ecus }: { readonly ecu?: string; readonly ecus?: readonly string[] } = attack;
  if (ecu !== undefined) yield* ecuProblems(memberOf(at, 'ecu'), ecu);
  for (const victim of ecus ?? []) yield* ecuProblems(memberOf(at, 'ecus'), victim);
}
