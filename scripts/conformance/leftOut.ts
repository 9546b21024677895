// Owns: running the tests of a clause against a source in which that one check is left out. The working tree stays as it is: the
// altered text is served by vitest's own module server.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVitest, type Vitest } from 'vitest/node';
import type { LeftOut } from '../../test/conformance/leftOut.ts';
import { citing } from './clauses.ts';

export interface LeftOutVerdict {
  readonly clause: string;
  /** What was taken out, for a person to find it. */
  readonly edited: string;
  /** Titles of the tests that failed without the check; properties, whose values are drawn, do not count. */
  readonly failed: readonly string[];
  /** Why the row itself is wrong: it no longer fits the source, or what it makes of it is no program. */
  readonly problem?: string;
}

/** Of vitest's servers, on two cores: each spends part of its time waiting for its tests' process. */
const atOnce = 3;
const testTimeout = 60_000;

/** The verdicts in the order of the rows. `filesOf`: the test files known to cite a clause. */
export async function runLeftOut(
  project: string,
  rows: readonly LeftOut[],
  filesOf: (clause: string) => readonly string[],
  judged: (verdict: LeftOutVerdict) => void,
): Promise<readonly LeftOutVerdict[]> {
  const verdicts = new Map<LeftOut, LeftOutVerdict>();
  const waiting = [...rows];
  const work = async () => {
    const altered = new Map<string, string>();
    const vitest = await startServer(project, altered);
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
      const edited = row.edits.map(({ file, find }) => `${file}: ${find}`).join('; ');
      const verdict = {
        clause: row.clause,
        edited,
        ...(await runRow(project, vitest, altered, row, filesOf(row.clause))),
      };
      verdicts.set(row, verdict);
      judged(verdict);
    }
    await vitest.close();
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return rows.flatMap((row) => verdicts.get(row) ?? []);
}

async function startServer(project: string, altered: ReadonlyMap<string, string>): Promise<Vitest> {
  const options = {
    root: project,
    watch: false,
    reporters: [{}],
    maxWorkers: 1,
    testTimeout,
    // Each run must load the source as it is altered then.
    isolate: true,
    coverage: { enabled: false },
  };
  return await createVitest('test', options, {
    plugins: [{ name: 'left-out', enforce: 'pre', load: (id) => altered.get(id) }],
  });
}

async function runRow(
  project: string,
  vitest: Vitest,
  altered: Map<string, string>,
  row: LeftOut,
  files: readonly string[],
): Promise<Omit<LeftOutVerdict, 'clause' | 'edited'>> {
  const texts = alter(project, row);
  if (typeof texts === 'string') return { failed: [], problem: texts };
  const touched = [...altered.keys(), ...texts.keys()];
  altered.clear();
  for (const [path, text] of texts) altered.set(path, text);
  for (const path of touched) vitest.invalidateFile(path);
  const testNamePattern = citing(row.clause);
  const specifications = files.map((file) =>
    vitest.getRootProject().createSpecification(join(project, file), { testNamePattern }),
  );
  // of no specification vitest would tell the results of the last run
  if (specifications.length === 0) return { failed: [] };
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
  const failed: string[] = [];
  const broken = testModules.flatMap((module) => module.errors().map(({ message }) => message));
  for (const test of testModules.flatMap((module) => [...module.children.allTests('failed')])) {
    if (!testNamePattern.test(test.fullName)) continue;
    const errors = test.result().errors ?? [];
    const error = errors.find(isNoVerdict);
    if (error !== undefined) broken.push(error.message);
    else if (!errors.some(isChance)) failed.push(test.fullName);
  }
  const [problem] = [...broken, ...unhandledErrors.map((error) => String((error as Error).message ?? error))];
  return { failed, ...(problem !== undefined && { problem: `the altered source does not run: ${problem}` }) };
}

/** A test that failed for its source is no program, or has no end, did not miss the check. */
function isNoVerdict({ name, message }: { readonly name?: string | undefined; readonly message: string }): boolean {
  return name === 'ReferenceError' || name === 'SyntaxError' || /timed out in \d+ms/.test(message);
}

/** A property that failed for the values that it drew: others may not miss the check, and the page must not change by chance. */
function isChance({ message }: { readonly message: string }): boolean {
  return message.startsWith('Property failed');
}

/** The altered texts by path, or why the row does not fit the source. */
function alter(project: string, { edits }: LeftOut): ReadonlyMap<string, string> | string {
  const texts = new Map<string, string>();
  for (const { file, find, replace } of edits) {
    const path = join(project, file);
    const parts = (texts.get(path) ?? readFileSync(path, 'utf8')).split(find);
    if (parts.length !== 2) return `${file} has ${parts.length - 1} times, not once: ${find}`;
    texts.set(path, parts.join(replace));
  }
  return texts;
}
