// Owns: `npm run test:socketcan`: the tests that need a kernel with SocketCAN. They run here where this machine's kernel has it,
// else in an emulated guest (scripts/guest/README.md).
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { limitsAfter } from './socketcan/limits.ts';
import { runWatched } from './socketcan/watchedRun.ts';

const project = dirname(dirname(fileURLToPath(import.meta.url)));
/** For a guest that stands still as a whole; else each test file has a limit of its own. A busy machine takes a third of it. */
const guestTimeoutS = 1800;

/** The project's test files that need a kernel with SocketCAN: those of the guest, and all that say so in their path. */
function testFiles(): readonly string[] {
  const paths = readdirSync(join(project, 'test'), { recursive: true, encoding: 'utf8' }).sort();
  return paths
    .filter((path) => /^guest\/.*\.test\.ts$|socketcan.*\.test\.ts$/.test(path))
    .map((path) => `test/${path}`);
}

function haveInterfaces(...names: readonly string[]): boolean {
  return names.every((name) => existsSync(`/sys/class/net/${name}`));
}

/** Makes `vcan0` and `vcan1` where the kernel can and the user may. */
function haveVirtualInterfaces(): boolean {
  for (const name of ['vcan0', 'vcan1']) {
    if (haveInterfaces(name)) continue;
    spawnSync('ip', ['link', 'add', name, 'type', 'vcan']);
    spawnSync('ip', ['link', 'set', name, 'mtu', '72', 'up']);
  }
  return haveInterfaces('vcan0', 'vcan1');
}

/** What ECUNET_CAN_INTERFACES says to the bus suite: a virtual bus, and the guest's two controllers on one cable. */
function interfacesToTest(): string {
  if (process.env.ECUNET_CAN_INTERFACES !== undefined) return process.env.ECUNET_CAN_INTERFACES;
  return process.env.ECUNET_GUEST === '1' ? 'vcan0,can0+can1' : 'vcan0';
}

/** One vitest process as long as no file stands still: a guest is slow to start any, and socketcan's native part works on a main thread only. */
async function runHere(): Promise<number> {
  const files = testFiles();
  const interfaces = interfacesToTest();
  const { ECUNET_BOOT_S: boot } = process.env;
  const { fileMs, testMs } = limitsAfter(boot === undefined ? undefined : Number(boot));
  const booted = boot === undefined ? '' : `, booted in ${boot} s`;
  console.log(`SocketCAN on ${interfaces}${booted}: ${files.length} files, each within ${fileMs / 1000} s`);
  const { passed, failed } = await runWatched(files, {
    folder: project,
    arguments: [`--testTimeout=${testMs}`, `--hookTimeout=${testMs}`, `--slowTestThreshold=${testMs}`],
    environment: { ...process.env, ECUNET_CAN_INTERFACES: interfaces },
    fileMs,
    output: 'inherit',
    tell: console.log,
  });
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

function runInGuest(): number {
  // Where dist/ is stale: an emulated machine takes minutes for it.
  const build = "import { build } from './test/support/builtCommand.ts'; build();";
  const { status: built } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', build], {
    cwd: project,
    stdio: 'inherit',
  });
  if (built !== 0) return 1;
  const colour = process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' };
  const command = [process.execPath, '--import', 'tsx', fileURLToPath(import.meta.url)];
  const run = join(project, 'scripts/guest/run');
  const { status } = spawnSync(run, ['--timeout', String(guestTimeoutS), '--', ...command], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...colour },
  });
  if (status === 125)
    console.log('test:socketcan: this kernel has no CAN, and the emulated guest cannot run (see above)');
  return status === 0 ? 0 : 1;
}

if (haveVirtualInterfaces()) process.exitCode = await runHere();
else if (process.env.ECUNET_GUEST !== '1') process.exitCode = runInGuest();
else {
  console.log('test:socketcan: the guest has no vcan0 and vcan1');
  process.exitCode = 1;
}
