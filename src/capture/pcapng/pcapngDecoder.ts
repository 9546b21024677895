// Owns: reading pcapng: sections of either byte order, interfaces, enhanced packet blocks and the obsolete packet blocks. Other blocks
// are skipped. Must not know files.

import { fromUtf8 } from '../../core/bytes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { printable } from '../../core/text.ts';
import { NS_PER_S } from '../../core/units.ts';
import { captureBlockBytesMax, captureBusesMax, captureNameCharsMax } from '../limits.ts';
import { noteOfLinkType, readLinkPacket } from '../linkLayer/linkPacket.ts';
import { ByteQueue } from '../record/byteQueue.ts';
import type { CaptureFault } from '../record/captureFault.ts';
import { CaptureNotes } from '../record/captureNotes.ts';
import type { CaptureDecoder, CaptureRecord, PutRecord } from '../record/captureRecord.ts';
import { wordAt } from '../record/words.ts';
import { blockFrameBytes, blockTypes, byteOrderMagic, optionCodes, padded } from './pcapngEncoder.ts';

export function createPcapngDecoder(): CaptureDecoder {
  return new PcapngDecoder();
}

interface Interface {
  readonly name: string;
  readonly linkType: number;
  /** Of a time of two words. */
  readonly nanoseconds: (high: number, low: number) => bigint;
}

type Read = Result<CaptureRecord | undefined, string>;

const nothing: Read = ok(undefined);
const nsPerS = BigInt(NS_PER_S);
const sectionFieldsBytes = 16;
const interfaceFieldsBytes = 8;
const packetFieldsBytes = 20;
/** A block that has no time, and only the first interface: not read. */
const simplePacketType = 3;
const simplePacketNote = 'a simple packet block is left out: it says no time';

const knownBlocks: readonly number[] = Object.values(blockTypes);

class PcapngDecoder implements CaptureDecoder {
  readonly notes = new CaptureNotes();
  private readonly queue = new ByteQueue();
  /** Of the block at the queue's beginning, or of the one that is skipped. */
  private offset = 0;
  /** A block that is skipped: its length, and what of it is left. */
  private passingBytes = 0;
  private passing = 0;
  /** The byte order of the section, once there is one. */
  private littleEndian: boolean | undefined;
  private interfaces: Interface[] = [];
  private fault: CaptureFault | undefined;

  push(bytes: Uint8Array, put: PutRecord): CaptureFault | undefined {
    if (this.fault !== undefined) return this.fault;
    this.queue.push(bytes);
    while (this.fault === undefined && this.step(put));
    return this.fault;
  }

  end(): CaptureFault | undefined {
    if (this.fault !== undefined) return this.fault;
    if (this.queue.length > 0 || this.passing > 0) this.stop('the file ends within a block');
    else if (this.littleEndian === undefined) this.stop('the file is empty');
    return this.fault;
  }

  private stop(message: string): false {
    this.fault = { offset: this.offset, message };
    return false;
  }

  /** Takes one block, or a part of one that is skipped. False where more bytes are needed, or none will help. */
  private step(put: PutRecord): boolean {
    if (this.passing > 0) {
      this.passing -= this.queue.skip(this.passing);
      if (this.passing > 0) return false;
      this.offset += this.passingBytes;
      return true;
    }
    const start = this.queue.peek(blockFrameBytes);
    if (start.length < blockFrameBytes) return false;
    // The type of a section header reads the same in both orders; its magic says which one it is from here on.
    if (wordAt(start, 0, true) === blockTypes.section) {
      const littleEndian = wordAt(start, 8, true) === byteOrderMagic;
      if (!littleEndian && wordAt(start, 8, false) !== byteOrderMagic)
        return this.stop('a section without its magic number');
      this.littleEndian = littleEndian;
      this.interfaces = [];
    }
    if (this.littleEndian === undefined) return this.stop('this is no pcapng file');
    const type = wordAt(start, 0, this.littleEndian);
    const total = wordAt(start, 4, this.littleEndian);
    if (total < blockFrameBytes || total % 4 !== 0) return this.stop(`a block of ${total} bytes cannot be`);
    if (!knownBlocks.includes(type)) {
      if (type === simplePacketType) this.notes.add(simplePacketNote, { offset: this.offset });
      this.passing = total;
      this.passingBytes = total;
      return true;
    }
    if (total > captureBlockBytesMax) {
      return this.stop(`a block of ${total} bytes: ${captureBlockBytesMax} are allowed`);
    }
    if (this.queue.length < total) return false;
    return this.take(type, this.queue.peek(total), put);
  }

  private take(type: number, block: Uint8Array, put: PutRecord): boolean {
    const little = this.littleEndian === true;
    if (wordAt(block, block.length - 4, little) !== block.length) return this.stop('a block says two lengths');
    const body = block.subarray(8, block.length - 4);
    const read = type === blockTypes.enhancedPacket ? this.readEnhanced(body, little) : this.readBody(type, body);
    if (!read.ok) return this.stop(read.fault);
    this.offset += this.queue.skip(block.length);
    if (read.value !== undefined) put(read.value);
    return true;
  }

