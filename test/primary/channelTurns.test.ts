import { expect, test } from 'vitest';
import { ChannelTurns } from '../../src/primary/channelTurns.ts';

function scene() {
  const turns = new ChannelTurns();
  const started: string[] = [];
  return { started, take: (name: string) => turns.take(() => started.push(name)) };
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
