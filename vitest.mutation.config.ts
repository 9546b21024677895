// Owns: the tests that mutation testing runs: those of the verification core, without the long ones.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/uptane/**/*.test.ts', 'test/vectors/**/*.test.ts'],
    reporters: ['dot'],
  },
});
