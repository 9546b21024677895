import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // One more than there are processors: tests in real time, and of other programs, mostly wait.
    maxWorkers: availableParallelism() + 1,
    // A worker keeps what it has loaded: the same modules serve all files, none of which holds a test's state.
    isolate: false,
    restoreMocks: true,
    globalSetup: ['./test/support/builtCommand.ts'],
    // Tests that start processes wait for them on machines that are busy with something else.
    testTimeout: 60_000,
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    reporters: ['default', './test/support/skipReporter.ts', './test/support/timeReporter.ts'],
    coverage: { provider: 'v8', include: ['src/**/*.{ts,tsx}'], reporter: ['text-summary', 'json-summary'] },
  },
});
