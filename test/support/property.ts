// Owns: properties as tests, over fast-check alone: loading @fast-check/vitest takes seconds in every test file.
import fc from 'fast-check';
import { it } from 'vitest';
import { isHeavy } from './heavy.ts';

/** fast-check's own, where a property names none. */
const runsUsual = 100;
/** Of the runs that a property is worth, those of `npm test`; always the same ones. */
const sampleShare = 0.25;
const sampleSeed = 20;

/**
 * All runs that a property is worth, each time with another seed, in the heavy run; otherwise a quarter, always with the same seed.
 */
export function runsOf(numRuns = runsUsual): { readonly numRuns: number; readonly seed?: number } {
  return isHeavy ? { numRuns } : { numRuns: Math.ceil(numRuns * sampleShare), seed: sampleSeed };
}

type Check<Args extends readonly unknown[]> = (...values: Args) => void | Promise<void>;
type Property<Args extends readonly unknown[]> = (title: string, check: Check<Args>) => void;

/**
 * `prop([fc.nat()])('title', (n) => { ... })`, or `prop({ n: fc.nat() })('title', ({ n }) => { ... })`. A failure prints its
 * seed, and the smallest input found.
 */
export function prop<Args extends [unknown, ...unknown[]]>(
  arbitraries: { [Index in keyof Args]: fc.Arbitrary<Args[Index]> },
  options?: fc.Parameters<unknown>,
): Property<Args>;
export function prop<Values extends Record<string, unknown>>(
  arbitraries: { [Name in keyof Values]: fc.Arbitrary<Values[Name]> },
  options?: fc.Parameters<unknown>,
): Property<[Values]>;
export function prop(arbitraries: object, options: fc.Parameters<unknown> = {}): Property<unknown[]> {
  const values: fc.Arbitrary<unknown[]> = Array.isArray(arbitraries)
    ? fc.tuple(...arbitraries)
    : fc.record(arbitraries as Record<string, fc.Arbitrary<unknown>>).map((record) => [record]);
  return (title, check) => {
    it(title, () =>
      fc.assert(
        fc.asyncProperty(values, async (drawn) => check(...drawn)),
        { ...options, ...runsOf(options.numRuns) } as object,
      ),
    );
  };
}

export { fc };
