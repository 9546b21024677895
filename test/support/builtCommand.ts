// Owns: `dist/`, built before the tests where the source is newer. Tests start the command as users have it, in a process of its own.
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

const project = join(import.meta.dirname, '../..');
const builder = 'scripts/build.mjs';
export const builtMain = join(project, 'dist/cli/main.js');

/** When the newest of the files and folders was changed, in milliseconds since 1970; -Infinity where there is none. */
function changedMs(paths: readonly string[]): number {
  return Math.max(
    ...paths.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY),
  );
}

/** Builds where the source is newer. Throws where the compiler fails. */
export function build(): void {
  const source = readdirSync(join(project, 'src'), { recursive: true, encoding: 'utf8' });
  const from = ['src', 'tsconfig.json', 'tsconfig.build.json', builder, ...source.map((name) => join('src', name))];
  if (changedMs(from.map((name) => join(project, name))) < changedMs([builtMain])) return;
  // Types are `npm run check`'s matter: a test can be run in the middle of a change.
  execFileSync(process.execPath, [builder, '--no-check'], { cwd: project, stdio: 'inherit' });
}

/** Vitest's global setup: once before all tests, and again before each rerun of the watch mode. */
export default function setup(vitest: TestProject): void {
  build();
  vitest.onTestsRerun(build);
}
