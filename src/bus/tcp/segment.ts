// Owns: TCP segments as bytes (RFC 9293, 3.1), with all headers around them. Must not know connections.
import { type Ipv4Address, ipv4Packet, payloadAt, readIpv4, transportChecksum } from '../ethernet/ipv4.ts';

const tcpProtocol = 6;
/** What fits into a frame of 1500 bytes beside two headers without options. */
export const maximumSegmentBytes = 1460;

const headerBytes = 20;
/** The one option: the maximum segment size, in a SYN. */
const optionBytes = 4;
const checksumAt = payloadAt + 16;
const flagBits = { fin: 0x01, syn: 0x02, rst: 0x04, psh: 0x08, ack: 0x10 } as const;

export interface TcpSegment {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  /** Undefined without the ACK flag. */
  readonly acknowledgment: number | undefined;
  readonly syn: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
  readonly psh: boolean;
  readonly window: number;
  /** A view of the packet that brought it, or of what is sent. */
  readonly payload: Uint8Array;
}

/** What the flags say. */
type Flagged = Pick<TcpSegment, 'acknowledgment' | 'syn' | 'fin' | 'rst' | 'psh'>;

/** The byte of flags of a segment. */
export function flagsOf({ fin, syn, rst, psh, acknowledgment }: Flagged): number {
  return (
    (fin ? flagBits.fin : 0) |
    (syn ? flagBits.syn : 0) |
    (rst ? flagBits.rst : 0) |
    (psh ? flagBits.psh : 0) |
    (acknowledgment === undefined ? 0 : flagBits.ack)
  );
}

/** `acknowledgment`: what stands in its field, whether the flags say that it counts or not. */
export function readFlags(flags: number, acknowledgment: number): Flagged {
  return {
    acknowledgment: (flags & flagBits.ack) === 0 ? undefined : acknowledgment,
    syn: (flags & flagBits.syn) !== 0,
    fin: (flags & flagBits.fin) !== 0,
    rst: (flags & flagBits.rst) !== 0,
    psh: (flags & flagBits.psh) !== 0,
  };
}

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

/** The segment in a packet; undefined for what is none, or damaged. Options are passed over. */
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

/** The reset that answers a segment for no connection. RFC 9293, 3.10.7.1 */
export function resetFor({
  sourcePort,
  destinationPort,
  sequence,
  acknowledgment,
  syn,
  fin,
  payload,
}: TcpSegment): TcpSegment {
  const length = payload.length + (syn ? 1 : 0) + (fin ? 1 : 0);
  return {
    sourcePort: destinationPort,
    destinationPort: sourcePort,
    sequence: acknowledgment ?? 0,
    acknowledgment: acknowledgment === undefined ? (sequence + length) >>> 0 : undefined,
    syn: false,
    fin: false,
    rst: true,
    psh: false,
    window: 0,
    payload: payload.subarray(0, 0),
  };
}
