// Owns: the closing line of CI: the tests of a vitest report and of logs that end with `N passed, N failed`, added up.
import { existsSync, readFileSync } from 'node:fs';

let passed = 0;
let failed = 0;
let skipped = 0;
for (const path of process.argv.slice(2)) {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const line = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm.exec(text.split('\n').toReversed().join('\n'));
  if (path.endsWith('.json') && text !== '') {
    const report = JSON.parse(text);
    passed += report.numPassedTests;
    failed += report.numFailedTests + report.numFailedTestSuites * (report.numFailedTests === 0 ? 1 : 0);
    skipped += report.numPendingTests;
  } else if (line !== null) {
    passed += Number(line[1]);
    failed += Number(line[2]);
    skipped += Number(line[3] ?? 0);
  } else {
    failed += 1; // it ended before it could count
  }
}
console.log(`${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`);
