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

/** One vitest process each: what it sets is read when the files are loaded. */
function suites() {
  const busFiles = testFiles('test/bus', 'socketcan');
  return [
    {
      title: 'vcan0, vcan1 (virtual, classic and FD)',
      interfaces: ['vcan0', 'vcan1'],
      environment: { ECUNET_CAN_INTERFACES: 'vcan0,vcan1' },
      files: [...busFiles, ...testFiles('test/sim', 'socketcan'), ...testFiles('test/guest')],
    },
    {
      title: 'can0, can1 (two controllers on one cable, classic)',
      interfaces: ['can0', 'can1'],
      environment: { ECUNET_CAN_INTERFACES: 'can0,can1', ECUNET_CAN_FD: '0' },
      files: busFiles,
    },
  ];
}

function hasInterface(name) {
  return existsSync(`/sys/class/net/${name}`);
}

/** Makes `vcan0` and `vcan1` where the kernel can and the user may. */
function haveVirtualInterfaces() {
  for (const name of ['vcan0', 'vcan1']) {
    if (hasInterface(name)) continue;
    spawnSync('ip', ['link', 'add', name, 'type', 'vcan']);
    spawnSync('ip', ['link', 'set', name, 'mtu', '72', 'up']);
  }
  return hasInterface('vcan0') && hasInterface('vcan1');
}

/** Runs vitest over the suite's files; undefined where it broke off before it could count. */
function runSuite(suite, reportFile) {
  const vitest = join(project, 'node_modules/vitest/vitest.mjs');
  // One process, started once: socketcan's native part works on a process's main thread only, and a guest is slow to start any.
  const once = ['run', '--pool=forks', '--no-isolate', '--no-file-parallelism', '--maxWorkers=1'];
  const patience = [`--testTimeout=${testTimeoutMs}`, `--hookTimeout=${testTimeoutMs}`, `--slowTestThreshold=${testTimeoutMs}`];
  const report = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const { status } = spawnSync(process.execPath, [vitest, ...once, ...patience, ...report, ...suite.files], {
    cwd: project,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...suite.environment },
  });
  if (!existsSync(reportFile)) return undefined;
  const counts = JSON.parse(readFileSync(reportFile, 'utf8'));
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = counts;
  // A file that does not load, or an error outside of a test, fails the run without failing a test.
  return { passed, failed: status !== 0 && failed === 0 ? 1 : failed, skipped };
}

function runHere() {
  const reports = mkdtempSync(join(tmpdir(), 'ecunet-socketcan-'));
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const [index, suite] of suites().entries()) {
    if (suite.files.length === 0) continue;
    const absent = suite.interfaces.filter((name) => !hasInterface(name));
    if (absent.length > 0) {
      console.log(`\n${suite.title}: not run, this machine has no ${absent.join(', ')}`);
      continue;
    }
    console.log(`\n${suite.title}`);
    const counts = runSuite(suite, join(reports, `${index}.json`));
    total.passed += counts?.passed ?? 0;
    total.failed += counts?.failed ?? 1;
    total.skipped += counts?.skipped ?? 0;
  }
  rmSync(reports, { recursive: true });
  console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

function runInGuest() {
  const command = [process.execPath, fileURLToPath(import.meta.url)];
  const run = join(project, 'scripts/guest/run');
  const colour = process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' };
  const { status } = spawnSync(run, ['--timeout', String(guestTimeoutS), '--', ...command], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...colour },
  });
  if (status === 125)
    console.log('test:socketcan: this kernel has no CAN, and the emulated guest could not run (see above)');
  return status ?? 1;
}

if (haveVirtualInterfaces()) process.exitCode = runHere();
else if (process.env.ECUNET_GUEST === '1') {
  console.log('test:socketcan: the guest has no vcan0 and vcan1');
  process.exitCode = 1;
} else process.exitCode = runInGuest() === 0 ? 0 : 1;
