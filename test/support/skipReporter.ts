// Owns: the closing words of a test run on what it did not test, and why. A test skipped without a reason fails the run.
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { reasonIn } from './skips.ts';

export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const reasons = new Map<string, number>();
    for (const test of modules.flatMap((module) => [...module.children.allTests('skipped')])) {
      const reason = reasonIn(test.fullName);
      if (reason === undefined) this.unreasoned(test);
      else reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    for (const [reason, count] of reasons) console.log(`skipped ${count}: ${reason}`);
  }

  private unreasoned(test: TestCase): void {
    console.error(`skipped without a reason: ${test.module.relativeModuleId} ${test.fullName}`);
    process.exitCode = 1;
  }
}
