import { expect, it } from 'vitest';
import { processorSeconds, slowest } from '../support/timeReporter.ts';

it('the slowest files are named first, ten at most, and none that took less than a second', () => {
  const times = Array.from({ length: 14 }, (_, index) => ({ file: `${index}.test.ts`, ms: 1000 * (index - 1) }));
  const lines = slowest(times);
  expect(lines).toHaveLength(10);
  expect(lines[0]).toBe('   12.0 s  13.test.ts');
  expect(slowest([{ file: 'a.test.ts', ms: 999 }])).toEqual([]);
});

it.each([
  ['1234 (node) S 1 1 1 0 -1 4194304 9 8 7 6 150 50 1000 800 20 0 11 0 5', 20],
  ['1 (a) b (c) R 1 1 1 0 -1 4194304 9 8 7 6 1 2 3 4 20 0', 0.1],
  ['', undefined],
  ['1 (node) S 1 2', undefined],
])('the processor time in %j is %s s', (stat, seconds) => {
  expect(processorSeconds(stat)).toBe(seconds);
});