  private readBody(type: number, body: Uint8Array): Read {
    const view = new DataView(body.buffer, body.byteOffset, body.length);
    if (type === blockTypes.interface) return this.readInterface(body, view);
    if (type === blockTypes.packet) {
      if (body.length < packetFieldsBytes) return fail('a packet without its fields');
      // As the enhanced one, but for the interface: a number of 16 bits, behind which stands how many packets were lost before.
      return this.readPacket(body, view.getUint16(0, this.littleEndian), this.littleEndian === true);
    }
    if (body.length < sectionFieldsBytes) return fail('a section header without its fields');
    return view.getUint16(4, this.littleEndian) === 1 ? nothing : fail('a version other than 1');
  }

  private readInterface(body: Uint8Array, view: DataView): Read {
    if (body.length < interfaceFieldsBytes) return fail('an interface without its fields');
    if (this.interfaces.length >= captureBusesMax) return fail(`more than the ${captureBusesMax} interfaces allowed`);
    let name = String(this.interfaces.length);
    let resolution = 6;
    let offsetS = 0n;
    for (let at = interfaceFieldsBytes; at + 4 <= body.length; ) {
      const code = view.getUint16(at, this.littleEndian);
      const length = view.getUint16(at + 2, this.littleEndian);
      if (code === optionCodes.end) break;
      at += 4;
      if (at + length > body.length) return fail('an option longer than its block');
      const value = body.subarray(at, at + length);
      if (code === optionCodes.name) name = nameText(value) ?? name;
      if (code === optionCodes.resolution && length > 0) resolution = value[0] ?? resolution;
      if (code === optionCodes.offset && length === 8) offsetS = view.getBigInt64(at, this.littleEndian);
      at += padded(length);
    }
    const linkType = view.getUint16(0, this.littleEndian);
    this.interfaces.push({ name, linkType, nanoseconds: nanosecondsBy(resolution, offsetS) });
    const note = noteOfLinkType(linkType);
    if (note !== undefined) this.notes.add(note, { offset: this.offset });
    return nothing;
  }

  private readEnhanced(body: Uint8Array, little: boolean): Read {
    if (body.length < packetFieldsBytes) return fail('a packet without its fields');
    return this.readPacket(body, wordAt(body, 0, little), little);
  }

  private readPacket(body: Uint8Array, index: number, littleEndian: boolean): Read {
    const from = this.interfaces[index];
    if (from === undefined) return fail(`a packet of an interface ${index} that is not described`);
    const length = wordAt(body, 12, littleEndian);
    if (packetFieldsBytes + length > body.length) return fail('a packet longer than its block');
    const read = readLinkPacket({
      linkType: from.linkType,
      timeNs: from.nanoseconds(wordAt(body, 4, littleEndian), wordAt(body, 8, littleEndian)),
      bus: from.name,
      bytes: body.subarray(packetFieldsBytes, packetFieldsBytes + length),
      littleEndian,
      isCut: length < wordAt(body, 16, littleEndian),
    });
    if (!read.ok) return read;
    if ('type' in read.value) return ok(read.value);
    this.notes.add(read.value.leftOut, { offset: this.offset });
    return nothing;
  }
}

function nameText(bytes: Uint8Array): string | undefined {
  const text = fromUtf8(bytes);
  return text === undefined || text === '' ? undefined : printable(text, captureNameCharsMax);
}

/** By `if_tsresol`: a power of 10, or of 2 where the highest bit is set; and `if_tsoffset`, in seconds. */
function nanosecondsBy(resolution: number, offsetS: bigint): (high: number, low: number) => bigint {
  const offsetNs = offsetS * nsPerS;
  const exponent = BigInt(resolution & 0x7f);
  const perSecond = (resolution & 0x80) === 0 ? 10n ** exponent : 2n ** exponent;
  if (nsPerS % perSecond !== 0n) {
    return (high, low) => (((BigInt(high) << 32n) | BigInt(low)) * nsPerS) / perSecond + offsetNs;
  }
  const nsPerUnit = nsPerS / perSecond;
  const nsPerLow = Number(nsPerUnit);
  // The high word of one packet is most often that of the one before; a low word in whole nanoseconds is exact as a number.
  let last = 0;
  let lastNs = offsetNs;
  return (high, low) => {
    if (high !== last) {
      last = high;
      lastNs = (BigInt(high) << 32n) * nsPerUnit + offsetNs;
    }
    const lowNs = low * nsPerLow;
    return lastNs + (Number.isSafeInteger(lowNs) ? BigInt(lowNs) : BigInt(low) * nsPerUnit);
  };
}
