// Owns: the tests that mutation testing runs: those of the verification core, without the long ones.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/uptane/**/*.test.ts', 'test/vectors/**/*.test.ts'],
    exclude: [
      'test/uptane/verification/stolenKeys.test.ts',
      'test/uptane/any*.test.ts',
      'test/uptane/json/jsonLimits.test.ts',
    ],
    // All of their tables and runs, not the sample that `npm test` takes.
    env: { ECUNET_HEAVY: '1' },
    testTimeout: 60_000,
    reporters: ['dot'],
  },
});
