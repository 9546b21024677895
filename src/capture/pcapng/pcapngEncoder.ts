// Owns: writing pcapng: one section, little-endian, an interface a bus, times in nanoseconds; and the format's numbers
// (draft-ietf-opsawg-pcapng), which the decoder shares. Must not know files.
import { concatBytes, utf8 } from '../../core/bytes.ts';
import { linkTypes } from '../linkLayer/linkPacket.ts';
import { socketCanBytes, writeSocketCan } from '../linkLayer/socketCanPacket.ts';
import type { CaptureEncoder, CaptureHead, CaptureRecord } from '../record/captureRecord.ts';
import { noBytes } from '../record/captureRecord.ts';

/** `packet` is obsolete, and only read. */
export const blockTypes = { section: 0x0a0d_0d0a, interface: 1, packet: 2, enhancedPacket: 6 } as const;
export const byteOrderMagic = 0x1a2b_3c4d;
export const optionCodes = { end: 0, comment: 1, sectionApplication: 4, name: 2, resolution: 9, offset: 14 } as const;
/** Block type, total length, and the total length once more. */
export const blockFrameBytes = 12;

/** 10 to the power of -9 s. */
const nanosecondResolution = 9;
const packetFieldsBytes = 20;
/** Where the packet begins in its block. */
const packetAt = 28;
const wordValues = 2 ** 32;

export function createPcapngEncoder({ buses }: CaptureHead): CaptureEncoder {
  const interfaces = new Map(buses.map(({ name }, index) => [name, index]));
  const descriptions = buses.map(({ name, kind, note }) => {
    const fields = new Uint8Array(8);
    new DataView(fields.buffer).setUint16(0, kind === 'can' ? linkTypes.socketCan : linkTypes.ethernet, true);
    return block(
      blockTypes.interface,
      fields,
      ...(note === undefined ? [] : [option(optionCodes.comment, utf8(note))]),
      option(optionCodes.name, utf8(name)),
      option(optionCodes.resolution, Uint8Array.of(nanosecondResolution)),
      option(optionCodes.end, noBytes),
    );
  });
  const blocks = new PacketBlocks();
  return {
    head: concatBytes(sectionHeader(), ...descriptions),
    encode(record) {
      const index = interfaces.get(record.bus);
      return index === undefined ? noBytes : blocks.encode(index, record);
    },
  };
}

/** Version 1.0, of a length that is not known. */
function sectionHeader(): Uint8Array {
  const fields = new Uint8Array(16);
  const view = new DataView(fields.buffer);
  view.setUint32(0, byteOrderMagic, true);
  view.setUint16(4, 1, true);
  view.setBigInt64(8, -1n, true);
  return block(
    blockTypes.section,
    fields,
    option(optionCodes.sectionApplication, utf8('ecunet')),
    option(optionCodes.end, noBytes),
  );
}

/** Writes each packet into the same bytes. */
class PacketBlocks {
  private bytes = new Uint8Array(0);
  private view = new DataView(this.bytes.buffer);
  /** The high word of the time last written, as a time: the next is most often within the same 4 seconds. */
  private highNs = 0n;
  private high = 0;

  encode(index: number, record: CaptureRecord): Uint8Array {
    const length = record.type === 'packet' ? record.packet.length : socketCanBytes(record);
    const total = blockFrameBytes + packetFieldsBytes + padded(length);
    if (this.bytes.length < total) this.grow(total);
    const { bytes, view } = this;
    view.setUint32(0, blockTypes.enhancedPacket, true);
    view.setUint32(4, total, true);
    view.setUint32(8, index, true);
    const low = this.lowWord(record.timeNs);
    view.setUint32(12, this.high, true);
    view.setUint32(16, low, true);
    view.setUint32(20, length, true);
    view.setUint32(24, length, true);
    if (record.type === 'packet') bytes.set(record.packet, packetAt);
    else writeSocketCan(record, bytes, packetAt);
    for (let at = packetAt + length; at < total - 4; at += 1) bytes[at] = 0;
    view.setUint32(total - 4, total, true);
    return bytes.subarray(0, total);
  }

  private grow(bytes: number): void {
    this.bytes = new Uint8Array(2 * bytes);
    this.view = new DataView(this.bytes.buffer);
  }

  private lowWord(timeNs: bigint): number {
    const low = Number(timeNs - this.highNs);
    if (low >= 0 && low < wordValues) return low;
    this.high = Number(timeNs >> 32n);
    this.highNs = (timeNs >> 32n) << 32n;
    return Number(timeNs - this.highNs);
  }
}

function option(code: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + padded(value.length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, code, true);
  view.setUint16(2, value.length, true);
  bytes.set(value, 4);
  return bytes;
}

function block(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(...parts);
  const total = blockFrameBytes + body.length;
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, total, true);
  bytes.set(body, 8);
  view.setUint32(total - 4, total, true);
  return bytes;
}

/** Fields and options fill whole words of 32 bits. */
export function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
