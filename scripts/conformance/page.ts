// Owns: the words of docs/conformance.md. The same verdicts give the same bytes: no times, everything in order.
import type { Clause } from './clauses.ts';
import type { TestVerdict } from './testReport.ts';

export interface ClauseVerdict {
  readonly clause: Clause;
  /** In the order in which they are shown. */
  readonly tests: readonly TestVerdict[];
  /** How many of them failed without the check, part by part; undefined for a clause that is not about verification. */
  readonly failedWithout: readonly number[] | undefined;
}

/** Of one clause, for each file. */
const titlesShown = 6;

const opening = `# Conformance

What \`npm run conformance\` found: every clause of [clauses.md](clauses.md) that binds software, the tests that cite it, and for each clause
of the verification how many of them fail when that one check is left out of the source (\`test/conformance/leftOut.ts\`), or one after
the other its parts. Properties, whose values are drawn, are not counted there.
This page is written by that command; CI compares it.
`;

export function conformancePage(verdicts: readonly ClauseVerdict[]): string {
  const groups = new Set(verdicts.map(({ clause }) => clause.group));
  const sections = [...groups].map((group) =>
    section(
      group,
      verdicts.filter(({ clause }) => clause.group === group),
    ),
  );
  return [opening, summary(verdicts), ...sections].join('\n');
}

/** How the figures add up, in one line. */
export function summary(verdicts: readonly ClauseVerdict[]): string {
  const shown = verdicts.filter(({ tests }) => tests.length > 0 && tests.every(({ passed }) => passed)).length;
  const checks = verdicts.filter(({ failedWithout }) => failedWithout !== undefined);
  const missed = checks.filter(({ failedWithout }) => isMissed(failedWithout)).length;
  const cited = new Set(verdicts.flatMap(({ tests }) => tests.map(({ file, title }) => `${file} ${title}`))).size;
  return `${shown} of ${verdicts.length} clauses are shown by ${cited} tests; ${missed} of ${checks.length} checks are missed by a test when left out.\n`;
}

function section(group: string, verdicts: readonly ClauseVerdict[]): string {
  const isChecked = verdicts.some(({ failedWithout }) => failedWithout !== undefined);
  const rows = verdicts.map(({ clause, tests, failedWithout }) => {
    const cells = [clause.id, clause.binds, clause.text, testsCell(tests)];
    if (isChecked) cells.push(withoutCell(failedWithout));
    return `| ${cells.join(' | ')} |`;
  });
  const heads = ['clause', 'binds', 'what it says', 'tests', ...(isChecked ? ['without the check'] : [])];
  const table = [`| ${heads.join(' | ')} |`, `|${' --- |'.repeat(heads.length)}`, ...rows];
  const titles = verdicts.flatMap(({ clause, tests }) => [`**${clause.id}**`, '', ...listed(tests), '']);
  const details = ['<details><summary>The tests</summary>', '', ...titles, '</details>', ''];
  return [`## ${group}`, '', ...table, '', ...details].join('\n');
}

/** File by file, so that no file with many cases hides the others. */
function listed(tests: readonly TestVerdict[]): readonly string[] {
  const files = new Set(tests.map(({ file }) => file));
  return [...files].flatMap((file) => {
    const own = tests.filter((test) => test.file === file);
    const shown = own.slice(0, titlesShown).map(({ title, passed }) => `  - ${passed ? '' : 'FAILS: '}${plain(title)}`);
    const more = own.length - shown.length;
    return [`- \`${file}\``, ...shown, ...(more > 0 ? [`  - and ${more} more`] : [])];
  });
}

function isMissed(failedWithout: readonly number[] = []): boolean {
  return failedWithout.length > 0 && failedWithout.every((count) => count > 0);
}

function withoutCell(failedWithout: readonly number[] | undefined): string {
  if (failedWithout === undefined) return '';
  return isMissed(failedWithout)
    ? `${failedWithout.join(', ')} fail`
    : `**${failedWithout.join(', ') || 'none'} fail**`;
}

function testsCell(tests: readonly TestVerdict[]): string {
  const failed = tests.filter(({ passed }) => !passed).length;
  if (tests.length === 0) return '**none**';
  return failed === 0 ? `${tests.length} pass` : `**${failed} of ${tests.length} fail**`;
}

/** A title as it reads, whatever characters it holds. */
function plain(title: string): string {
  return title.replace(/[\\`*_<>&|~]/g, (character) => `\\${character}`).replace(/\s+/g, ' ');
}
