// Owns: Ethernet II and IPv4 headers around a payload (RFC 894, RFC 791): making and reading them. Addresses are static: there is
// neither ARP nor fragmentation. Must not know transports.
import { headerBytes, packetBytesMin } from './wire.ts';

/** An address in its 32 bits; a node's MAC address is 02:00 and these. */
export type Ipv4Address = number;

const ipv4HeaderBytes = 20;
export const payloadAt = headerBytes + ipv4HeaderBytes;
const etherTypeIpv4 = 0x0800;
const doNotFragment = 0x4000;
const timeToLive = 64;
/** Locally administered: no maker has it. */
const macPrefix = 0x0200;

export interface Ipv4Header {
  readonly from: Ipv4Address;
  readonly to: Ipv4Address;
  readonly protocol: number;
  readonly identification: number;
}

export interface Ipv4Packet {
  readonly from: Ipv4Address;
  readonly to: Ipv4Address;
  readonly protocol: number;
  /** A view of the packet, without padding. */
  readonly payload: Uint8Array;
}

/** A packet with its headers and room for a payload, which begins at `payloadAt`. Padded with zeros. */
export function ipv4Packet({ from, to, protocol, identification }: Ipv4Header, payloadBytes: number): Uint8Array {
  const packet = new Uint8Array(Math.max(packetBytesMin, payloadAt + payloadBytes));
  const view = new DataView(packet.buffer);
  view.setUint16(0, macPrefix);
  view.setUint32(2, to);
  view.setUint16(6, macPrefix);
  view.setUint32(8, from);
  view.setUint16(12, etherTypeIpv4);
  view.setUint16(headerBytes, 0x4500);
  view.setUint16(headerBytes + 2, ipv4HeaderBytes + payloadBytes);
  view.setUint16(headerBytes + 4, identification);
  view.setUint16(headerBytes + 6, doNotFragment);
  view.setUint8(headerBytes + 8, timeToLive);
  view.setUint8(headerBytes + 9, protocol);
  view.setUint32(headerBytes + 12, from);
  view.setUint32(headerBytes + 16, to);
  view.setUint16(headerBytes + 10, checksum(sum16(packet.subarray(headerBytes, payloadAt))));
  return packet;
}

/** What a packet carries; undefined for another form than this of IPv4, and for a damaged packet. */
export function readIpv4(packet: Uint8Array): Ipv4Packet | undefined {
  if (packet.length < packetBytesMin) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const length = view.getUint16(headerBytes + 2);
  if (view.getUint16(12) !== etherTypeIpv4 || view.getUint8(headerBytes) !== 0x45) return undefined;
  if (length < ipv4HeaderBytes || headerBytes + length > packet.length) return undefined;
  if (checksum(sum16(packet.subarray(headerBytes, payloadAt))) !== 0) return undefined;
  return {
    from: view.getUint32(headerBytes + 12),
    to: view.getUint32(headerBytes + 16),
    protocol: view.getUint8(headerBytes + 9),
    payload: packet.subarray(payloadAt, headerBytes + length),
  };
}

/** Where a packet goes, by its MAC address; undefined for one of another form. */
export function destinationOf(packet: Uint8Array): Ipv4Address | undefined {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  return packet.length >= headerBytes && view.getUint16(0) === macPrefix ? view.getUint32(2) : undefined;
}

/** The pseudo-header that TCP and UDP check with their own bytes, and these. 0 where they are as they were sent. */
export function transportChecksum({ from, to, protocol, payload }: Ipv4Packet): number {
  const addresses = (from >>> 16) + (from & 0xffff) + (to >>> 16) + (to & 0xffff);
  return checksum(sum16(payload) + addresses + protocol + payload.length);
}

/** RFC 1071. */
function sum16(bytes: Uint8Array): number {
  let sum = 0;
  const even = bytes.length & ~1;
  for (let index = 0; index < even; index += 2) sum += ((bytes[index] as number) << 8) | (bytes[index + 1] as number);
  return even < bytes.length ? sum + ((bytes[even] as number) << 8) : sum;
}

function checksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + (folded >>> 16);
  return ~folded & 0xffff;
}
