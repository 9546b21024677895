// Owns: the trace of a run: JSON Lines. The head holds the inputs, so that the run can be executed again from the trace alone;
// then come the images that were given, then every event, and every input from a real interface. No wall time.
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
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
export function* traceHead({ scenario, seed, givenImages, interfaces, tcpLinks }: RunInputs): Generator<object> {
  yield {
    type: 'trace',
    format: traceFormat,
    seed,
    scenario,
    interfaces: Object.fromEntries(interfaces),
    tcpLinks: [...tcpLinks],
  };
  for (const [ecu, { filename, bytes }] of givenImages) {
    yield { type: 'image', ecu, filename, length: bytes.length };
    for (let offset = 0; offset < bytes.length; offset += imageChunkBytes) {
      const base64 = Buffer.from(bytes.subarray(offset, offset + imageChunkBytes)).toString('base64');
      yield { type: 'imageBytes', ecu, base64 };
    }
  }
}

/** Hashes a trace, and writes it to a file where a path is given: under a temporary name until it is complete. */
export class TraceWriter implements TraceSink {
  private readonly hasher = createHasher('sha256');
  private readonly path: string | undefined;
  private readonly handle: number | undefined;
  private waiting: string[] = [];
  private waitingChars = 0;

  /** Throws an InputError where the file cannot be made. */
  constructor(path: string | undefined) {
    this.path = path;
    try {
      this.handle = path === undefined ? undefined : openSync(`${path}.partial`, 'w');
    } catch (error) {
      throw new InputError(`${path}: the trace cannot be written (${(error as NodeJS.ErrnoException).code})`);
    }
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
    if (this.handle !== undefined && this.path !== undefined) {
      fsyncSync(this.handle);
      closeSync(this.handle);
      renameSync(`${this.path}.partial`, this.path);
    }
    return this.hasher.hex();
  }

  private flush(): void {
    const bytes = Buffer.from(this.waiting.join(''), 'utf8');
    this.waiting = [];
    this.waitingChars = 0;
    this.hasher.update(bytes);
    if (this.handle === undefined) return;
    for (let offset = 0; offset < bytes.length; ) {
      offset += writeSync(this.handle, bytes, offset, bytes.length - offset);
    }
  }
}
