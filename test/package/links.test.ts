// What the package's documents link to is in the package: each relative link of each Markdown file in it, and each heading linked to.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isHeavy, leftToHeavy } from '../support/heavy.ts';
import { withReason } from '../support/skips.ts';

const project = join(import.meta.dirname, '../..');

/** What npm packs whether `files` names it or not. */
const alwaysPacked = ['LICENSE', 'README.md', 'package.json'];

/** The paths of all files in the package, by package.json alone: asking npm takes seconds, which the heavy run has. */
const packed: readonly string[] = (() => {
  const { files }: { readonly files: readonly string[] } = JSON.parse(
    readFileSync(join(project, 'package.json'), 'utf8'),
  );
  const left = files.filter((name) => name.startsWith('!')).map((name) => name.slice(1));
  const below = (name: string) =>
    statSync(join(project, name)).isDirectory()
      ? readdirSync(join(project, name), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => relative(project, join(entry.parentPath, entry.name)))
      : [name];
  const named = files.filter((name) => !name.startsWith('!')).flatMap(below);
  return [...alwaysPacked, ...named].filter((path) => !left.some((name) => path.startsWith(`${name}/`))).sort();
})();

/** The same, as npm would pack it now. */
function packedByNpm(): readonly string[] {
  const options = ['pack', '--dry-run', '--ignore-scripts', '--json'];
  const output = execFileSync('npm', options, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [first] = Object.values(JSON.parse(output) as Record<string, { files: { path: string }[] }>);
  return (first ?? expect.fail('npm packs nothing')).files.map(({ path }) => path).sort();
}
const documents = packed.filter((path) => path.endsWith('.md'));
const text = (path: string) => readFileSync(join(project, path), 'utf8');

/** Targets of `[text](target)` outside of code, but for those with a scheme. */
function linksIn(markdown: string): readonly string[] {
  const prose = markdown.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** As GitHub and npm make the name of a heading. */
function anchorsIn(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** What is wrong with a link of the document at `from`, or undefined. */
function problemOf(from: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#');
  const to = path === '' ? from : posix.join(posix.dirname(from), path).replace(/\/$/, '');
  if (!packed.some((file) => file === to || file.startsWith(`${to}/`))) return `${target}: not in the package`;
  if (anchor !== undefined && !anchorsIn(text(to)).includes(anchor)) return `${target}: no such heading`;
  return undefined;
}

describe('the package', () => {
  it('holds README, CHANGELOG and the pages of docs, and nothing of the tests', () => {
    expect(documents).toEqual(expect.arrayContaining(['README.md', 'CHANGELOG.md', 'docs/scenarios.md']));
    expect(linksIn(text('README.md')).length).toBeGreaterThan(10);
    expect(packed.filter((path) => path.startsWith('test/') || path.startsWith('docs/api/'))).toEqual([]);
  });

  it.skipIf(!isHeavy)(withReason('is what npm packs', leftToHeavy), () => {
    expect(packed).toEqual(packedByNpm());
  });

  it.each(documents)('holds what %s links to', (document) => {
    expect(linksIn(text(document)).flatMap((target) => problemOf(document, target) ?? [])).toEqual([]);
  });
});
