// Owns: what `npm run test:heavy` does and `npm test` does not: whole sweeps, of which every run takes a fixed part, and tests that
// take seconds. scripts/testHeavy.mjs runs the files that import this one.

/** Whether this run is the heavy one. */
export const isHeavy = process.env.ECUNET_HEAVY === '1';

/** Why a test that takes long is left out of `npm test`; undefined in the heavy run. */
export const leftToHeavy = isHeavy ? undefined : 'npm run test:heavy runs it';

/** `count` rows, or all where there are fewer: the first one, and others as far from each other as can be. */
export function spread<Row>(rows: readonly Row[], count: number): readonly Row[] {
  const picked = new Set(Array.from({ length: count }, (_, index) => Math.floor((index * rows.length) / count)));
  return rows.filter((_, index) => picked.has(index));
}

/** All rows in the heavy run, otherwise `count` of them, always the same ones. */
export function sampled<Row>(rows: readonly Row[], count: number): readonly Row[] {
  return isHeavy ? rows : spread(rows, count);
}
