// Owns: cutting a stream into the objects of a BLF file, with the padding between them. Must not know what an object says.
import { ByteQueue } from '../record/byteQueue.ts';
import { noBytes } from '../record/captureRecord.ts';

/** What every object begins with. */
export interface ObjectHead {
  readonly headerBytes: number;
  readonly headerVersion: number;
  readonly type: number;
}

export interface ObjectTaker {
  /** The bytes of an object of this type that are allowed; undefined where it is skipped, however long. */
  bytesMax(type: number): number | undefined;
  /** An object, header included; valid during the call. Returns what is wrong, after which nothing can be read. */
  take(head: ObjectHead, object: Uint8Array): string | undefined;
  skipped(type: number): void;
  /** So many bytes stood where an object should begin: something is damaged, and reading goes on with the next one. */
  strayed(bytes: number): void;
}

export const objectHeadBytes = 16;
/** `LOBJ`, little-endian. */
const objectSignature = 0x4a42_4f4c;
const firstByte = objectSignature & 0xff;
const signatureBytes = 4;
/** Writers fill up to a multiple of 4, or by the rest of a division by 4. Zeros may be more. */
const paddingBytesMax = 7;

/** `view`: at least `objectHeadBytes`. */
export function readObjectHead(view: DataView): ObjectHead {
  return {
    headerBytes: view.getUint16(4, true),
    headerVersion: view.getUint16(6, true),
    type: view.getUint32(12, true),
  };
}

export class ObjectCutter {
  private readonly taker: ObjectTaker;
  private readonly queue = new ByteQueue();
  /** What is left of an object that is skipped. */
  private passing = 0;
  /** Of the object at the queue's beginning, or the one that is skipped, in the stream. */
  private at: number;
  private passingBytes = 0;
  /** What stood before the next object so far. */
  private stray = 0;
  private isZero = true;

  /** `at`: where the stream begins. */
  constructor(taker: ObjectTaker, at = 0) {
    this.taker = taker;
    this.at = at;
  }

  get offset(): number {
    return this.at;
  }

  /** Whether the stream could end here: after an object and its padding. */
  get isBetweenObjects(): boolean {
    return this.passing === 0 && this.queue.length < signatureBytes;
  }

  /** The bytes of the object that is not whole. */
  get rest(): Uint8Array {
    return this.passing > 0 ? noBytes : this.queue.peek(this.queue.length);
  }

  /** There are no more bytes. */
  end(): void {
    if (this.stray > paddingBytesMax && !this.isZero) this.taker.strayed(this.stray);
  }

  /** Returns what is wrong. */
  push(bytes: Uint8Array): string | undefined {
    this.queue.push(bytes);
    for (;;) {
      const stepped = this.step();
      if (stepped !== 'more') return stepped === 'wait' ? undefined : stepped.fault;
    }
  }

  private step(): 'more' | 'wait' | { readonly fault: string } {
    if (this.passing > 0) {
      this.passing -= this.queue.skip(this.passing);
      if (this.passing > 0) return 'wait';
      this.at += this.passingBytes;
      return 'more';
    }
    if (!this.seek()) return 'wait';
    const start = this.queue.peek(objectHeadBytes);
    if (start.length < objectHeadBytes) return 'wait';
    return this.stepObject(new DataView(start.buffer, start.byteOffset));
  }

  private stepObject(view: DataView): 'more' | 'wait' | { readonly fault: string } {
    const total = view.getUint32(8, true);
    const type = view.getUint32(12, true);
    if (total < objectHeadBytes) return { fault: `an object of ${total} bytes cannot be` };
    const bytesMax = this.taker.bytesMax(type);
    if (bytesMax === undefined) {
      this.taker.skipped(type);
      this.passing = total;
      this.passingBytes = total;
      return 'more';
    }
    if (total > bytesMax) return { fault: `an object of ${total} bytes: ${bytesMax} are allowed` };
    if (this.queue.length < total) return 'wait';
    const fault = this.taker.take(readObjectHead(view), this.queue.peek(total));
    if (fault !== undefined) return { fault };
    this.at += this.queue.skip(total);
    return 'more';
  }

  /** Goes to the next object; false where none is in sight. */
  private seek(): boolean {
    const bytes = this.queue.peek(this.queue.length);
    const found = signatureAt(bytes);
    const before = found ?? Math.max(bytes.length - signatureBytes + 1, 0);
    this.isZero &&= bytes.subarray(0, before).every((byte) => byte === 0);
    this.stray += before;
    this.at += this.queue.skip(before);
    if (found === undefined) return false;
    if (this.stray > paddingBytesMax && !this.isZero) this.taker.strayed(this.stray);
    this.stray = 0;
    this.isZero = true;
    return true;
  }
}

function signatureAt(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = bytes.indexOf(firstByte); at >= 0; at = bytes.indexOf(firstByte, at + 1)) {
    if (at + signatureBytes <= bytes.length && view.getUint32(at, true) === objectSignature) return at;
  }
  return undefined;
}
