// Owns: where a command writes, and the one form of each kind of output. Must not know which command it is.
import { printable } from '../../core/text.ts';

/** The streams of one call of the command. */
export interface Io {
  /** Standard output. */
  readonly out: (data: string | Uint8Array) => void;
  /** Standard error. */
  readonly err: (text: string) => void;
  /** Standard output where it is a terminal, to draw on. */
  readonly terminal?: NodeJS.WriteStream;
}

const lineCharsMax = 500;

/** Tells the user something on standard error: one line, whatever a path or a name holds. */
export function tell({ err }: Pick<Io, 'err'>, message: string): void {
  err(`ecunet: ${printable(message.trim(), lineCharsMax)}\n`);
}
