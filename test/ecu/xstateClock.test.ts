import { describe, expect, it } from 'vitest';
import { createActor, fromCallback, setup } from 'xstate';
import { runTask, type Task, wait } from '../../src/core/task.ts';
import { EventQueue } from '../../src/core/time/clock.ts';
import { NS_PER_MS } from '../../src/core/units.ts';
import { follow, xstateClock } from '../../src/ecu/xstateClock.ts';

const thrower = (where: 'action' | 'guard' | 'delay' | 'actor') => {
  const fail = (here: typeof where) => {
    if (here === where) throw new Error(`the ${where} broke`);
  };
  return setup({
    actors: { work: fromCallback(() => fail('actor')) },
    actions: { act: () => fail('action') },
    guards: {
      may: () => {
        fail('guard');
        return true;
      },
    },
    delays: {
      pause: () => {
        fail('delay');
        return 1;
      },
    },
  }).createMachine({
    initial: 'waiting',
    states: {
      waiting: { after: { 5: { guard: 'may', target: 'working', actions: 'act' } } },
      working: { invoke: { src: 'work' }, after: { pause: 'done' } },
      done: { type: 'final' },
    },
  });
};

function started(machine: ReturnType<typeof thrower>) {
  const clock = new EventQueue();
  const actor = createActor(machine, { clock: xstateClock(clock) });
  follow(
    actor,
    clock,
    () => {},
    () => {},
  );
  actor.start();
  return { clock, actor };
}

describe('a statechart on the run’s clock', () => {
  it.each(['action', 'guard', 'delay', 'actor'] as const)('whose %s throws stops the run with its cause', (where) => {
    const { clock } = started(thrower(where));
    let cause: unknown;
    try {
      clock.advanceTo(100 * NS_PER_MS);
    } catch (thrown) {
      cause = thrown;
    }
    expect(String(cause)).toContain(`the ${where} broke`);
    expect(clock.nowNs()).toBe(5 * NS_PER_MS);
  });

  it('whose task throws later stops the run with its cause', () => {
    const clock = new EventQueue();
    const work = function* (): Task<void> {
      yield* wait<void>((done) => {
        const timer = clock.after(3, () => done());
        return () => timer.cancel();
      });
      throw new Error('the task broke');
    };
    const machine = setup({ actors: { work: fromCallback(() => runTask(work(), () => {})) } }).createMachine({
      initial: 'working',
      states: { working: { invoke: { src: 'work' } } },
    });
    const actor = createActor(machine, { clock: xstateClock(clock) });
    follow(
      actor,
      clock,
      () => {},
      () => {},
    );
    actor.start();
    expect(() => clock.advanceTo(10)).toThrow('the task broke');
  });

  it('takes fractions of a millisecond, and cancels what it leaves', () => {
    const clock = new EventQueue();
    const { setTimeout, clearTimeout } = xstateClock(clock);
    const fired: number[] = [];
    setTimeout(() => fired.push(clock.nowNs()), 0.25);
    clearTimeout(setTimeout(() => fired.push(-1), 0.1));
    clock.advanceTo(NS_PER_MS);
    expect(fired).toEqual([0.25 * NS_PER_MS]);
  });
});
