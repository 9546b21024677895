// Owns: the trace of a run: JSON Lines. The head holds the inputs, so that the run can be executed again from the trace alone;
// then come the images that were given, then every event, and every input from a real interface. No wall time. The trace of a run
// that is given up is the beginning of the whole run's, and a last line that says so.
import { createHasher } from '../crypto/hashes.ts';
import { GrowingFile } from '../files/growingFile.ts';
import type { EventOf } from './events/events.ts';
import type { RunInputs } from './inputs/inputs.ts';
import type { TraceSink } from './tape/tape.ts';

export const traceFormat = 2;
/** Of a given image, in one line of the trace. */
const imageChunkBytes = 48 * 1024;
const bufferChars = 256 * 1024;

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

/** Where a trace goes: to a file, or to a function that takes its bytes. */
export interface TraceTo {
  readonly tracePath?: string;
  readonly traceOut?: (bytes: Uint8Array) => void;
}

/** The last line of the trace of a run that was given up. */
export type GivenUp = Omit<EventOf<'run.givenUp'>, 'type'>;

/**
 * Hashes a trace, and writes it where a path is given. A file stands under a temporary name until it is complete, so that an
 * earlier trace is replaced by a whole one or not at all. Faults of the file system are InputErrors: then nothing is left of it.
 */
export class TraceWriter implements TraceSink {
  private readonly hasher = createHasher('sha256');
  private readonly file: GrowingFile | undefined;
  private readonly out: TraceTo['traceOut'];
  private waiting: string[] = [];
  private waitingChars = 0;
  private digest: string | undefined;
  private failed = false;

  /** The process may exit in the middle of the run: `givenUp` then says the last line. */
  constructor({ tracePath: path, traceOut }: TraceTo, givenUp: () => GivenUp) {
    this.out = traceOut;
    this.file =
      path === undefined
        ? undefined
        : new GrowingFile({
            path,
            what: 'trace',
            otherwise: 'no trace',
            isOne: (beginning) => Buffer.from(beginning).toString('latin1').startsWith(firstBytes),
            atExit: () => this.exit(givenUp()),
          });
  }

  /** Whether it could not be written. */
  get isBroken(): boolean {
    return this.failed;
  }

  /** Nothing is put behind the last line. */
  put(entry: object): void {
    if (this.digest !== undefined) return;
    const line = `${JSON.stringify(entry)}\n`;
    this.waiting.push(line);
    this.waitingChars += line.length;
    if (this.waitingChars >= bufferChars) this.flush();
  }

  /** Completes the file; gives the SHA-256 of its bytes. */
  finish(): string {
    if (this.digest !== undefined) return this.digest;
    this.flush();
    this.guarded(() => {
      if (this.file?.isOpen) this.file.complete();
    });
    this.digest = this.hasher.hex();
    return this.digest;
  }

  /** The same, with a last line that says that the run ended here. */
  giveUp({ t, ...why }: GivenUp): void {
    this.put({ type: 'run.givenUp', t, ...why });
    this.finish();
  }

  /** The run did not begin: nothing is left of the trace. After `finish` it does nothing. */
  discard(): void {
    if (this.file?.isOpen) this.file.discard();
  }

  private exit(givenUp: GivenUp): void {
    try {
      this.giveUp(givenUp);
    } catch {
      // There is nobody left to tell.
    } finally {
      this.discard();
    }
  }

  private flush(): void {
    const bytes = Buffer.from(this.waiting.join(''), 'utf8');
    this.waiting = [];
    this.waitingChars = 0;
    this.hasher.update(bytes);
    this.guarded(() => {
      if (this.file?.isOpen) this.file.write(bytes);
      this.out?.(bytes);
    });
  }

  /** A trace that lacks a line is none. */
  private guarded(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.failed = true;
      this.discard();
      throw error;
    }
  }
}
