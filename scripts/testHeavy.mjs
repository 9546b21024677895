// Owns: `npm run test:heavy`: the test files that take a part of their sweeps in `npm test`, with all of it. `--files` only lists
// them; other arguments are vitest's.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = dirname(dirname(fileURLToPath(import.meta.url)));

/** What a test file imports to know of the heavy run: the switch itself, or properties, which have more runs then. */
const knowsOfHeavy = /from '.*\/support\/(heavy|property)\.ts'/;

const names = readdirSync(join(project, 'test'), { recursive: true, encoding: 'utf8' });
const files = names
  .filter((name) => /\.test\.tsx?$/.test(name))
  .map((name) => join('test', name))
  .filter((file) => knowsOfHeavy.test(readFileSync(join(project, file), 'utf8')));
if (files.length === 0) throw new Error('no test file has a heavy part');
if (process.argv[2] === '--files') {
  console.log(files.join('\n'));
  process.exit(0);
}
const vitest = [join(project, 'node_modules/vitest/vitest.mjs'), 'run', ...files, ...process.argv.slice(2)];
const env = { ...process.env, ECUNET_HEAVY: '1' };
const { status } = spawnSync(process.execPath, vitest, { cwd: project, stdio: 'inherit', env });
process.exit(status ?? 1);
