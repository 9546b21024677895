import { describe, expect, it } from 'vitest';
import { NS_PER_MS } from '../../../src/core/units.ts';
import { transferBytesPerSecondMin, transferWindowMs } from '../../../src/primary/limits.ts';
import { watchRate } from '../../../src/primary/transfer/rateWatch.ts';

const windowNs = transferWindowMs * NS_PER_MS;
const enough = (transferBytesPerSecondMin * transferWindowMs) / 1000;

/** Whether a transfer of so many bytes every `stepNs` is let go on, for ten windows. */
function letThrough(stepNs: number, bytes: number): boolean {
  const rate = watchRate(0);
  for (let nowNs = stepNs; nowNs <= 10 * windowNs; nowNs += stepNs) if (!rate.passed(bytes, nowNs)) return false;
  return true;
}

describe('the watch over a transfer’s rate', () => {
  it.each([
    ['one byte every 10 ms', 10 * NS_PER_MS, 1, false],
    ['nothing at all', windowNs / 100, 0, false],
    ['a little less than the least rate', windowNs / 100, enough / 100 - 1, false],
    ['the least rate', windowNs / 100, enough / 100, true],
    ['a burst after a long pause within the window', windowNs, enough, true],
  ])('%s [K3]', (_what, stepNs, bytes, expected) => {
    expect(letThrough(stepNs, bytes)).toBe(expected);
  });

  it('does not count what came fast for what comes slowly later [K3]', () => {
    const rate = watchRate(0);
    expect(rate.passed(100 * enough, windowNs)).toBe(true);
    expect(rate.passed(1, windowNs + windowNs / 2)).toBe(true);
    expect(rate.passed(1, 2 * windowNs)).toBe(false);
  });
});
