import { expect, test } from 'vitest';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { DeadlineTimer } from '../../../src/core/time/deadlineTimer.ts';

function started() {
  const clock = new EventQueue();
  const expiries: number[] = [];
  const timer = new DeadlineTimer(clock, () => expiries.push(clock.nowNs()));
  return { clock, expiries, timer };
}

test('expires once, at the latest deadline set, whether that moved later or earlier', () => {
  const { clock, expiries, timer } = started();
  timer.set(100);
  timer.set(300);
  timer.set(200);
  clock.advanceTo(1000);
  expect(expiries).toEqual([200]);
  timer.set(1500);
  timer.set(1200);
  clock.advanceTo(2000);
  expect(expiries).toEqual([200, 1200]);
});

test('a deadline that moves later a thousand times leaves one event pending', () => {
  const { clock, expiries, timer } = started();
  for (let deadlineNs = 100; deadlineNs < 1100; deadlineNs += 1) timer.set(deadlineNs);
  let events = 0;
  while (clock.step()) events += 1;
  expect(events).toBe(2);
  expect(expiries).toEqual([1099]);
});

test('cancelled, it leaves nothing in the clock', () => {
  const { clock, expiries, timer } = started();
  timer.set(100);
  timer.cancel();
  expect(clock.nextNs()).toBeUndefined();
  timer.cancel();
  expect(expiries).toEqual([]);
});
