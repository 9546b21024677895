// Owns: what the tests said: one run of them, or the report of one that was made already.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

export interface TestVerdict {
  /** From the project's root. */
  readonly file: string;
  /** With the titles of its suites. */
  readonly title: string;
  readonly passed: boolean;
}

/** As vitest's JSON reporter writes it. */
interface JsonReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Runs the tests that need no special kernel, and returns the path of the report and a function that removes it. */
export function runTests(project: string): { readonly path: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'ecunet-conformance-'));
  const path = join(folder, 'report.json');
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=json'];
  const exclusions = ['--exclude=test/guest/**', '--exclude=**/*.socketcan.test.ts'];
  spawnSync(process.execPath, [...args, `--outputFile.json=${path}`, ...exclusions], {
    cwd: project,
    stdio: 'inherit',
  });
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}

/** The tests that ran, each once: one in several reports passed if it did in all. */
export function readReports(project: string, paths: readonly string[]): readonly TestVerdict[] {
  const verdicts = new Map<string, TestVerdict>();
  for (const verdict of paths.flatMap((path) => readReport(project, path))) {
    const key = `${verdict.file} ${verdict.title}`;
    const before = verdicts.get(key);
    verdicts.set(key, { ...verdict, passed: verdict.passed && before?.passed !== false });
  }
  return [...verdicts.values()];
}

/** Those of one report. One that was skipped shows nothing, and is not among them. */
function readReport(project: string, path: string): readonly TestVerdict[] {
  if (!existsSync(path)) throw new Error(`${path}: the tests left no report`);
  const report = JSON.parse(readFileSync(path, 'utf8')) as JsonReport;
  return report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'passed' || status === 'failed')
      .map(({ fullName, status }) => ({
        file: relative(project, name),
        title: fullName.trim(),
        passed: status === 'passed',
      })),
  );
}
