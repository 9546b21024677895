// Owns: segments of our TCP as UDP datagrams: of its header what UDP does not have already, and a number by which the ends know their
// connection from an earlier one. Must not know sockets.

import { flagsOf, readFlags, type TcpSegment } from './segment.ts';
import { windowBytes } from './sender.ts';

/** Fits into an Ethernet frame, with room for a tunnel. */
const datagramBytesMax = 1400;
const headerBytes = 14;
export const udpSegmentBytes = datagramBytesMax - headerBytes;

/** In front of every datagram, so that others are not taken for ours. */
const version = 1;

/** The datagram that carries `segment` of the connection with this number, of 32 bits. */
export function udpDatagram(connection: number, segment: TcpSegment): Uint8Array {
  const { sequence, acknowledgment, payload } = segment;
  const datagram = new Uint8Array(headerBytes + payload.length);
  const view = new DataView(datagram.buffer);
  view.setUint8(0, version);
  view.setUint8(1, flagsOf(segment));
  view.setUint32(2, connection);
  view.setUint32(6, sequence);
  view.setUint32(10, acknowledgment ?? 0);
  datagram.set(payload, headerBytes);
  return datagram;
}

/** Undefined for what is no datagram of ours. The payload is a view. */
export function readUdpDatagram(
  datagram: Uint8Array,
): { readonly connection: number; readonly segment: TcpSegment } | undefined {
  if (datagram.length < headerBytes || datagram.length > datagramBytesMax || datagram[0] !== version) return undefined;
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.length);
  const segment: TcpSegment = {
    sourcePort: 0,
    destinationPort: 0,
    sequence: view.getUint32(6),
    ...readFlags(view.getUint8(1), view.getUint32(10)),
    window: windowBytes,
    payload: datagram.subarray(headerBytes),
  };
  return { connection: view.getUint32(2), segment };
}
