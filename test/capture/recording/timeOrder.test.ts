import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TimeOrder } from '../../../src/capture/recording/timeOrder.ts';
import { prop } from '../../support/property.ts';

function ordered(times: readonly number[], disorderNsMax: number, waitingMax: number, askEvery = 1) {
  const order = new TimeOrder<{ atNs: number; at: number }>({ disorderNsMax, waitingMax });
  const late: number[] = [];
  const out = times.flatMap((atNs, at) => {
    if (!order.add({ atNs, at })) late.push(at);
    return at % askEvery === 0 ? order.ready() : [];
  });
  return { out: [...out, ...order.rest()], late };
}

test.each<[string, number[], number[], number[]]>([
  ['in order', [1, 2, 3], [1, 2, 3], []],
  ['within the bound', [10, 5, 7, 20], [5, 7, 10, 20], []],
  ['at the bound', [10, 0], [0, 10], []],
  ['beyond it', [11, 0, 12], [11, 12], [1]],
])('%s', (_, times, out, late) => {
  const got = ordered(times, 10, 100);
  expect([got.out.map(({ atNs }) => atNs), got.late]).toEqual([out, late]);
});

test('equal times stay in the order in which they came', () => {
  expect(ordered([5, 5, 3, 5], 10, 100).out.map(({ at }) => at)).toEqual([2, 0, 1, 3]);
  expect(ordered([10, 5, 5, 7], 10, 100).out.map(({ at }) => at)).toEqual([1, 2, 3, 0]);
});

test('no more wait than may', () => {
  const order = new TimeOrder({ disorderNsMax: 1000, waitingMax: 3 });
  for (let atNs = 1; atNs <= 10; atNs += 1) order.add({ atNs });
  expect(order.ready()).toHaveLength(7);
  expect(order.add({ atNs: 2 })).toBe(false);
});

prop([fc.array(fc.nat(50), { maxLength: 200 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 9 })])(
  'what comes out is in order, is all but what came late, and does not depend on when it is asked for',
  (times, bound, askEvery) => {
    const often = ordered(times, bound, 30);
    const seldom = ordered(times, bound, 30, askEvery);
    expect(seldom).toEqual(often);
    expect(often.out.map(({ atNs }) => atNs)).toEqual(often.out.map(({ atNs }) => atNs).toSorted((a, b) => a - b));
    expect(often.out.length + often.late.length).toBe(times.length);
  },
);
