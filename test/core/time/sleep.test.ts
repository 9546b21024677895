import { describe, expect, it } from 'vitest';
import { runTask } from '../../../src/core/task.ts';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { sleep } from '../../../src/core/time/sleep.ts';

function started(durationNs: number) {
  const clock = new EventQueue();
  const wokenAtNs: number[] = [];
  const stop = runTask(sleep(clock, durationNs), () => wokenAtNs.push(clock.nowNs()));
  return { clock, wokenAtNs, stop };
}

describe('sleeping in a task', () => {
  it('takes its time, to the nearest nanosecond, as the clock takes whole ones alone', () => {
    for (const [durationNs, atNs] of [
      [5, 5],
      [1e9 / 3, 333_333_333],
      [2.5, 3],
    ] as const) {
      const { clock, wokenAtNs } = started(durationNs);
      while (clock.step());
      expect(wokenAtNs).toEqual([atNs]);
    }
  });

  it('of no time ends in an event of its own, not inside the call', () => {
    const { clock, wokenAtNs } = started(0);
    expect(wokenAtNs).toEqual([]);
    clock.step();
    expect(wokenAtNs).toEqual([0]);
  });

  it('leaves nothing on the clock when its task is stopped', () => {
    const { clock, wokenAtNs, stop } = started(5);
    stop();
    expect(clock.nextNs()).toBeUndefined();
    expect(wokenAtNs).toEqual([]);
  });
});
