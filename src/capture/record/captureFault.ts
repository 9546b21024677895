// Owns: what is wrong with a capture, and where.

/** Where in a capture: in the line counted from 1, or in the block that begins at the byte counted from 0. */
export interface CapturePlace {
  readonly line?: number;
  readonly offset?: number;
}

/** What is wrong with a capture, and where. */
export interface CaptureFault extends CapturePlace {
  readonly message: string;
}

/** The place and the reason, in one line. */
export function captureFaultText({ line, offset, message }: CaptureFault): string {
  if (line !== undefined) return `line ${line}: ${message}`;
  return offset === undefined ? message : `byte ${offset}: ${message}`;
}
