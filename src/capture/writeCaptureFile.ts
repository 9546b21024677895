// Owns: a capture as a file that grows, under the name `NAME.PROCESS.partial.SUFFIX` until it is complete. What has been written can be read
// at any time: a text or pcapng file ends after some record, and gzip is written as one member a piece.
import { InputError } from '../core/faults.ts';
import { flowingOutput, GrowingFile, type GrowingOutput } from '../files/growingFile.ts';
import { type CaptureFormat, captureFormatOf, captureSuffixes, type NamedFormat } from './captureFormats.ts';
import type { CaptureEncoder, CaptureHead, CaptureRecord } from './record/captureRecord.ts';

/** Written at once, and one member of a gzip file. */
const pieceBytes = 256 * 1024;

/** The format that a file's name ends with. Throws an InputError where it ends with none that is written. */
export function writtenFormatOf(path: string): NamedFormat & Required<Pick<CaptureFormat, 'createEncoder'>> {
  const format = captureFormatOf(path);
  if (format === undefined) throw new InputError(`${path}: the name of a capture ends with ${captureSuffixes}`);
  const { createEncoder } = format;
  if (createEncoder === undefined) throw new InputError(`${path}: captures of this form are read, not written`);
  return { ...format, createEncoder };
}

/** Faults of the file system are InputErrors. */
export class CaptureFile {
  private readonly file: GrowingOutput;
  private readonly encoder: CaptureEncoder;
  /** What waits to be written: one piece, and room for the record that completes it. */
  private waiting = new Uint8Array(2 * pieceBytes);
  private waitingBytes = 0;
  private records = 0;
  private isEmpty = true;

  private readonly isLive: boolean;

  /**
   * The end of `path` says the format. With `out` the bytes go there, and there is no file. What reads a pipe sees each record at once,
   * unless the capture is `whole`: made of one that is there already.
   */
  constructor(path: string, head: CaptureHead, out?: (bytes: Uint8Array) => void, made: 'live' | 'whole' = 'live') {
    const format = writtenFormatOf(path);
    this.encoder = format.createEncoder(head);
    const grows = () =>
      new GrowingFile({
        path,
        what: 'capture',
        otherwise: 'no such capture',
        isOne: (beginning) => format.beginsAs(beginning),
        suffix: suffixOf(path),
        gzip: format.gzip,
        atExit: () => {
          try {
            this.close();
          } catch {
            // There is nobody left to tell; what could be written stays under the temporary name.
          }
        },
      });
    this.file = out === undefined ? grows() : flowingOutput(out, format.gzip);
    this.isLive = made === 'live' && !this.file.isRegular;
    this.add(this.encoder.head);
  }

  put(record: CaptureRecord): void {
    this.records += 1;
    this.add(this.encoder.encode(record));
  }

  /** Completes the file, and gives it its name. */
  finish(): void {
    if (!this.file.isOpen) return;
    // A gzip file of nothing is a member of nothing, and no empty file.
    if (this.isEmpty) this.file.write(this.waiting.slice(0, this.waitingBytes));
    else this.flush();
    this.file.complete();
  }

  /** The run was cut short: what was recorded is kept as a complete file; where nothing was, no file is left. */
  close(): void {
    if (!this.file.isOpen) return;
    if (this.records > 0) this.finish();
    else this.file.discard();
  }

  private add(bytes: Uint8Array): void {
    if (!this.file.isOpen || bytes.length === 0) return;
    if (this.waitingBytes + bytes.length > this.waiting.length) this.grow(bytes.length);
    this.waiting.set(bytes, this.waitingBytes);
    this.waitingBytes += bytes.length;
    if (this.waitingBytes >= pieceBytes || this.isLive) this.flush();
  }

  private grow(bytes: number): void {
    const more = new Uint8Array(this.waitingBytes + bytes);
    more.set(this.waiting.subarray(0, this.waitingBytes));
    this.waiting = more;
  }

  private flush(): void {
    if (this.waitingBytes === 0) return;
    // A copy: a stream may write it later.
    const piece = this.waiting.slice(0, this.waitingBytes);
    this.waitingBytes = 0;
    this.isEmpty = false;
    this.file.write(piece);
  }
}

/** What says the format, `.gz` included. */
function suffixOf(path: string): string {
  return /\.[^./]+(?:\.gz)?$/i.exec(path)?.[0] ?? '';
}
