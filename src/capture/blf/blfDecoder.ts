// Owns: reading Vector's BLF: the file's header, and its containers, which hold one stream of objects between them. Must not know files,
// nor how zlib unpacks.
import { captureContainerBytesMax, captureObjectBytesMax } from '../limits.ts';
import { ByteQueue } from '../record/byteQueue.ts';
import type { CaptureFault } from '../record/captureFault.ts';
import { CaptureNotes } from '../record/captureNotes.ts';
import type { CaptureDecoder, PutRecord } from '../record/captureRecord.ts';
import type { Inflate } from '../record/inflate.ts';
import { type BlfHeader, headerReadBytes, readBlfHeader } from './blfHeader.ts';
import { ObjectCutter, type ObjectHead, objectHeadBytes, readObjectHead } from './objectCutter.ts';
import { objectName, objectTypes } from './objectTypes.ts';
import { isReadType, readObject } from './readObject.ts';

export function createBlfDecoder(inflate: Inflate): CaptureDecoder {
  return new BlfDecoder(inflate);
}

const packings = { none: 0, zlib: 2 } as const;
/** Method, reserved bytes, the length unpacked, reserved bytes. */
const containerFieldBytes = 16;

class BlfDecoder implements CaptureDecoder {
  readonly notes = new CaptureNotes();
  private readonly inflate: Inflate;
  private readonly queue = new ByteQueue();
  private header: BlfHeader | undefined;
  /** Of the file's header, what is not read. */
  private passing = 0;
  private bytes = 0;
  private put: PutRecord = () => {};
  private fault: CaptureFault | undefined;
  /** The file: containers, and in files of older programs other objects beside them. */
  private readonly file = new ObjectCutter({
    bytesMax: (type) => (type === objectTypes.logContainer ? captureContainerBytesMax : objectBytesMax(type)),
    take: (head, object) =>
      head.type === objectTypes.logContainer ? this.open(head, object) : this.take(head, object),
    skipped: (type) => this.skipped(type),
    strayed: (bytes) => this.strayed(bytes),
  });
  /** What all containers hold, one behind the other: an object may begin in one and end in the next. */
  private readonly content = new ObjectCutter({
    bytesMax: objectBytesMax,
    take: (head, object) => this.take(head, object),
    skipped: (type) => this.skipped(type),
    strayed: (bytes) => this.strayed(bytes),
  });

  constructor(inflate: Inflate) {
    this.inflate = inflate;
  }

  push(bytes: Uint8Array, put: PutRecord): CaptureFault | undefined {
    if (this.fault !== undefined) return this.fault;
    this.put = put;
    this.bytes += bytes.length;
    if (this.header !== undefined && this.passing === 0) this.cut(bytes);
    else this.begin(bytes);
    return this.fault;
  }

  end(put: PutRecord): CaptureFault | undefined {
    if (this.fault !== undefined) return this.fault;
    this.put = put;
    this.file.end();
    if (this.header === undefined) this.stop(0, this.bytes === 0 ? 'the file is empty' : 'this is no BLF file');
    else if (this.passing > 0) this.stop(0, 'the file ends within its header');
    else if (!this.file.isBetweenObjects) {
      this.openCut(this.file.rest);
      this.stop(this.offset, 'the file ends within an object');
    } else if (!this.content.isBetweenObjects) this.stop(this.offset, 'the last container ends within an object');
    else this.endWhole(this.header);
    return this.fault;
  }

  private endWhole({ fileBytes }: BlfHeader): void {
    this.content.end();
    if (fileBytes <= BigInt(this.bytes)) return;
    this.notes.add(`the file's header says ${fileBytes} bytes, and it has ${this.bytes}: its end is missing`);
  }

  private get offset(): number {
    return (this.header?.headerBytes ?? 0) + this.file.offset;
  }

  private stop(offset: number, message: string): void {
    this.fault = { offset, message };
  }

  private begin(bytes: Uint8Array): void {
    this.queue.push(bytes);
    if (this.header === undefined) {
      if (this.queue.length < headerReadBytes) return;
      const read = readBlfHeader(this.queue.peek(headerReadBytes));
      if (!read.ok) {
        this.stop(0, read.fault);
        return;
      }
      this.header = read.value;
      this.passing = read.value.headerBytes;
      if (read.value.startNs === undefined) this.notes.add('the header says no date: times count from 1970');
    }
    this.passing -= this.queue.skip(this.passing);
    if (this.passing === 0) this.cut(this.queue.peek(this.queue.length));
  }

  private cut(bytes: Uint8Array): void {
    const message = this.file.push(bytes);
    if (message !== undefined) this.stop(this.offset, message);
  }

  private open({ headerBytes }: ObjectHead, container: Uint8Array, isCut = false): string | undefined {
    const dataAt = headerBytes + containerFieldBytes;
    if (headerBytes < objectHeadBytes || dataAt > container.length) return 'a container without its fields';
    const view = new DataView(container.buffer, container.byteOffset);
    const method = view.getUint16(headerBytes, true);
    const packed = container.subarray(dataAt);
    if (method === packings.none) return this.content.push(packed);
    if (method !== packings.zlib) return `a container that is packed by a method ${method} that is not known`;
    const bytes = this.inflate(packed, captureContainerBytesMax, isCut);
    return bytes === undefined
      ? `a container that zlib cannot unpack, or of more than the ${captureContainerBytesMax} bytes that are allowed`
      : this.content.push(bytes);
  }

  /** Reads what is there of the container within which the file ends: all that was recorded since the one before. */
  private openCut(container: Uint8Array): void {
    if (container.length < objectHeadBytes) return;
    const head = readObjectHead(new DataView(container.buffer, container.byteOffset));
    if (head.type === objectTypes.logContainer) this.open(head, container, true);
  }

  private take(head: ObjectHead, object: Uint8Array): undefined {
    const place = { offset: this.offset };
    const tell = (message: string) => this.notes.add(message, place);
    const read = readObject(head, object, this.header?.startNs ?? 0n, tell);
    if (read.ok) this.put(read.value);
    else tell(read.fault);
  }

  private strayed(bytes: number): void {
    this.notes.add(`${bytes} bytes belong to no object: something is damaged`, { offset: this.offset });
  }

  private skipped(type: number): void {
    if (type !== objectTypes.restorePoint) this.notes.add(`${objectName(type)} is left out`, { offset: this.offset });
  }
}

function objectBytesMax(type: number): number | undefined {
  return isReadType(type) ? captureObjectBytesMax : undefined;
}
