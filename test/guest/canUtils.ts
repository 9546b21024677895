// can-utils as child processes: the Linux kernel's own view of what ecunet puts on an interface.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Tool {
  /** What it printed so far. */
  readonly output: { text: string; errors: string };
  /** Its exit code, once it has one. */
  readonly ended: { code: number | undefined };
  /** All its input. */
  input(text: string): void;
  /** Some of its input. */
  write(text: string): void;
  kill(): void;
}

/** Starts one of can-utils' programs. Throws through `ended` never: a missing program ends with code 127. */
export function startTool(name: string, args: readonly string[]): Tool {
  const output = { text: '', errors: '' };
  const ended: { code: number | undefined } = { code: undefined };
  const child: ChildProcess = spawn(name, args);
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output.text += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output.errors += text;
  });
  child.on('error', (cause) => {
    output.errors += String(cause);
    ended.code = 127;
  });
  child.on('close', (code) => {
    ended.code = code ?? 128;
  });
  return {
    output,
    ended,
    input: (text) => child.stdin?.end(text),
    write: (text) => child.stdin?.write(text),
    kill: () => child.kill(),
  };
}

/** Runs `ip link` with these words. */
export function ipLink(...words: readonly string[]): void {
  const { status, stderr } = spawnSync('ip', ['link', ...words], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip link ${words.join(' ')}: ${stderr}`);
}

/** The rows of the kernel's receive lists for `interfaceName` and `ident`: their list, CAN id and mask. */
export function kernelFilters(interfaceName: string, ident: 'raw' | 'isotp'): readonly string[] {
  return ['all', 'fil', 'sff', 'eff', 'inv'].flatMap((list) => {
    const rows = readFileSync(`/proc/net/can/rcvlist_${list}`, 'utf8')
      .split('\n')
      .map((row) => row.trim().split(/\s+/));
    return rows
      .filter((row) => row[0] === interfaceName && row.at(-1) === ident)
      .map(([, id, mask]) => `${list} ${id} ${mask}`);
  });
}

/** How many sockets of the kernel listen on `interfaceName` through `ident`: `raw` or `isotp`. */
export function kernelListeners(interfaceName: string, ident: 'raw' | 'isotp'): number {
  return kernelFilters(interfaceName, ident).length;
}

/** Bytes as isotpsend reads them and isotprecv prints them. */
export function spacedHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
}
