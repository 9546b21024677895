// Owns: the trace of a run: JSON Lines. The head holds the inputs, so that the run can be executed again from the trace alone;
// then come the images that were given, then every event, and every input from a real interface. No wall time.
import {
  closeSync,
  fsyncSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { InputError } from '../core/faults.ts';
import { createHasher } from '../crypto/hashes.ts';
import type { RunInputs } from './inputs.ts';

export const traceFormat = 1;
/** Of a given image, in one line of the trace. */
const imageChunkBytes = 48 * 1024;
const bufferChars = 256 * 1024;

/** Takes the lines of a trace. */
export interface TraceSink {
  /** One object, one line. */
  put(entry: object): void;
}

/** The lines that a trace begins with. */
export function* traceHead(inputs: RunInputs): Generator<object> {
  const { scenario, seed, givenImages, interfaces, tcpLinks, linkKinds, slcan, cannelloni, hold } = inputs;
  yield {
    type: 'trace',
    format: traceFormat,
    seed,
    scenario,
    interfaces: Object.fromEntries(interfaces),
    tcpLinks: [...tcpLinks],
    ...(linkKinds && { linkKinds: Object.fromEntries(linkKinds) }),
    ...(slcan && { slcan: Object.fromEntries(slcan) }),
    ...(cannelloni && { cannelloni: Object.fromEntries(cannelloni) }),
    ...(hold && { hold }),
  };
  for (const [ecu, { filename, bytes }] of givenImages) {
    yield { type: 'image', ecu, filename, length: bytes.length };
    for (let offset = 0; offset < bytes.length; offset += imageChunkBytes) {
      const base64 = Buffer.from(bytes.subarray(offset, offset + imageChunkBytes)).toString('base64');
      yield { type: 'imageBytes', ecu, base64 };
    }
  }
}

/** What every trace begins with, by which a file is known to be one. */
const firstBytes = '{"type":"trace"';

/** Where a trace is written: a file under a temporary name, or, for a pipe or a device, the thing itself. */
interface Destination {
  readonly handle: number;
  readonly temporary: string | undefined;
  readonly final: string;
}

function unwritable(path: string, error: unknown): InputError {
  const reason = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);
  return new InputError(`${path}: the trace cannot be written (${reason})`);
}

/** Refuses to replace what is no trace: a mistyped path must not cost a user an image or a scenario. */
function openDestination(path: string): Destination {
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status?.isDirectory()) throw new InputError(`${path}: the trace cannot be written to a folder`);
    if (status !== undefined && !status.isFile()) {
      return { handle: openSync(path, 'w'), temporary: undefined, final: path };
    }
    const final = status === undefined ? path : realpathSync(path);
    if (status !== undefined && status.size > 0 && !beginsAsTrace(final)) {
      throw new InputError(`${path}: it exists and is no trace, so it is not replaced`);
    }
    const temporary = `${final}.${process.pid}.partial`;
    return { handle: openSync(temporary, 'wx'), temporary, final };
  } catch (error) {
    throw error instanceof InputError ? error : unwritable(path, error);
  }
}

function beginsAsTrace(path: string): boolean {
  const handle = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(firstBytes.length);
    readSync(handle, bytes, 0, bytes.length, 0);
    return bytes.toString('latin1') === firstBytes;
  } finally {
    closeSync(handle);
  }
}

/**
 * Hashes a trace, and writes it where a path is given. A file stands under a temporary name until it is complete, so that an
 * earlier trace is replaced by a whole one or not at all. Faults of the file system are InputErrors.
 */
export class TraceWriter implements TraceSink {
  private readonly hasher = createHasher('sha256');
  private readonly destination: Destination | undefined;
  private waiting: string[] = [];
  private waitingChars = 0;
  private readonly discardAtExit = () => this.discard();
  private open: boolean;

  constructor(path: string | undefined) {
    this.destination = path === undefined ? undefined : openDestination(path);
    this.open = this.destination !== undefined;
    if (this.open) process.once('exit', this.discardAtExit);
  }

  put(entry: object): void {
    const line = `${JSON.stringify(entry)}\n`;
    this.waiting.push(line);
    this.waitingChars += line.length;
    if (this.waitingChars >= bufferChars) this.flush();
  }

  /** Completes the file; gives the SHA-256 of its bytes. */
  finish(): string {
    this.flush();
    const { destination } = this;
    if (destination !== undefined && this.open) {
      try {
        if (destination.temporary !== undefined) fsyncSync(destination.handle);
        this.close();
        if (destination.temporary !== undefined) renameSync(destination.temporary, destination.final);
      } catch (error) {
        throw unwritable(destination.final, error);
      }
    }
    return this.hasher.hex();
  }

  /** The run came to no end: nothing is left of the trace. After `finish` it does nothing. */
  discard(): void {
    if (!this.open) return;
    this.close();
    if (this.destination?.temporary !== undefined) rmSync(this.destination.temporary, { force: true });
  }

  private close(): void {
    this.open = false;
    process.removeListener('exit', this.discardAtExit);
    if (this.destination !== undefined) closeSync(this.destination.handle);
  }

  private flush(): void {
    const bytes = Buffer.from(this.waiting.join(''), 'utf8');
    this.waiting = [];
    this.waitingChars = 0;
    this.hasher.update(bytes);
    if (this.destination === undefined || !this.open) return;
    try {
      for (let offset = 0; offset < bytes.length; ) {
        offset += writeSync(this.destination.handle, bytes, offset, bytes.length - offset);
      }
    } catch (error) {
      throw unwritable(this.destination.final, error);
    }
  }
}
