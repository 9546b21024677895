// Owns: `npm run test:nodes`: the pure test suites and the traces of all scenarios on each version of Node that ecunet is held to.
// What runs, and what does not, is in suites.ts; the versions are in binaries.ts.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { binaryOf, nodeVersions, whyNotHere } from './binaries.ts';
import { compareVersions, firstDifference, type ScenarioRun, type ScenarioVerdict } from './compare.ts';
import { runSuites } from './suites.ts';

const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const cache = join(project, '.cache/nodes');
/** Of a line of a trace, where two differ. */
const shownCharacters = 160;

interface Prepared {
  readonly version: string;
  readonly binary: string;
}

/** Executes digests.ts on one Node; false where it failed, which stderr tells of. */
function digests({ binary }: Prepared, ...args: readonly string[]): boolean {
  const command = ['--import', 'tsx', join(project, 'scripts/nodes/digests.ts'), ...args];
  return spawnSync(binary, command, { cwd: project, stdio: 'inherit' }).status === 0;
}

function runScenarios(prepared: Prepared, folder: string): readonly ScenarioRun[] {
  const file = join(folder, 'digests.json');
  if (!digests(prepared, file)) return [];
  return JSON.parse(readFileSync(file, 'utf8')) as ScenarioRun[];
}

/** Where the traces of one scenario first differ, in three lines. */
function showDifference({ scenario, differ }: ScenarioVerdict, nodes: readonly Prepared[], folder: string): void {
  const texts = (differ ?? []).flatMap((version) => {
    const prepared = nodes.find((node) => node.version === version);
    const file = join(folder, `${version}.jsonl`);
    if (prepared === undefined || !digests(prepared, file, scenario)) return [];
    return [{ version, text: readFileSync(file, 'utf8') }];
  });
  const [left, right] = texts;
  if (left === undefined || right === undefined) return;
  const first = firstDifference(left.text, right.text);
  if (first === undefined) return;
  const shown = (line: string | undefined) => line?.slice(0, shownCharacters) ?? 'has ended';
  console.log(`  first in line ${first.line} of the trace (ecunet run ${scenario} --trace FILE):`);
  console.log(`  ${left.version}: ${shown(first.left)}\n  ${right.version}: ${shown(first.right)}`);
}

function prepare(): { readonly nodes: readonly Prepared[]; readonly failed: number } {
  const nodes: Prepared[] = [];
  for (const wanted of nodeVersions) {
    try {
      nodes.push({ version: wanted.version, binary: binaryOf(wanted, cache) });
    } catch (error) {
      console.log(`FAIL Node ${wanted.version}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return { nodes, failed: nodeVersions.length - nodes.length };
}

/** How many passed and how many failed: tests on each version, and scenarios compared. */
function testNodes(folder: string): { readonly passed: number; readonly failed: number } {
  const { nodes, failed: missing } = prepare();
  let [passed, failed] = [0, missing];
  const versions = nodes.map((prepared) => {
    const suites = runSuites(prepared.binary, project, folder);
    passed += suites.passed;
    failed += suites.failed.length;
    const runs = runScenarios(prepared, folder);
    const verdict = suites.failed.length === 0 ? 'ok  ' : 'FAIL';
    console.log(`${verdict} Node ${prepared.version}: ${suites.passed} tests passed, ${suites.failed.length} failed`);
    for (const line of suites.failed) console.log(`  ${line}`);
    return { version: prepared.version, runs };
  });
  for (const verdict of compareVersions(versions)) {
    const { scenario, problem } = verdict;
    if (problem === undefined) passed += 1;
    else failed += 1;
    console.log(problem === undefined ? `ok   ${scenario}` : `FAIL ${scenario}: ${problem}`);
    if (verdict.differ !== undefined) showDifference(verdict, nodes, folder);
  }
  const withoutRuns = versions.filter(({ runs }) => runs.length === 0).length;
  return { passed, failed: failed + withoutRuns };
}

function glibcVersion(): string | undefined {
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime;
}

const reason = whyNotHere(process.platform, process.arch, glibcVersion());
if (reason !== undefined) {
  console.log(`test:nodes: left out: ${reason}`);
  console.log('0 passed, 0 failed');
} else {
  const folder = mkdtempSync(join(tmpdir(), 'ecunet-nodes-'));
  try {
    const { passed, failed } = testNodes(folder);
    console.log(`${passed} passed, ${failed} failed`);
    process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
