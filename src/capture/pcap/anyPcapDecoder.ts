// Owns: which of pcap and pcapng a file is. Wireshark writes pcapng under whatever name it is given, so the name does not say it.
import { createPcapngDecoder } from '../pcapng/pcapngDecoder.ts';
import { blockTypes } from '../pcapng/pcapngEncoder.ts';
import { ByteQueue } from '../record/byteQueue.ts';
import type { CaptureFault } from '../record/captureFault.ts';
import { CaptureNotes } from '../record/captureNotes.ts';
import type { CaptureDecoder, PutRecord } from '../record/captureRecord.ts';
import { createPcapDecoder } from './pcapDecoder.ts';
import { beginsAsPcap } from './pcapHeader.ts';

const beginningBytes = 4;

/** Reads either; what is neither is refused as pcapng where `isPcap` is false. */
export function createAnyPcapDecoder(isPcap: boolean): CaptureDecoder {
  return new AnyPcapDecoder(isPcap ? createPcapDecoder : createPcapngDecoder);
}

class AnyPcapDecoder implements CaptureDecoder {
  private readonly byName: () => CaptureDecoder;
  private readonly queue = new ByteQueue();
  private readonly noNotes = new CaptureNotes();
  private decoder: CaptureDecoder | undefined;

  constructor(byName: () => CaptureDecoder) {
    this.byName = byName;
  }

  get notes(): CaptureNotes {
    return this.decoder?.notes ?? this.noNotes;
  }

  push(bytes: Uint8Array, put: PutRecord): CaptureFault | undefined {
    if (this.decoder !== undefined) return this.decoder.push(bytes, put);
    this.queue.push(bytes);
    const beginning = this.queue.peek(beginningBytes);
    if (beginning.length < beginningBytes) return undefined;
    this.decoder = this.choose(beginning);
    return this.decoder.push(this.queue.peek(this.queue.length), put);
  }

  end(put: PutRecord): CaptureFault | undefined {
    if (this.decoder === undefined) {
      this.decoder = this.byName();
      this.decoder.push(this.queue.peek(this.queue.length), put);
    }
    return this.decoder.end(put);
  }

  private choose(beginning: Uint8Array): CaptureDecoder {
    if (beginsAsPcap(beginning)) return createPcapDecoder();
    const type = new DataView(beginning.buffer, beginning.byteOffset).getUint32(0);
    return type === blockTypes.section ? createPcapngDecoder() : this.byName();
  }
}
