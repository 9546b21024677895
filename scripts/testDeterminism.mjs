// Owns: `npm run test:determinism`: each scenario twice with one seed, in two processes: equal traces; once with another seed:
// another trace.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

function digest(scenario, seed) {
  const args = ['run', `scenarios/${scenario}`, '--json', '--seed', String(seed)];
  // as npx runs it: the built file itself, by its first line
  const { stdout, status, stderr, error } = spawnSync('dist/cli/main.js', args, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`exit ${status} ${stderr}`);
  return JSON.parse(stdout).traceDigest;
}

let passed = 0;
let failed = 0;
for (const scenario of readdirSync('scenarios').filter((name) => name.endsWith('.yaml'))) {
  let problem;
  try {
    const [first, second, other] = [digest(scenario, 7), digest(scenario, 7), digest(scenario, 8)];
    if (first !== second) problem = `two runs with one seed differ: ${first} ${second}`;
    else if (first === other) problem = 'another seed gives the same trace';
  } catch (error) {
    problem = error.message;
  }
  if (problem === undefined) passed += 1;
  else failed += 1;
  console.log(`${problem === undefined ? 'ok  ' : 'FAIL'} ${scenario}${problem === undefined ? '' : `: ${problem}`}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
