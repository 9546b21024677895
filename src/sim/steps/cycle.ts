// Owns: an update cycle, from the Primary's start to its last manifest, with what happens to the buses meanwhile.
import * as z from 'zod';
import { runTask, type Task, wait } from '../../core/task.ts';
import type { Timer } from '../../core/time/clock.ts';
import { day, duration, name } from '../../vehicleFile/fields.ts';
import type { Problem } from '../../vehicleFile/references/problem.ts';
import { withUnits } from '../../vehicleFile/withUnits.ts';
import { type BusFaults, busFaultKinds, busFaultProblems, busFaultsOf, busFaultText } from '../busFaults/busFaults.ts';
import type { Ledger } from '../events/ledger.ts';
import { type Checked, ecuProblems, memberOf } from '../setting/known.ts';
import type { World } from '../world/world.ts';
import { changeBus } from './busFaultSteps.ts';
import { pause } from './pause.ts';
import { stepKind } from './step.ts';

/** When: so much of the image arrived at an ECU, or so long after the one before. */
interface Moment {
  readonly received?: { readonly ecu: string; readonly percent: number } | undefined;
  readonly afterMs?: number | undefined;
}
export type Interruption = Moment & BusFaults;

const interruption = withUnits(
  z.strictObject({
    received: z.strictObject({ ecu: name, percent: z.number().min(0).max(100) }).optional(),
    after: duration(day).optional(),
    ...Object.fromEntries(Object.entries(busFaultKinds).map(([member, { schema }]) => [member, schema.optional()])),
  }),
  { after: 'afterMs' },
) as unknown as z.ZodType<Interruption>;

export const cycle = stepKind({
  schema: z.strictObject({ during: z.array(interruption).max(64).default([]) }),
  documented: [
    { form: 'cycle: {}', meaning: 'one update cycle of the vehicle, to its last manifest' },
    {
      form: 'cycle: {during: [...]}',
      meaning: 'the same, with faults of the buses meanwhile, each once the one before has happened',
    },
  ],
  text: () => 'update cycle',
  *problems({ during }, at) {
    for (const [index, one] of during.entries()) yield* interruptionProblems(one, memberOf(at, 'during', index));
    at.known.hasCycled = true;
  },
  *run({ world, ledger, judged }, { during }) {
    const missed = yield* runCycle(world, ledger, during);
    if (missed === undefined) return;
    const text = busFaultsOf(missed).map(busFaultText).join('; ');
    judged({ text, passed: false, actual: 'it never came to that' });
  },
});

function* interruptionProblems(one: Interruption, at: Checked): Generator<Problem> {
  const { path } = at;
  const { received, afterMs } = one;
  if (received !== undefined) yield* ecuProblems(memberOf(at, 'received', 'ecu'), received.ecu);
  if ((received === undefined) === (afterMs === undefined)) {
    yield { path, message: 'either received or after is needed' };
  }
  const faults = busFaultsOf(one);
  if (faults.length !== 1) yield { path, message: `one of ${Object.keys(busFaultKinds).join(', ')} is needed` };
  for (const fault of faults) yield* busFaultProblems(fault, memberOf(at, fault.name));
}

/** Gives the first interruption that never came about. */
function* runCycle(world: World, ledger: Ledger, during: readonly Interruption[]): Task<Interruption | undefined> {
  ledger.beginCycle();
  const left = [...during];
  yield* wait<void>((done) => {
    const stopInterruptions = runTask(interrupt(world, ledger, left), () => {});
    world.cycleCompleted = () => {
      stopInterruptions();
      done();
    };
    world.vehicle.primary.program.startCycle();
    return stopInterruptions;
  });
  return left[0];
}

/** Takes each from `left` once it has happened. */
function* interrupt(world: World, ledger: Ledger, left: Interruption[]): Task<void> {
  for (let next = left[0]; next !== undefined; next = left[0]) {
    const { received, afterMs } = next;
    if (received !== undefined) yield* untilReceived(world, ledger, received);
    else yield* pause(world, afterMs ?? 0);
    left.shift();
    for (const fault of busFaultsOf(next)) changeBus(world, fault);
  }
}

function* untilReceived(world: World, ledger: Ledger, wanted: NonNullable<Moment['received']>): Task<void> {
  yield* wait<void>((done) => {
    let timer: Timer | undefined;
    const before = ledger.watcher;
    ledger.watcher = (event) => {
      before(event);
      if (timer !== undefined || event.type !== 'ecu.progress' || event.ecu !== wanted.ecu) return;
      if (event.receivedBytes * 100 < wanted.percent * event.totalBytes) return;
      ledger.watcher = before;
      timer = world.clock.after(0, done); // not from inside the ECU that is telling its progress
    };
    return () => {
      ledger.watcher = before;
      timer?.cancel();
    };
  });
}
