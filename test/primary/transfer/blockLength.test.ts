import { expect, test } from 'vitest';
import { imageBlockBytesMin } from '../../../src/core/limits.ts';
import { NS_PER_MS } from '../../../src/core/units.ts';
import { imageBlockFirstBytes, imageBlockMsMax, imageBlockMsMin } from '../../../src/primary/limits.ts';
import { BlockLength } from '../../../src/primary/transfer/blockLength.ts';

/** The lengths of blocks on a bus that carries so many bytes a second. */
function lengths(bytesPerSecond: number, bytesMax: number, blocks: number): number[] {
  const length = new BlockLength(bytesMax);
  return Array.from({ length: blocks }, () => {
    const { bytes } = length;
    length.left(Math.round((bytes * 1e9) / bytesPerSecond));
    return bytes;
  });
}

test.each([
  ['CAN, 125 kbit/s', 7300, 32_768, [4096, 2048, 2048]],
  ['CAN, 500 kbit/s', 29_400, 32_768, [4096, 4096, 4096]],
  ['CAN FD, 500k/2M', 178_000, 32_768, [4096, 8192, 16_384, 16_384]],
  ['100BASE-T1', 12_000_000, 32_768, [4096, 8192, 16_384, 32_768, 32_768]],
  ['an ECU that takes 1,000 bytes', 178_000, 1000, [1000, 1000]],
  ['an ECU that takes 8 bytes', 100, 8, [8, 8]],
])('%s', (_, bytesPerSecond, bytesMax, expected) => {
  expect(lengths(bytesPerSecond, bytesMax, expected.length)).toEqual(expected);
});

test('comes to rest where a block takes between the two bounds', () => {
  for (const bytesPerSecond of [1000, 5000, 20_000, 80_000, 300_000]) {
    const bytes = lengths(bytesPerSecond, 1 << 20, 20).at(-1) ?? 0;
    const tookMs = (1000 * bytes) / bytesPerSecond;
    expect(tookMs).toBeGreaterThanOrEqual(imageBlockMsMin);
    expect(tookMs).toBeLessThanOrEqual(imageBlockMsMax);
  }
});

test('halves with each block that does not arrive, down to the least, and grows again', () => {
  const length = new BlockLength(32_768);
  length.failed(length.bytes);
  expect(length.bytes).toBe(imageBlockFirstBytes / 2);
  for (let failures = 0; failures < 20; failures += 1) length.failed(length.bytes);
  expect(length.bytes).toBe(imageBlockBytesMin);
  for (let blocks = 0; blocks < 32; blocks += 1) length.left(NS_PER_MS);
  expect(length.bytes).toBe(2 * imageBlockBytesMin);
});

test('is tried ever more rarely where a certain length never gets through, and is at rest below it', () => {
  const length = new BlockLength(8192);
  /** Longer blocks than that are lost, as with a short queue on the way. */
  const most = 1000;
  const failures: number[] = [];
  for (let block = 0; block < 400; block += 1) {
    if (length.bytes <= most) length.left(NS_PER_MS);
    else {
      failures.push(block);
      length.failed(length.bytes);
    }
  }
  expect(failures.length).toBeLessThan(20);
  const gaps = failures.slice(1).map((at, index) => at - (failures[index] ?? 0));
  expect(gaps.toSorted((a, b) => a - b)).toEqual(gaps);
});

test('is half of what was sent where the last block, shorter than the others, does not arrive', () => {
  const length = new BlockLength(32_768);
  length.failed(100);
  expect(length.bytes).toBe(50);
});
