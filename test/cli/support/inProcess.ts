// Owns: running the command in this process, with streams of the test's own. What belongs to a process (signals, pipes, the exit
// itself) is tested with ecunet.ts.
import { expect } from 'vitest';
import { commandLine } from '../../../src/cli/commandLine.ts';
import { exitOfSignal } from '../../../src/cli/process/exitCodes.ts';

interface Called<Output> {
  readonly code: number;
  readonly stdout: Output;
  readonly stderr: string;
}

/** One call of `ecunet ARGS`, with the bytes that it wrote. It leaves no listener for signals behind. */
export async function inProcessBytes(...args: readonly string[]): Promise<Called<Buffer>> {
  const out: Buffer[] = [];
  const err: string[] = [];
  const listeners = () => Object.keys(exitOfSignal).map((name) => process.listenerCount(name));
  const before = listeners();
  const code = await commandLine(args, {
    out: (data) => void out.push(Buffer.from(data as string)),
    err: (text) => void err.push(text),
  });
  expect(listeners()).toEqual(before);
  return { code, stdout: Buffer.concat(out), stderr: err.join('') };
}

/** One call of `ecunet ARGS`, with the text that it wrote. */
export async function inProcess(...args: readonly string[]): Promise<Called<string>> {
  const called = await inProcessBytes(...args);
  return { ...called, stdout: called.stdout.toString('utf8') };
}
