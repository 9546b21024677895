// Owns: the trace of a run: JSON Lines. The head holds the inputs, so that the run can be executed again from the trace alone;
// then come the images that were given, then every event, and every input from a real interface. No wall time.

import { createHasher } from '../crypto/hashes.ts';
import { GrowingFile } from '../files/growingFile.ts';
import type { RunInputs } from './inputs.ts';

export const traceFormat = 2;
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
  const { scenario, seed, givenImages, interfaces, links, slcan, cannelloni, hold } = inputs;
  yield {
    type: 'trace',
    format: traceFormat,
    seed,
    scenario,
    interfaces: Object.fromEntries(interfaces),
    links: Object.fromEntries(links),
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

/** Where a trace goes: to a file, or to whoever takes its bytes. */
export interface TraceTo {
  readonly tracePath?: string;
  readonly traceOut?: (bytes: Uint8Array) => void;
}

/**
 * Hashes a trace, and writes it where a path is given. A file stands under a temporary name until it is complete, so that an
 * earlier trace is replaced by a whole one or not at all. Faults of the file system are InputErrors.
 */
export class TraceWriter implements TraceSink {
  private readonly hasher = createHasher('sha256');
  private readonly file: GrowingFile | undefined;
  private readonly out: TraceTo['traceOut'];
  private waiting: string[] = [];
  private waitingChars = 0;

  constructor({ tracePath: path, traceOut }: TraceTo) {
    this.out = traceOut;
    this.file =
      path === undefined
        ? undefined
        : new GrowingFile({
            path,
            what: 'trace',
            otherwise: 'no trace',
            isOne: (beginning) => Buffer.from(beginning).toString('latin1').startsWith(firstBytes),
            atExit: () => this.discard(),
          });
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
    if (this.file?.isOpen) this.file.complete();
    return this.hasher.hex();
  }

  /** The run came to no end: nothing is left of the trace. After `finish` it does nothing. */
  discard(): void {
    if (this.file?.isOpen) this.file.discard();
  }

  private flush(): void {
    const bytes = Buffer.from(this.waiting.join(''), 'utf8');
    this.waiting = [];
    this.waitingChars = 0;
    this.hasher.update(bytes);
    if (this.file?.isOpen) this.file.write(bytes);
    this.out?.(bytes);
  }
}
