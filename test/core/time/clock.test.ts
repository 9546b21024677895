import { describe, expect, it } from 'vitest';
import { EventQueue, type Timer } from '../../../src/core/time/clock.ts';
import { fc, prop } from '../../support/property.ts';

describe('the event queue', () => {
  it('takes events by time, and those of one time in the order they were asked for', () => {
    const queue = new EventQueue();
    const seen: string[] = [];
    for (const [timeNs, name] of [
      [5, 'c'],
      [1, 'a'],
      [5, 'd'],
      [3, 'b'],
      [5, 'e'],
    ] as const)
      queue.at(timeNs, () => seen.push(`${name}@${queue.nowNs()}`));
    while (queue.step());
    expect(seen).toEqual(['a@1', 'b@3', 'c@5', 'd@5', 'e@5']);
  });

  prop([fc.array(fc.record({ timeNs: fc.nat(20), cancelled: fc.boolean() }), { maxLength: 200 })])(
    'keeps that order for any events, but for the cancelled ones',
    (events) => {
      const queue = new EventQueue();
      const seen: number[] = [];
      const timers = events.map(({ timeNs }, index) => queue.at(timeNs, () => seen.push(index)));
      for (const [index, timer] of timers.entries()) if (events[index]?.cancelled) timer.cancel();
      while (queue.step());
      const left = [...events.keys()].filter((index) => !events[index]?.cancelled);
      expect(seen).toEqual(left.toSorted((a, b) => (events[a]?.timeNs ?? 0) - (events[b]?.timeNs ?? 0) || a - b));
      expect(queue.nextNs()).toBeUndefined();
    },
  );

  prop([fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 60 })])(
    'never goes back in time, whatever events ask for while they run',
    (plan) => {
      const queue = new EventQueue();
      const times: number[] = [];
      for (const [at, later] of plan) {
        queue.at(at, () => {
          times.push(queue.nowNs());
          queue.after(later, () => times.push(queue.nowNs()));
        });
      }
      while (queue.step());
      expect(times).toHaveLength(2 * plan.length);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    },
  );

  prop([fc.array(fc.record({ timeNs: fc.nat(20), alarm: fc.nat(9), cancelled: fc.boolean() }), { maxLength: 40 })])(
    'takes alarms in the same order, each at the time that was set last',
    (events) => {
      const queue = new EventQueue();
      const seen: string[] = [];
      const expected = new Map<string, { readonly timeNs: number; readonly asked: number }>();
      const alarms = Array.from({ length: 5 }, (_, alarm) => queue.alarm(() => seen.push(`alarm ${alarm}`)));
      for (const [asked, { timeNs, alarm: number, cancelled }] of events.entries()) {
        const alarm = alarms[number];
        const name = alarm === undefined ? `event ${asked}` : `alarm ${number}`;
        if (alarm !== undefined) alarm.set(timeNs);
        const timer = alarm ?? queue.at(timeNs, () => seen.push(name));
        expected.set(name, { timeNs, asked });
        if (cancelled) timer.cancel();
        if (cancelled) expected.delete(name);
      }
      expect(alarms.map(({ isSet }) => isSet)).toEqual(alarms.map((_, alarm) => expected.has(`alarm ${alarm}`)));
      while (queue.step());
      const inOrder = [...expected].toSorted(([, a], [, b]) => a.timeNs - b.timeNs || a.asked - b.asked);
      expect(seen).toEqual(inOrder.map(([name]) => name));
      expect([queue.nextNs(), queue.step()]).toEqual([undefined, false]);
    },
  );

  it('calls what is due at once next, not inside the asking', () => {
    const queue = new EventQueue();
    const seen: string[] = [];
    queue.at(10, () => {
      queue.at(3, () => seen.push(`past@${queue.nowNs()}`));
      queue.after(0, () => seen.push(`now@${queue.nowNs()}`));
      seen.push('asked');
    });
    queue.at(10, () => seen.push('second'));
    while (queue.step());
    expect(seen).toEqual(['asked', 'second', 'past@10', 'now@10']);
  });

  it('lets an event cancel another of the same time, and itself, and any twice', () => {
    const queue = new EventQueue();
    const seen: string[] = [];
    const own: Timer = queue.at(1, () => {
      seen.push('first');
      own.cancel();
      other.cancel();
      other.cancel();
    });
    const other = queue.at(1, () => seen.push('cancelled'));
    queue.at(2, () => seen.push('last'));
    while (queue.step());
    own.cancel();
    expect(seen).toEqual(['first', 'last']);
    expect(queue.step()).toBe(false);
  });

  it('advances through all that is due, up to and including a time, and stands there', () => {
    const queue = new EventQueue();
    const seen: number[] = [];
    for (const timeNs of [1, 5, 6]) queue.at(timeNs, () => seen.push(timeNs));
    queue.at(5, () => queue.after(0, () => seen.push(5.5)));
    queue.advanceTo(5);
    expect(seen).toEqual([1, 5, 5.5]);
    expect([queue.nowNs(), queue.nextNs()]).toEqual([5, 6]);
    queue.advanceTo(2);
    expect(queue.nowNs()).toBe(5);
    queue.advanceTo(100);
    expect([seen.at(-1), queue.nowNs(), queue.nextNs()]).toEqual([6, 100, undefined]);
  });

  it('says when the next event is, past those that were cancelled', () => {
    const queue = new EventQueue();
    expect(queue.nextNs()).toBeUndefined();
    const cancelled = queue.at(1, () => {});
    queue.at(2, () => {});
    cancelled.cancel();
    expect(queue.nextNs()).toBe(2);
  });

  it('goes on after an event that threw', () => {
    const queue = new EventQueue();
    let ran = false;
    queue.at(1, () => {
      throw new Error('bug');
    });
    queue.at(2, () => {
      ran = true;
    });
    expect(() => queue.step()).toThrow('bug');
    expect(queue.nowNs()).toBe(1);
    queue.step();
    expect(ran).toBe(true);
  });

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('takes no time of %d ns', (timeNs) => {
    expect(() => new EventQueue().at(timeNs, () => {})).toThrow(RangeError);
  });
});
