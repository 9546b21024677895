// Owns: a capture as a file that grows. A regular file stands under a temporary name, `NAME.PID.partial.SUFFIX`, until it is complete;
// a pipe or a device is written to itself. What has been written can be read at any time: a text or pcapng file ends after
// some record, and gzip is written as one member a piece.
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { gzipSync } from 'node:zlib';
import { concatBytes } from '../core/bytes.ts';
import { InputError } from '../core/faults.ts';
import { captureFormatOf, captureSuffixes, type NamedFormat } from './captureFormats.ts';
import type { CaptureEncoder, CaptureHead, CaptureRecord } from './captureRecord.ts';

/** Written at once, and one member of a gzip file. */
const pieceBytes = 256 * 1024;
const firstBytes = 16;

interface Destination {
  readonly handle: number;
  readonly temporary: string | undefined;
  readonly final: string;
}

function unwritable(path: string, error: unknown): InputError {
  const reason = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);
  return new InputError(`${path}: the capture cannot be written (${reason})`);
}

/** Refuses to replace what is no capture: a mistyped path must not cost a user another file. */
function openDestination(path: string, format: NamedFormat): Destination {
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status?.isDirectory()) throw new InputError(`${path}: the capture cannot be written to a folder`);
    if (status !== undefined && !status.isFile()) {
      return { handle: openSync(path, 'w'), temporary: undefined, final: path };
    }
    const final = status === undefined ? path : realpathSync(path);
    if (status !== undefined && status.size > 0 && !format.beginsAs(beginning(final))) {
      throw new InputError(`${path}: it exists and is no such capture, so it is not replaced`);
    }
    const temporary = final.replace(/(\.[^./]+(?:\.gz)?)$/i, `.${process.pid}.partial$1`);
    return { handle: openSync(temporary, 'wx'), temporary, final };
  } catch (error) {
    throw error instanceof InputError ? error : unwritable(path, error);
  }
}

function beginning(path: string): Uint8Array {
  const handle = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(firstBytes);
    return bytes.subarray(0, readSync(handle, bytes, 0, firstBytes, 0));
  } finally {
    closeSync(handle);
  }
}

/** Faults of the file system are InputErrors. */
export class CaptureFile {
  private readonly destination: Destination;
  private readonly encoder: CaptureEncoder;
  private readonly gzip: boolean;
  private pieces: Uint8Array[] = [];
  private waitingBytes = 0;
  private records = 0;
  private open = true;
  private writtenBytes = 0;
  private readonly closeAtExit = () => {
    try {
      this.close();
    } catch {
      // There is nobody left to tell; what could be written stays under the temporary name.
    }
  };

  /** The end of `path` says the format. */
  constructor(path: string, head: CaptureHead) {
    const format = captureFormatOf(path);
    if (format === undefined) throw new InputError(`${path}: the name of a capture ends with ${captureSuffixes}`);
    this.encoder = format.createEncoder(head);
    this.gzip = format.gzip;
    this.destination = openDestination(path, format);
    process.once('exit', this.closeAtExit);
    this.add(this.encoder.head);
  }

  put(record: CaptureRecord): void {
    this.records += 1;
    this.add(this.encoder.encode(record));
  }

  /** Completes the file, and gives it its name. */
  finish(): void {
    if (!this.open) return;
    const { handle, temporary, final } = this.destination;
    try {
      this.flush();
      if (temporary !== undefined) fsyncSync(handle);
      this.release();
      if (temporary !== undefined) renameSync(temporary, final);
    } catch (error) {
      throw unwritable(final, error);
    }
  }

  /** The run was cut short: what was recorded is kept as a complete file; where nothing was, no file is left. */
  close(): void {
    if (!this.open) return;
    if (this.records > 0) {
      this.finish();
      return;
    }
    this.release();
    if (this.destination.temporary !== undefined) rmSync(this.destination.temporary, { force: true });
  }

  private release(): void {
    this.open = false;
    process.removeListener('exit', this.closeAtExit);
    closeSync(this.destination.handle);
  }

  private add(bytes: Uint8Array): void {
    if (!this.open || bytes.length === 0) return;
    this.pieces.push(bytes);
    this.waitingBytes += bytes.length;
    // Whoever reads a pipe waits for it.
    if (this.waitingBytes >= pieceBytes || this.destination.temporary === undefined) this.flush();
  }

  private flush(): void {
    if (this.waitingBytes === 0) return;
    const plain = concatBytes(...this.pieces);
    this.pieces = [];
    this.waitingBytes = 0;
    const bytes = this.gzip ? gzipSync(plain) : plain;
    const { handle, temporary, final } = this.destination;
    try {
      for (let offset = 0; offset < bytes.length; ) offset += writeSync(handle, bytes, offset);
      this.writtenBytes += bytes.length;
    } catch (error) {
      // No half a record is left behind where the disk is full.
      if (temporary !== undefined) ftruncateSync(handle, this.writtenBytes);
      throw unwritable(final, error);
    }
  }
}
