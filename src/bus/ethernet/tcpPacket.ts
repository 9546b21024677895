// Owns: TCP segments as IPv4 packets (RFC 9293, 3.1), with all headers around them. Must not know connections.
import { flagsOf, maximumSegmentBytes, readFlags, type TcpSegment } from '../tcp/segment.ts';
import { type Ipv4Address, ipv4Packet, payloadAt, readIpv4, transportChecksum } from './ipv4.ts';

const tcpProtocol = 6;
const headerBytes = 20;
/** The one option: the maximum segment size, in a SYN. */
const optionBytes = 4;
const checksumAt = payloadAt + 16;

/** The packet that carries `segment`. */
export function tcpPacket(from: Ipv4Address, to: Ipv4Address, identification: number, segment: TcpSegment): Uint8Array {
  const { syn, acknowledgment, payload } = segment;
  const dataAt = headerBytes + (syn ? optionBytes : 0);
  const packet = ipv4Packet({ from, to, protocol: tcpProtocol, identification }, dataAt + payload.length);
  const view = new DataView(packet.buffer);
  view.setUint16(payloadAt, segment.sourcePort);
  view.setUint16(payloadAt + 2, segment.destinationPort);
  view.setUint32(payloadAt + 4, segment.sequence);
  view.setUint32(payloadAt + 8, acknowledgment ?? 0);
  view.setUint8(payloadAt + 12, (dataAt / 4) << 4);
  view.setUint8(payloadAt + 13, flagsOf(segment));
  view.setUint16(payloadAt + 14, segment.window);
  if (syn) view.setUint32(payloadAt + headerBytes, 0x0204_0000 | maximumSegmentBytes);
  packet.set(payload, payloadAt + dataAt);
  const whole = packet.subarray(payloadAt, payloadAt + dataAt + payload.length);
  view.setUint16(checksumAt, transportChecksum({ from, to, protocol: tcpProtocol, payload: whole }));
  return packet;
}

export interface ReceivedSegment {
  readonly from: Ipv4Address;
  readonly to: Ipv4Address;
  readonly segment: TcpSegment;
}

/** The segment in a packet; undefined where it holds none, or a damaged one. Options are skipped. */
export function readTcpPacket(packet: Uint8Array): ReceivedSegment | undefined {
  const ipv4 = readIpv4(packet);
  if (ipv4 === undefined || ipv4.protocol !== tcpProtocol) return undefined;
  const { from, to, payload: bytes } = ipv4;
  if (bytes.length < headerBytes || transportChecksum(ipv4) !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const dataAt = (view.getUint8(12) >> 4) * 4;
  if (dataAt < headerBytes || dataAt > bytes.length) return undefined;
  const segment: TcpSegment = {
    sourcePort: view.getUint16(0),
    destinationPort: view.getUint16(2),
    sequence: view.getUint32(4),
    ...readFlags(view.getUint8(13), view.getUint32(8)),
    window: view.getUint16(14),
    payload: bytes.subarray(dataAt),
  };
  return { from, to, segment };
}
