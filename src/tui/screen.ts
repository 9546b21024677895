// Owns: taking the terminal over and giving it back as it was, whatever ends the process.
import { Writable } from 'node:stream';
import type { FrameSize } from './frameLayout.ts';

const enterSequence = '\u001b[?1049h\u001b[2J\u001b[H';
/** End of a synchronised update, colours off, the normal screen, the cursor shown. */
const leaveSequence = '\u001b[?2026l\u001b[0m\u001b[?1049l\u001b[?25h';
const clearSequence = '\u001b[0m\u001b[2J\u001b[H';

/** Signals that end a process which does not handle them. */
const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Sizes where the terminal does not tell its own. */
const defaultSize: FrameSize = { columns: 80, rows: 24 };

/**
 * The terminal as ink sees it. It tells no number of rows: where a frame is as high as the terminal, ink clears the user's
 * scrollback at every draw. Frames here are kept lower than that by the layout, and resizes are told when they are dealt with.
 */
export class InkOutput extends Writable {
  readonly rows = undefined;
  private readonly stdout: NodeJS.WriteStream;

  constructor(stdout: NodeJS.WriteStream) {
    super({ decodeStrings: false });
    this.stdout = stdout;
  }

  get isTTY(): boolean {
    return this.stdout.isTTY;
  }

  get columns(): number {
    return sizeOf(this.stdout).columns;
  }

  override _write(chunk: string, _encoding: BufferEncoding, done: () => void): void {
    this.stdout.write(chunk);
    done();
  }
}

export function sizeOf({ columns, rows }: { readonly columns?: number; readonly rows?: number }): FrameSize {
  return { columns: columns || defaultSize.columns, rows: rows || defaultSize.rows };
}

export interface Screen {
  /** Clears what a terminal made of the old frame when its size changed. */
  readonly clear: () => void;
  /** Gives the terminal back. Synchronous; only the first call does anything. */
  readonly leave: () => void;
}

/**
 * Takes the alternate screen until `leave`, which is also called when the process exits, throws or gets an ending signal.
 * Where nobody else listens for the signal it is then sent again, to end the process. `release` is called first: it must
 * stop all drawing.
 */
export function takeScreen(stdout: NodeJS.WriteStream, stdin: NodeJS.ReadStream, release: () => void): Screen {
  const isTerminal = stdout.isTTY === true;
  let taken = true;

  function leave(): void {
    if (!taken) return;
    taken = false;
    process.off('exit', leave);
    for (const signal of endingSignals) process.off(signal, leaveAndResend);
    release();
    if (stdin.isTTY === true) stdin.setRawMode(false);
    if (isTerminal) stdout.write(leaveSequence);
  }

  function leaveAndResend(signal: NodeJS.Signals): void {
    leave();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  }

  // A terminal that hung up, as SIGHUP tells, cannot be set: that is no error, for nobody is there.
  stdin.on('error', () => {});
  process.on('exit', leave);
  for (const signal of endingSignals) process.on(signal, leaveAndResend);
  // Before the first frame, or a key pressed at once would be printed on it.
  if (stdin.isTTY === true) stdin.setRawMode(true);
  if (isTerminal) stdout.write(enterSequence);
  return {
    clear() {
      if (taken && isTerminal) stdout.write(clearSequence);
    },
    leave,
  };
}
