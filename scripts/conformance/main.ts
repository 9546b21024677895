// Owns: `npm run conformance`: holds the tests to the list of clauses, and writes docs/conformance.md.
//
//   npm run conformance -- [--report FILE]... [--check] [--only S3,V4]
//
// --report: of a run of the tests with vitest's JSON reporter, so that they need not run again; given twice for `npm test` and
// `npm run test:heavy`, which together are all of the tests. --check: compares the page and writes
// nothing. --only: leaves out these checks and no more, and judges nothing else.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { leftOut } from '../../test/conformance/leftOut.ts';
import { type Clause, citedIn, readClauses } from './clauses.ts';
import { type LeftOutVerdict, runLeftOut } from './leftOut.ts';
import { type ClauseVerdict, conformancePage, summary } from './page.ts';
import { readReports, runTests, type TestVerdict } from './testReport.ts';

const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const clausesFile = 'docs/clauses.md';
const pageFile = 'docs/conformance.md';
/** The groups whose every clause is a check that can be left out. */
const verification = /^[PQRSTUVWXY]\d/;

const { values } = parseArgs({
  options: { report: { type: 'string', multiple: true }, check: { type: 'boolean' }, only: { type: 'string' } },
});
const only = values.only?.split(',');
// All tests count here, those of the heavy run too: vitest's processes have this environment.
process.env.ECUNET_HEAVY = '1';

function testVerdicts(): readonly TestVerdict[] {
  if (values.report !== undefined) return readReports(project, values.report);
  const made = runTests(project);
  try {
    return readReports(project, [made.path]);
  } finally {
    made.remove();
  }
}

/** The tests that cite each clause, in order; a title that cites what is no clause is a problem. */
function citations(tests: readonly TestVerdict[], clauses: readonly Clause[], problems: string[]) {
  const cited = new Map<string, TestVerdict[]>(clauses.map(({ id }) => [id, []]));
  const keyed = tests.map((test) => ({ key: `${test.file} ${test.title}`, test }));
  for (const { test } of keyed.sort((a, b) => (a.key < b.key ? -1 : 1))) {
    const { ids, malformed } = citedIn(test.title);
    for (const id of ids) {
      if (cited.has(id)) cited.get(id)?.push(test);
      else problems.push(`${test.file}: ${test.title}: ${id} is no clause`);
    }
    for (const text of malformed) problems.push(`${test.file}: ${test.title}: [${text}] is no citation`);
  }
  return cited;
}

function judge({ clause, tests, failedWithout }: ClauseVerdict, without: readonly LeftOutVerdict[]): readonly string[] {
  const problems: string[] = [];
  if (tests.length === 0) problems.push(`${clause.id}: no test cites it`);
  for (const { file, title, passed } of tests) if (!passed) problems.push(`${clause.id}: fails: ${file}: ${title}`);
  if (failedWithout?.length === 0)
    problems.push(`${clause.id}: test/conformance/leftOut.ts does not say how to leave it out`);
  for (const { edited, failed, problem } of without) {
    if (problem !== undefined) problems.push(`${clause.id}: left out: ${problem}`);
    else if (failed.length === 0) problems.push(`${clause.id}: no test that cites it misses: ${edited}`);
  }
  return problems;
}

async function main(): Promise<readonly string[]> {
  const problems: string[] = [];
  const clauses = readClauses(join(project, clausesFile));
  const cited = citations(testVerdicts(), clauses, problems);
  const filesOf = (id: string) => [...new Set(cited.get(id)?.map(({ file }) => file))];

  const rows = leftOut.filter(({ clause }) => only?.includes(clause) ?? true);
  for (const { clause } of rows) if (!cited.has(clause)) problems.push(`left out: ${clause} is no clause`);
  const without = await runLeftOut(project, rows, filesOf, ({ clause, failed, problem }) =>
    console.log(`without ${clause.padEnd(6)} ${problem ?? `${failed.length} tests fail`}`),
  );
  const withoutOf = (id: string) => without.filter(({ clause }) => clause === id);

  const verdicts = clauses
    .filter(({ id, binds }) => binds !== 'document' && (only?.includes(id) ?? true))
    .map((clause): ClauseVerdict => {
      const counts = withoutOf(clause.id).map(({ failed }) => failed.length);
      const failedWithout = verification.test(clause.id) ? counts : undefined;
      return { clause, tests: cited.get(clause.id) ?? [], failedWithout };
    });
  for (const verdict of verdicts) problems.push(...judge(verdict, withoutOf(verdict.clause.id)));
  if (only === undefined) {
    keepPage(conformancePage(verdicts), problems);
    console.log(summary(verdicts));
  }
  return problems;
}

function keepPage(page: string, problems: string[]): void {
  const path = join(project, pageFile);
  if (values.check !== true) writeFileSync(path, page);
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== page)
    problems.push(`${pageFile} is not up to date: npm run conformance`);
}

const problems = await main();
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? 'conformance: good' : `conformance: ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
