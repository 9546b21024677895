// Owns: writing pcapng: one section, little-endian, an interface a bus, times in nanoseconds; and the format's numbers
// (draft-ietf-opsawg-pcapng), which the decoder shares. Must not know files.
import { concatBytes, utf8 } from '../../core/bytes.ts';
import type { CaptureEncoder, CaptureHead, CaptureRecord } from '../record/captureRecord.ts';
import { noBytes } from '../record/captureRecord.ts';
import { encodeSocketCan } from './socketCanPacket.ts';

export const blockTypes = { section: 0x0a0d_0d0a, interface: 1, enhancedPacket: 6 } as const;
export const byteOrderMagic = 0x1a2b_3c4d;
export const linkTypes = { ethernet: 1, socketCan: 227 } as const;
export const optionCodes = { end: 0, comment: 1, sectionApplication: 4, name: 2, resolution: 9, offset: 14 } as const;
/** Block type, total length, and the total length once more. */
export const blockFrameBytes = 12;

/** 10 to the power of -9 s. */
const nanosecondResolution = 9;
const packetFieldsBytes = 20;

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
  return {
    head: concatBytes(sectionHeader(), ...descriptions),
    encode(record) {
      const index = interfaces.get(record.bus);
      return index === undefined ? noBytes : packetBlock(index, record);
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

function packetBlock(index: number, record: CaptureRecord): Uint8Array {
  const bytes = record.type === 'packet' ? record.packet : encodeSocketCan(record);
  const total = blockFrameBytes + packetFieldsBytes + padded(bytes.length);
  const whole = new Uint8Array(total);
  const view = new DataView(whole.buffer);
  view.setUint32(0, blockTypes.enhancedPacket, true);
  view.setUint32(4, total, true);
  view.setUint32(8, index, true);
  view.setUint32(12, Number(record.timeNs >> 32n), true);
  view.setUint32(16, Number(record.timeNs & 0xffff_ffffn), true);
  view.setUint32(20, bytes.length, true);
  view.setUint32(24, bytes.length, true);
  whole.set(bytes, 28);
  view.setUint32(total - 4, total, true);
  return whole;
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
