// Owns: running a few lines that use the project's own rooms in a process of their own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { builtMain } from '../../support/builtCommand.ts';

const rooms = join(dirname(builtMain), '..');

/** Starting a process takes a second, or many on a busy machine. */
export const processTest = { timeout: 60_000 };

/** Starts `script`, a module in which `rooms` is the URL of the folder of all rooms, built. */
export function startScript(script: string) {
  const source = `const rooms = ${JSON.stringify(`file://${rooms}`)};\n${script}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

/** Until the process is no more. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
