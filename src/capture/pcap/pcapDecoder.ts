// Owns: reading classic pcap: either byte order, times in micro- and nanoseconds, one link type a file. Must not know files.
import { NS_PER_S } from '../../core/units.ts';
import { captureBlockBytesMax } from '../limits.ts';
import { noteOfLinkType, readLinkPacket } from '../linkLayer/linkPacket.ts';
import { ByteQueue } from '../record/byteQueue.ts';
import type { CaptureFault } from '../record/captureFault.ts';
import { CaptureNotes } from '../record/captureNotes.ts';
import type { CaptureDecoder, PutRecord } from '../record/captureRecord.ts';
import { fileHeaderBytes, type PcapHeader, packetHeaderBytes, readPcapHeader } from './pcapHeader.ts';

export function createPcapDecoder(): CaptureDecoder {
  return new PcapDecoder();
}

/** The format has no names; pcapng calls an interface without one by its number too. */
const onlyBus = '0';
const nsPerS = BigInt(NS_PER_S);

class PcapDecoder implements CaptureDecoder {
  readonly notes = new CaptureNotes();
  private readonly queue = new ByteQueue();
  /** Of the packet at the queue's beginning. */
  private offset = 0;
  private header: PcapHeader | undefined;
  private fault: CaptureFault | undefined;

  push(bytes: Uint8Array, put: PutRecord): CaptureFault | undefined {
    if (this.fault !== undefined) return this.fault;
    this.queue.push(bytes);
    this.header ??= this.readHeader();
    if (this.header !== undefined) while (this.fault === undefined && this.step(this.header, put));
    return this.fault;
  }

  end(): CaptureFault | undefined {
    if (this.fault !== undefined) return this.fault;
    if (this.queue.length > 0) {
      this.stop(this.header === undefined ? 'this is no pcap file' : 'the file ends within a packet');
    } else if (this.header === undefined) this.stop('the file is empty');
    return this.fault;
  }

  private stop(message: string): false {
    this.fault = { offset: this.offset, message };
    return false;
  }

  private readHeader(): PcapHeader | undefined {
    if (this.queue.length < fileHeaderBytes) return undefined;
    const read = readPcapHeader(this.queue.peek(fileHeaderBytes));
    if (!read.ok) {
      this.stop(read.fault);
      return undefined;
    }
    const note = noteOfLinkType(read.value.linkType);
    if (note !== undefined) this.notes.add(note);
    this.offset += this.queue.skip(fileHeaderBytes);
    return read.value;
  }

  /** Takes one packet. False where more bytes are needed, or none will help. */
  private step({ littleEndian, linkType, nsPerFraction }: PcapHeader, put: PutRecord): boolean {
    const start = this.queue.peek(packetHeaderBytes);
    if (start.length < packetHeaderBytes) return false;
    const view = new DataView(start.buffer, start.byteOffset);
    const word = (at: number) => view.getUint32(at, littleEndian);
    const length = word(8);
    if (length > captureBlockBytesMax) {
      return this.stop(`a packet of ${length} bytes: ${captureBlockBytesMax} are allowed`);
    }
    const total = packetHeaderBytes + length;
    if (this.queue.length < total) return false;
    const read = readLinkPacket({
      linkType,
      timeNs: BigInt(word(0)) * nsPerS + BigInt(word(4) * nsPerFraction),
      bus: onlyBus,
      bytes: this.queue.peek(total).subarray(packetHeaderBytes),
      littleEndian,
      isCut: length < word(12),
    });
    if (!read.ok) return this.stop(read.fault);
    if ('type' in read.value) put(read.value);
    else this.notes.add(read.value.leftOut, { offset: this.offset });
    this.offset += this.queue.skip(total);
    return true;
  }
}
