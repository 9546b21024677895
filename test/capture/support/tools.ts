// Debian's programs that read and write captures: whether they are here, and running them.
import { execFileSync, spawnSync } from 'node:child_process';

/** Why tests with this program are skipped; undefined where it is installed. */
export function missingTool(name: string, debianPackage: string): string | undefined {
  const { error } = spawnSync(name, ['--version'], { stdio: 'ignore' });
  return error === undefined ? undefined : `${name} is not installed: apt-get install ${debianPackage}`;
}

/** What it prints. Times that have no zone are in UTC. Throws where it fails. */
export function output(name: string, args: readonly string[], input?: string): string {
  return execFileSync(name, args, {
    encoding: 'utf8',
    env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
    maxBuffer: 64 * 1024 * 1024,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'ignore'],
    ...(input !== undefined && { input }),
  });
}

/** The Python of Debian's modules, whatever other one comes first. */
export const debianPython = '/usr/bin/python3';

/** Why tests with this module are skipped; undefined where it is installed. */
export function missingModule(name: string, debianPackage: string): string | undefined {
  const { status } = spawnSync(debianPython, ['-c', `import ${name}`], { stdio: 'ignore' });
  return status === 0 ? undefined : `${name} is not installed: apt-get install ${debianPackage}`;
}
