// Owns: `npm run test:package`: the package as `npm pack` makes it, installed into a folder elsewhere without what only developers need,
// runs the nominal scenario there. What npm has not kept of the dependencies comes from the registry.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = dirname(dirname(fileURLToPath(import.meta.url)));
/** What the README names, one of each kind. */
const documents = ['README.md', 'CHANGELOG.md', 'docs/scenarios.md', 'docs/dashboard.svg', 'scripts/guest/README.md'];

/** Gives what the command printed. */
function run(folder, command, ...args) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  if (error !== undefined) throw new Error(`${command} cannot be started: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${status}\n${stdout}${stderr}`);
  return stdout;
}

let packed;
/** In the order in which each needs the one before; each gives why it failed, or throws. */
const tests = {
  'npm pack makes a package'(folder) {
    // `prepare` builds dist/ first.
    run(project, 'npm', 'pack', '--silent', '--pack-destination', folder);
    packed = readdirSync(folder).find((name) => name.endsWith('.tgz'));
    return packed === undefined ? 'no .tgz was made' : undefined;
  },
  'it installs elsewhere, without what only developers need'(folder) {
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'package.json'), '{ "private": true }\n');
    const options = ['--omit=dev', '--omit=optional', '--prefer-offline', '--no-audit', '--no-fund'];
    run(elsewhere, 'npm', 'install', ...options, join(folder, packed));
    return existsSync(join(elsewhere, 'node_modules/typescript')) ? 'typescript was installed with it' : undefined;
  },
  'it holds the documentation'(folder) {
    const missing = documents.filter((name) => !existsSync(join(folder, 'elsewhere/node_modules/ecunet', name)));
    return missing.length > 0 ? `${missing.join(', ')} missing` : undefined;
  },
  'ecunet run nominal passes there, with the trace it has here'(folder) {
    const digestIn = (place, command) => JSON.parse(run(place, command, 'run', 'nominal', '--json')).traceDigest;
    const there = digestIn(join(folder, 'elsewhere'), join(folder, 'elsewhere/node_modules/.bin/ecunet'));
    const here = digestIn(project, join(project, 'dist/cli/main.js'));
    return there === here ? undefined : `the traces differ: ${there} and ${here}`;
  },
};

let passed = 0;
let failed = 0;
const folder = mkdtempSync(join(tmpdir(), 'ecunet-package-'));
try {
  for (const [title, test] of Object.entries(tests)) {
    let problem;
    try {
      problem = test(folder);
    } catch (error) {
      problem = error.message;
    }
    if (problem === undefined) passed += 1;
    else failed += 1;
    console.log(problem === undefined ? `ok   ${title}` : `FAIL ${title}: ${problem}`);
    if (problem !== undefined) break;
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
