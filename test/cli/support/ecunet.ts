// Owns: running the command as a user does, built and in a process of its own.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { builtMain } from '../../support/builtCommand.ts';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** What it wrote so far. */
  readonly written: { stdout: string; stderr: string };
  /** Resolves when it has ended and all that it wrote is here. */
  readonly ended: Promise<Finished>;
}

/** Starts `ecunet ARGS`; `nodeArgs` are told to node itself. */
export function startEcunet(args: readonly string[], nodeArgs: readonly string[] = []): Started {
  const child = spawn(process.execPath, [...nodeArgs, builtMain, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  const ended = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, ...written }));
  });
  return { child, written, ended };
}

export function ecunet(...args: readonly string[]): Promise<Finished> {
  return startEcunet(args).ended;
}

/** Sends it a signal, once, when it has written `moment`. */
export function signalAt({ child, written }: Started, moment: string, signal: NodeJS.Signals): void {
  const send = () => {
    if (!written.stdout.includes(moment)) return;
    child.stdout.off('data', send);
    child.kill(signal);
  };
  child.stdout.on('data', send);
}
