// Owns: running a few lines of the client room in a process of their own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { builtMain } from '../../support/builtCommand.ts';

const room = join(dirname(builtMain), '../client');

/** Starting a process takes a second, or many on a busy machine. */
export const processTest = { timeout: 60_000 };

/** Starts `script`, a module in which `room` is the URL of the room's folder. */
export function startScript(script: string) {
  const source = `const room = ${JSON.stringify(`file://${room}`)};\n${script}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
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
