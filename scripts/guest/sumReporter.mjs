// Owns: the sum of the tests so far, told after each file: a run that is ended from outside (its time limit, a signal) has told its sum.
export default class SumReporter {
  passed = 0;
  failed = 0;

  onTestModuleEnd(module) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') this.passed += 1;
      if (state === 'failed') this.failed += 1;
    }
    // Of a file that could not be loaded there is no test that failed.
    this.failed += module.errors().length;
    console.log(`${this.passed} passed, ${this.failed} failed`);
  }
}
