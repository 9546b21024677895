import { expect, test } from 'vitest';
import { EventQueue } from '../../../src/core/time/clock.ts';
import { NS_PER_MS } from '../../../src/core/units.ts';
import { ChannelTurns } from '../../../src/primary/cycle/channelTurns.ts';
import { channelTurnMsMax } from '../../../src/primary/limits.ts';

function scene() {
  const clock = new EventQueue();
  const turns = new ChannelTurns(clock);
  const started: string[] = [];
  return { clock, started, take: (name: string) => turns.take(() => started.push(name)) };
}

test('one at a time, in the order of asking', () => {
  const { started, take } = scene();
  const [endA, endB, endC] = [take('a'), take('b'), take('c')];
  expect(started).toEqual(['a']);
  endA();
  expect(started).toEqual(['a', 'b']);
  endB();
  endC();
  expect(started).toEqual(['a', 'b', 'c']);
  take('d');
  expect(started).toEqual(['a', 'b', 'c', 'd']);
});

test('who gives up waiting is passed over, and ends nobody else’s turn', () => {
  const { started, take } = scene();
  const endA = take('a');
  const endB = take('b');
  take('c');
  endB();
  expect(started).toEqual(['a']);
  endA();
  expect(started).toEqual(['a', 'c']);
});

test('a turn that is ended twice ends once', () => {
  const { started, take } = scene();
  const endA = take('a');
  take('b');
  take('c');
  endA();
  endA();
  expect(started).toEqual(['a', 'b']);
});

test('a turn that nobody ends is over after its time, and no longer ends another’s [K3]', () => {
  const { clock, started, take } = scene();
  const endA = take('a');
  take('b');
  take('c');
  clock.advanceTo(channelTurnMsMax * NS_PER_MS - 1);
  expect(started).toEqual(['a']);
  clock.advanceTo(channelTurnMsMax * NS_PER_MS);
  expect(started).toEqual(['a', 'b']);
  endA();
  expect(started).toEqual(['a', 'b']);
  clock.advanceTo(2 * channelTurnMsMax * NS_PER_MS);
  expect(started).toEqual(['a', 'b', 'c']);
});
