// Owns: the objects of a BLF file that hold packets of Ethernet. `at` is where an object's fields begin, behind its header.
import type { ObjectFields } from './canObjects.ts';

export interface PacketObject {
  readonly type: 'packet';
  readonly channel: number;
  readonly packet: Uint8Array;
  readonly isRequest: boolean;
}

export const ethernetFieldBytes = 32;
const sendRequest = 2;
const addressBytes = 6;

/**
 * ETHERNET_FRAME, which has the header of the packet in fields of its own, in the host's order. Undefined where the object is shorter
 * than its packet, as below.
 */
export function readEthernetFrame({ view, at }: ObjectFields): PacketObject | undefined {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const payloadBytes = view.getUint16(at + 22, true);
  const payloadAt = at + ethernetFieldBytes;
  if (payloadAt + payloadBytes > bytes.length) return undefined;
  const tag = view.getUint16(at + 18, true);
  const types = tag === 0 ? [16] : [18, 20, 16];
  const packet = new Uint8Array(2 * addressBytes + 2 * types.length + payloadBytes);
  packet.set(bytes.subarray(at + 8, at + 8 + addressBytes), 0);
  packet.set(bytes.subarray(at, at + addressBytes), addressBytes);
  const header = new DataView(packet.buffer);
  types.forEach((from, index) => {
    header.setUint16(2 * addressBytes + 2 * index, view.getUint16(at + from, true));
  });
  packet.set(bytes.subarray(payloadAt, payloadAt + payloadBytes), packet.length - payloadBytes);
  const isRequest = view.getUint16(at + 14, true) === sendRequest;
  return { type: 'packet', channel: view.getUint16(at + 6, true), packet, isRequest };
}

/** ETHERNET_FRAME_EX, which has the packet as it was. */
export function readEthernetFrameEx({ view, at }: ObjectFields): PacketObject | undefined {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const end = at + ethernetFieldBytes + view.getUint16(at + 22, true);
  if (end > bytes.length) return undefined;
  const isRequest = view.getUint16(at + 20, true) === sendRequest;
  return {
    type: 'packet',
    channel: view.getUint16(at + 4, true),
    packet: bytes.slice(at + ethernetFieldBytes, end),
    isRequest,
  };
}
