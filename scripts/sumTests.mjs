// Owns: the closing line of CI: the tests of vitest's JSON reports and of logs that end with `N passed, N failed`, added up. The
// first argument is how many steps failed: where no test accounts for that, the steps do.
import { readFileSync } from 'node:fs';

const [failedSteps, ...paths] = process.argv.slice(2);
let passed = 0;
let failed = 0;
let skipped = 0;
for (const path of paths) {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    continue; // it ended before it could count: its step failed
  }
  if (path.endsWith('.json')) {
    const report = JSON.parse(text);
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    skipped += report.numPendingTests;
  } else {
    const last = [...text.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1);
    passed += Number(last?.[1] ?? 0);
    failed += Number(last?.[2] ?? 0);
  }
}
if (failed === 0) failed = Number(failedSteps);
console.log(`${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`);
