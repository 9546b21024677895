// Owns: bus faults as steps: they last over the cycles that follow, until `repair`.
import type * as z from 'zod';
import type { BusFaultKind } from '../busFaults/busFault.ts';
import { type BusFault, busFaultProblems, busFaultText, doToBus } from '../busFaults/busFaults.ts';
import * as kinds from '../busFaults/index.ts';
import type { World } from '../world/world.ts';
import { type StepKind, stepKind } from './step.ts';

export const babble = stepOf('babble', kinds.babble);
export const disturb = stepOf('disturb', kinds.disturb);
export const partition = stepOf('partition', kinds.partition);
export const repair = stepOf('repair', kinds.repair);

function stepOf<Schema extends z.ZodType<{ readonly bus: string }>>(
  name: string,
  kind: BusFaultKind<Schema>,
): StepKind<Schema> {
  const given = (fault: z.output<Schema>): BusFault => ({ name, kind: kind as unknown as BusFaultKind, fault });
  return stepKind({
    schema: kind.schema,
    documented: kind.documented,
    text: (fault) => kind.text(fault),
    problems: (fault, at) => busFaultProblems(given(fault), at),
    run: ({ world }, fault) => changeBus(world, given(fault)),
  });
}

export function changeBus(world: World, given: BusFault): void {
  doToBus(world.transports, given);
  world.emit({ type: 'bus.changed', bus: given.fault.bus, text: busFaultText(given) });
}
