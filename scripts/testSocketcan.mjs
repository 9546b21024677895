// Owns: `npm run test:socketcan`: the tests that need a kernel with SocketCAN. They run here where this machine's kernel has it,
// else in an emulated guest (scripts/guest/README.md).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const guestTimeoutS = 900;
/** An emulated processor is some ten times slower. */
const testTimeoutMs = 60_000;

/** The files `folder/*part*.test.ts` of the project. */
function testFiles(folder, part = '') {
  const path = join(project, folder);
  const names = existsSync(path) ? readdirSync(path).sort() : [];
  return names.filter((name) => name.endsWith('.test.ts') && name.includes(part)).map((name) => `${folder}/${name}`);
}

function haveInterfaces(...names) {
  return names.every((name) => existsSync(`/sys/class/net/${name}`));
}

/** Makes `vcan0` and `vcan1` where the kernel can and the user may. */
function haveVirtualInterfaces() {
  for (const name of ['vcan0', 'vcan1']) {
    if (haveInterfaces(name)) continue;
    spawnSync('ip', ['link', 'add', name, 'type', 'vcan']);
    spawnSync('ip', ['link', 'set', name, 'mtu', '72', 'up']);
  }
  return haveInterfaces('vcan0', 'vcan1');
}

/** What ECUNET_CAN_INTERFACES says to the bus suite: a virtual bus, and the guest's two controllers on one cable. */
function interfacesToTest() {
  if (process.env.ECUNET_CAN_INTERFACES !== undefined) return process.env.ECUNET_CAN_INTERFACES;
  return process.env.ECUNET_GUEST === '1' ? 'vcan0,can0+can1' : 'vcan0';
}

/** One vitest process, started once: a guest is slow to start any, and socketcan's native part works on a main thread only. */
function runHere() {
  const files = [
    ...testFiles('test/bus', 'socketcan'),
    ...testFiles('test/sim', 'socketcan'),
    ...testFiles('test/cli', 'socketcan'),
    ...testFiles('test/guest'),
  ];
  const interfaces = interfacesToTest();
  console.log(`SocketCAN on ${interfaces}: ${files.length} files`);
  const folder = mkdtempSync(join(tmpdir(), 'ecunet-socketcan-'));
  const reportFile = join(folder, 'report.json');
  const args = [
    ...[join(project, 'node_modules/vitest/vitest.mjs'), 'run'],
    ...['--pool=forks', '--no-file-parallelism', '--maxWorkers=1'],
    ...[`--testTimeout=${testTimeoutMs}`, `--hookTimeout=${testTimeoutMs}`, `--slowTestThreshold=${testTimeoutMs}`],
    ...[
      '--reporter=default',
      '--reporter=./scripts/guest/sumReporter.mjs',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
    ],
    ...files,
  ];
  const { status } = spawnSync(process.execPath, args, {
    cwd: project,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ECUNET_CAN_INTERFACES: interfaces },
  });
  const report = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, 'utf8')) : {};
  rmSync(folder, { recursive: true });
  const { numPassedTests: passed = 0, numFailedTests: failed = 0 } = report;
  if (status !== 0 && failed === 0) console.log('test:socketcan: vitest failed outside of a test (see above)');
  console.log(`${passed} passed, ${failed} failed`);
  return status === 0 && passed > 0 ? 0 : 1;
}

function runInGuest() {
  // Where dist/ is stale: an emulated machine takes minutes for it.
  const build = "import { build } from './test/support/builtCommand.ts'; build();";
  const { status: built } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', build], {
    cwd: project,
    stdio: 'inherit',
  });
  if (built !== 0) return 1;
  const colour = process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' };
  const command = [process.execPath, fileURLToPath(import.meta.url)];
  const run = join(project, 'scripts/guest/run');
  const { status } = spawnSync(run, ['--timeout', String(guestTimeoutS), '--', ...command], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...colour },
  });
  if (status === 125)
    console.log('test:socketcan: this kernel has no CAN, and the emulated guest cannot run (see above)');
  return status === 0 ? 0 : 1;
}

if (haveVirtualInterfaces()) process.exitCode = runHere();
else if (process.env.ECUNET_GUEST !== '1') process.exitCode = runInGuest();
else {
  console.log('test:socketcan: the guest has no vcan0 and vcan1');
  process.exitCode = 1;
}
