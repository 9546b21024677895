// What leaves `npm test` is in `npm run test:heavy` in full, and the conformance run counts both.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readReports } from '../../scripts/conformance/testReport.ts';
import { temporaryFolders } from '../files/support/temporary.ts';
import { isHeavy, sampled, spread } from '../support/heavy.ts';
import { fc, prop, runsOf } from '../support/property.ts';

const temporaryFolder = temporaryFolders();

it.each([
  [1, 'a'],
  [2, 'ac'],
  [3, 'abc'],
  [4, 'abcd'],
  [9, 'abcd'],
])('a sample of %i of four rows is %s', (count, rows) => {
  expect(spread([...'abcd'], count).join('')).toBe(rows);
});

prop([fc.array(fc.nat()), fc.integer({ min: 1, max: 50 })])('a sample has as many rows as it says', (rows, count) => {
  expect(spread(rows, count)).toHaveLength(Math.min(rows.length, count));
});

it('the heavy run takes all rows and all runs, with seeds of its own; the other one a sample, always the same', () => {
  expect(sampled([1, 2, 3], 1)).toEqual(isHeavy ? [1, 2, 3] : [1]);
  expect(runsOf(300)).toEqual(isHeavy ? { numRuns: 300 } : { numRuns: 75, seed: expect.any(Number) });
  expect(runsOf().numRuns).toBe(isHeavy ? 100 : 25);
});

it('the heavy run has each file that leaves something to it', () => {
  const project = join(import.meta.dirname, '../..');
  const listed = execFileSync(process.execPath, ['scripts/testHeavy.mjs', '--files'], {
    cwd: project,
    encoding: 'utf8',
  });
  const files = listed.trimEnd().split('\n');
  expect(files).toContain('test/uptane/verification/stolenKeys.test.ts'); // heavy.ts alone
  expect(files).toContain('test/repository/anyBytes.test.ts'); // property.ts alone
  expect(files).toContain('test/tui/panels.test.tsx');
  expect(files).not.toContain('test/bus/link.test.ts');
});

it('a test in both reports is one, which passed if it did in both; a skipped one is none', () => {
  const folder = temporaryFolder();
  const report = (name: string, statuses: Readonly<Record<string, string>>) => {
    const assertionResults = Object.entries(statuses).map(([fullName, status]) => ({ fullName, status }));
    writeFileSync(
      join(folder, name),
      JSON.stringify({ testResults: [{ name: join(folder, 'a.ts'), assertionResults }] }),
    );
    return join(folder, name);
  };
  const plain = report('plain.json', { one: 'passed', two: 'failed', three: 'passed', 'four (skipped: x)': 'pending' });
  const heavy = report('heavy.json', { one: 'passed', two: 'passed', three: 'failed', four: 'passed' });
  const of = (title: string, passed: boolean) => ({ file: 'a.ts', title, passed });
  const all = [of('one', true), of('two', false), of('three', false), of('four', true)];
  expect(readReports(folder, [plain, heavy])).toEqual(all);
});
