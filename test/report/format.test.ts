import { describe, expect, test } from 'vitest';
import { NS_PER_MS, NS_PER_S } from '../../src/core/units.ts';
import {
  barCells,
  formatBitrate,
  formatBytes,
  formatCount,
  formatPercent,
  formatSpeed,
  formatTime,
  formatWallTime,
  plural,
  sparkline,
  stateWords,
} from '../../src/report/format.ts';
import { fc, prop } from '../support/property.ts';

describe('words for numbers', () => {
  test.each([
    [formatTime(0), '0:00.000'],
    [formatTime(12_345.9 * NS_PER_MS), '0:12.345'],
    [formatTime(61 * NS_PER_S), '1:01.000'],
    [formatTime(3_723 * NS_PER_S), '1:02:03.000'],
    [formatWallTime(12.4), '12 ms'],
    [formatWallTime(999.6), '1.0 s'],
    [formatWallTime(59_960), '1 min 0 s'],
    [formatWallTime(125_000), '2 min 5 s'],
    [formatBytes(0), '0 B'],
    [formatBytes(1023), '1023 B'],
    [formatBytes(1024), '1 KiB'],
    [formatBytes(1536), '1.5 KiB'],
    [formatBytes(64 * 1024), '64 KiB'],
    [formatBytes(2.5 * 1024 * 1024), '2.5 MiB'],
    [formatCount(999), '999'],
    [formatCount(1_234_567), '1,234,567'],
    [plural(1, 'bus', 'buses'), '1 bus'],
    [plural(1200, 'message'), '1,200 messages'],
    [formatBitrate(500_000), '500k'],
    [formatBitrate(2_000_000), '2M'],
    [formatBitrate(83_333), '83.3k'],
    [formatSpeed(0.125), '×0.125'],
    [formatSpeed(1000), '×1000'],
    [formatPercent(0), '0%'],
    [formatPercent(0.001), '<1%'],
    [formatPercent(0.999), '99%'],
    [formatPercent(1), '100%'],
  ])('%s', (actual, expected) => {
    expect(actual).toBe(expected);
  });

  test.each([
    ['idle', 'idle'],
    ['collectingReports', 'collecting reports'],
    ['verifyingMetadata', 'verifying metadata'],
    ['updating.receivingImage', 'receiving image'],
    ['distributingMetadata', 'sending metadata'],
    ['closing', 'reporting back'],
  ])('state %s', (state, expected) => {
    expect(stateWords(state)).toBe(expected);
  });
});

describe('bars', () => {
  test.each([
    [0, 4, ''],
    [0.0001, 4, '▏'],
    [0.5, 4, '██'],
    [0.53125, 4, '██▏'],
    [0.9999, 4, '███▉'],
    [1, 4, '████'],
    [7, 4, '████'],
    [-1, 4, ''],
  ])('%d of %d cells', (fraction, cells, expected) => {
    expect(barCells(fraction, cells)).toBe(expected);
  });

  prop([fc.double({ noNaN: true, min: 0, max: 1 }), fc.integer({ min: 1, max: 60 })])(
    'a bar is full only when all is there, and empty only when nothing is',
    (fraction, cells) => {
      const bar = barCells(fraction, cells);
      expect(bar.length).toBeLessThanOrEqual(cells);
      expect(bar === '█'.repeat(cells)).toBe(fraction === 1);
      expect(bar === '').toBe(fraction === 0);
    },
  );

  test.each([
    [[0, 0.5, 1], 3, '▁▄█'],
    [[0, 0.5, 1], 5, '  ▁▄█'],
    [[0, 0.5, 1], 2, '▄█'],
    [[], 2, '  '],
  ])('history %j in %d cells', (history, cells, expected) => {
    expect(sparkline(history, cells)).toBe(expected);
  });
});
