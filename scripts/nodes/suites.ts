// Owns: which tests are run on every version of Node, and running them on one.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * The rooms without I/O whose results could depend on Node: what it computes for us (crypto), and what it parses, sorts and prints
 * (the rest). How buses, Primary and Secondaries behave is in the traces of the scenarios, which are compared byte for byte.
 */
const folders = ['test/core', 'test/crypto', 'test/messages', 'test/uptane', 'test/ecu', 'test/repository'];
/** Searches with many draws and bounds on processor time: they say more about ecunet than about Node. */
const left = ['**/any*.test.ts', '**/stolenKeys.test.ts', '**/jsonLimits.test.ts'];

/** As vitest's JSON reporter writes it. */
interface JsonReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
}

export interface SuitesVerdict {
  readonly passed: number;
  /** A line for each test, or file, that failed. */
  readonly failed: readonly string[];
}

/** Runs the tests on the Node at `binary`. */
export function runSuites(binary: string, project: string, folder: string): SuitesVerdict {
  const file = join(folder, 'suites.json');
  rmSync(file, { force: true });
  const args = [
    ...[join(project, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=json', `--outputFile.json=${file}`],
    ...[...left.map((pattern) => `--exclude=${pattern}`), ...folders],
  ];
  const env = { ...process.env, ECUNET_HEAVY: '1' };
  const { status } = spawnSync(binary, args, { cwd: project, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const verdict = existsSync(file) ? readVerdict(readFileSync(file, 'utf8'), project) : { passed: 0, failed: [] };
  if (status === 0 && verdict.passed > 0) return verdict;
  return verdict.failed.length > 0 ? verdict : { ...verdict, failed: [`vitest ended with exit code ${status}`] };
}

/** What a report says. A file that could not be loaded has no tests, and failed. */
export function readVerdict(text: string, project: string): SuitesVerdict {
  const { testResults } = JSON.parse(text) as JsonReport;
  const failed = testResults.flatMap(({ name, message = '', assertionResults }) => {
    const path = relative(project, name);
    if (assertionResults.length === 0) return [`${path}: ${firstLine(message)}`];
    return assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `${path}: ${fullName.trim()}: ${firstLine(failureMessages?.[0] ?? '')}`);
  });
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  return { passed: tests.filter(({ status }) => status === 'passed').length, failed };
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
