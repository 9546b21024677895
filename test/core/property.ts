// Owns: properties as tests, over fast-check alone: loading @fast-check/vitest takes seconds in every test file.
import fc from 'fast-check';
import { it } from 'vitest';

type Arbitraries<T extends unknown[]> = { [index in keyof T]: fc.Arbitrary<T[index]> };

/** `prop([fc.nat()])('title', (n) => { ... })`. A failure prints its seed, and the smallest input found. */
export function prop<T extends [unknown, ...unknown[]]>(
  arbitraries: Arbitraries<T>,
  options: fc.Parameters<T> = {},
): (title: string, check: (...values: T) => void) => void {
  return (title, check) => {
    const values = fc.tuple(...arbitraries) as unknown as fc.Arbitrary<T>;
    it(title, () =>
      fc.assert(
        fc.property(values, (drawn) => check(...drawn)),
        options as object,
      ),
    );
  };
}

export { fc };
