// Owns: `npm run build`: `dist`, anew. The library's modules are as the compiler writes them; `dist/cli` is the command with what it needs
// of its dependencies in a few files, since loading hundreds of small ones takes longer than a short run (ADR 18).
// `--no-check` leaves types to `npm run check`.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const commandFolder = join(project, 'dist/cli');

function compile() {
  const tsc = [join(project, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'];
  if (process.argv.includes('--no-check')) tsc.push('--noCheck');
  const { status } = spawnSync(process.execPath, tsc, { cwd: project, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

async function bundleCommand() {
  rmSync(commandFolder, { recursive: true });
  await build({
    absWorkingDir: project,
    entryPoints: ['src/cli/main.ts'],
    outdir: commandFolder,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    // A native module is not for a bundle; ink asks for its developer tools where DEV is set.
    external: ['socketcan', 'react-devtools-core'],
    // What is not an ES module yet calls `require` for Node's own modules.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  chmodSync(join(commandFolder, 'main.js'), 0o755);
}

rmSync(join(project, 'dist'), { recursive: true, force: true });
compile();
await bundleCommand();
