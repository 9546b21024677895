// Owns: what all kinds of expectations have in common: their form, their check, their verdict. Names no single kind.
import * as z from 'zod';
import { didYouMean } from '../../core/nearest.ts';
import type { Problem } from '../../vehicleFile/references/problem.ts';
import type { Ledger } from '../events/ledger.ts';
import { type Checked, ecuProblems, memberOf, nodeProblems } from '../setting/known.ts';
import { registryOf } from '../setting/registry.ts';
import type { World } from '../world/world.ts';
import type { ExpectationKind, Verdict } from './expectation.ts';
import * as kinds from './index.ts';

type Kinds = typeof kinds;
export type Expectation = z.output<Kinds[keyof Kinds]['schema']>;

/** By the member that tells a kind from the others. */
export const expectationKinds = registryOf<ExpectationKind>(kinds);

export const expectationSchema = z.union(
  Object.values(expectationKinds).map(({ schema }) => schema),
) as unknown as z.ZodType<Expectation>;

function kindOf(expected: Expectation): ExpectationKind {
  const found = Object.entries(expectationKinds).find(([member]) => Object.hasOwn(expected, member));
  if (found === undefined)
    throw new Error(`no kind of expectation has the members ${Object.keys(expected).join(', ')}`);
  return found[1];
}

export function* expectationProblems(expected: Expectation, at: Checked): Generator<Problem> {
  const { ecu, bus, node, gateway }: Partial<Record<string, unknown>> = expected;
  if (typeof ecu === 'string') yield* ecuProblems(memberOf(at, 'ecu'), ecu);
  if (typeof node === 'string') yield* nodeProblems(memberOf(at, 'node'), node);
  const { buses, gateways } = at.vehicle;
  if (typeof gateway === 'string' && !Object.hasOwn(gateways, gateway)) {
    yield {
      path: [...at.path, 'gateway'],
      message: `there is no gateway ${gateway}${didYouMean(gateway, Object.keys(gateways))}`,
    };
  }
  if (typeof bus === 'string' && !Object.hasOwn(buses, bus)) {
    yield { path: [...at.path, 'bus'], message: `there is no bus ${bus}${didYouMean(bus, Object.keys(buses))}` };
  }
  yield* kindOf(expected).problems?.(expected, at) ?? [];
}

export function judge(world: World, ledger: Ledger, expected: Expectation): Verdict {
  return kindOf(expected).judge(expected, world, ledger);
}

/** The same of an image that has another name now. */
export function withImageNamed(expected: Expectation, before: string, filename: string): Expectation {
  const { imageMember } = kindOf(expected);
  const members: Record<string, unknown> = { ...expected };
  if (imageMember === undefined || members[imageMember] !== before) return expected;
  return { ...members, [imageMember]: filename } as Expectation;
}
