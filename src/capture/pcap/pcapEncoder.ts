// Owns: writing the classic pcap of CAN frames: one link type a file, LINKTYPE_CAN_SOCKETCAN, little-endian, nanoseconds. It has no place
// for Ethernet beside them, nor for the names of buses. Must not know files.
import { NS_PER_S } from '../../core/units.ts';
import { linkTypes } from '../linkLayer/linkPacket.ts';
import { socketCanBytes, writeSocketCan } from '../linkLayer/socketCanPacket.ts';
import { type CaptureEncoder, noBytes } from '../record/captureRecord.ts';
import { fileHeaderBytes, magicNumbers, packetHeaderBytes } from './pcapHeader.ts';

/** What capturing programs write for no limit: no packet is longer. */
const snapshotBytes = 262_144;
const nsPerS = BigInt(NS_PER_S);

export function createPcapEncoder(): CaptureEncoder {
  const head = new Uint8Array(fileHeaderBytes);
  const view = new DataView(head.buffer);
  view.setUint32(0, magicNumbers.nanoseconds, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, snapshotBytes, true);
  view.setUint32(20, linkTypes.socketCan, true);
  return {
    head,
    encode(record) {
      if (record.type === 'packet') return noBytes;
      const length = socketCanBytes(record);
      const bytes = new Uint8Array(packetHeaderBytes + length);
      const fields = new DataView(bytes.buffer);
      fields.setUint32(0, Number(record.timeNs / nsPerS), true);
      fields.setUint32(4, Number(record.timeNs % nsPerS), true);
      fields.setUint32(8, length, true);
      fields.setUint32(12, length, true);
      writeSocketCan(record, bytes, packetHeaderBytes);
      return bytes;
    },
  };
}
