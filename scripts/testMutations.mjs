// Owns: the long run of mutated repositories: `npm run test:mutations [COUNT] [SEED]`, a hundred thousand by default.
import { spawnSync } from 'node:child_process';

const [count = '100000', seed = '1'] = process.argv.slice(2);
if (!/^\d{1,9}$/.test(count)) {
  console.error('testMutations: a number of mutations is needed');
  process.exit(2);
}
const env = { ...process.env, ECUNET_MUTATIONS: count, ECUNET_SEED: seed };
const { status } = spawnSync('npx', ['vitest', 'run', 'test/mutations'], { stdio: 'inherit', env });
process.exitCode = status ?? 1;
