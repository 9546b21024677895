// Python programs of others' CAN tools, where the machine has them.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The Python that can import `modules`: Debian's comes first. */
function pythonWith(modules: string): string | undefined {
  return ['/usr/bin/python3', 'python3'].find((python) => spawnSync(python, ['-c', `import ${modules}`]).status === 0);
}

const withCan = pythonWith('can, serial, can.interfaces.slcan');
const withScapy = pythonWith('can, serial, scapy.contrib.isotp');

export const noPythonCan =
  withCan === undefined
    ? 'no python3 with python-can and pyserial: Debian’s python3-can and python3-serial'
    : undefined;
export const noScapy =
  withScapy === undefined ? 'no python3 with scapy and python-can: Debian’s python3-scapy' : undefined;

function asked(question: string): string {
  return withCan === undefined ? '' : spawnSync(withCan, ['-c', question], { encoding: 'utf8' }).stdout.trim();
}

const hasFd = asked('import inspect, can.interfaces.slcan as it; print("is_fd" in inspect.getsource(it))') === 'True';
export const noSlcanFd =
  noPythonCan ??
  (hasFd ? undefined : `python-can ${asked('import can; print(can.__version__)')} has no FD over slcan: from 4.6 on`);

/** A program of this folder, its lines as they come. */
export class PythonProgram {
  readonly lines: string[] = [];
  readonly ended: Promise<number | null>;
  stderr = '';
  private readonly child: ChildProcess;
  private rest = '';

  constructor(script: 'pythonCan.py' | 'scapyIsoTp.py', ...args: readonly (string | number)[]) {
    const python = (script === 'scapyIsoTp.py' ? withScapy : withCan) ?? 'python3';
    const child = spawn(python, [join(import.meta.dirname, script), ...args.map(String)], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.rest + text).split('\n');
      this.rest = lines.pop() ?? '';
      this.lines.push(...lines);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve) => child.on('close', resolve));
  }

  write(text: string): void {
    this.child.stdin?.write(text);
  }

  /** No more input: the program ends by itself. */
  end(): void {
    this.child.stdin?.end();
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}
