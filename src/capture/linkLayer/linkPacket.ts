// Owns: a packet of a pcap or pcapng file by the link type of its interface: the record that it is, or what is left out. Must not know
// the files.
import { ok, type Result } from '../../core/result.ts';
import { canXlNote } from '../record/captureNotes.ts';
import type { CaptureRecord } from '../record/captureRecord.ts';
import { type CookedPacket, readSll, readSll2 } from './cookedPacket.ts';
import { decodeSocketCan, type SocketCanForm } from './socketCanPacket.ts';

/** LINKTYPE_ETHERNET, LINKTYPE_LINUX_SLL, LINKTYPE_CAN_SOCKETCAN, LINKTYPE_LINUX_SLL2. */
export const linkTypes = { ethernet: 1, cooked: 113, socketCan: 227, cooked2: 276 } as const;

/** ETH_P_CAN, ETH_P_CANFD, ETH_P_CANXL of Linux. */
const protocols = { can: 0x000c, canFd: 0x000d, canXl: 0x000e } as const;
/** ARPHRD_NETLINK: its protocols have numbers of their own. */
const netlinkHardware = 824;

export interface LinkPacket {
  readonly linkType: number;
  readonly timeNs: bigint;
  /** The interface's name. */
  readonly bus: string;
  readonly bytes: Uint8Array;
  /** Of the file, or of its section. */
  readonly littleEndian: boolean;
  /** Only its beginning was captured. */
  readonly isCut: boolean;
}

/** What is not read, in words for the reader of a capture. */
export interface LeftOut {
  readonly leftOut: string;
}

export type ReadLinkPacket = Result<CaptureRecord | LeftOut, string>;

const xl = leftOut(canXlNote);
const cut = leftOut('a packet of which only the beginning was captured is left out');
const noCookedHeader: ReadLinkPacket = {
  ok: false,
  fault: 'a packet is shorter than the header of a Linux cooked capture',
};

export function readLinkPacket(packet: LinkPacket): ReadLinkPacket {
  const { linkType, timeNs, bus, bytes } = packet;
  switch (linkType) {
    case linkTypes.ethernet:
      return packet.isCut ? cut : ok({ type: 'packet', timeNs, bus, packet: bytes.slice() });
    case linkTypes.socketCan:
      return readCan(packet, bytes, bus);
    case linkTypes.cooked:
      return readCooked(packet, readSll(bytes));
    case linkTypes.cooked2:
      return readCooked(packet, readSll2(bytes));
    default:
      return leftOut(`a packet of link type ${linkType} is left out`);
  }
}

/** What a reader should know of all packets of a link type. */
export function noteOfLinkType(linkType: number): string | undefined {
  return linkType === linkTypes.cooked
    ? 'a Linux cooked capture of the older form does not say which interface a frame was on: all are taken for one bus'
    : undefined;
}

function leftOut(what: string): ReadLinkPacket {
  return ok({ leftOut: what });
}

function readCooked(packet: LinkPacket, cooked: CookedPacket | undefined): ReadLinkPacket {
  if (cooked === undefined) return packet.isCut ? cut : noCookedHeader;
  const { protocol, hardware, interfaceIndex, payload } = cooked;
  const bus = interfaceIndex === undefined ? packet.bus : `if${interfaceIndex}`;
  // libpcap leaves the id word of these as it was in the memory of the machine that captured, whose order is the file's.
  const { littleEndian } = packet;
  if (hardware === netlinkHardware) return leftOut('a netlink message of a Linux cooked capture is left out');
  switch (protocol) {
    case protocols.can:
      return readCan(packet, payload, bus, { littleEndian, fd: false });
    case protocols.canFd:
      return readCan(packet, payload, bus, { littleEndian, fd: true });
    case protocols.canXl:
      return xl;
    default: {
      const number = protocol.toString(16).padStart(4, '0');
      return leftOut(`a packet of protocol 0x${number} is left out: a Linux cooked capture keeps no Ethernet header`);
    }
  }
}

function readCan(packet: LinkPacket, bytes: Uint8Array, bus: string, form?: SocketCanForm): ReadLinkPacket {
  const content = decodeSocketCan(bytes, form);
  if (!content.ok) return packet.isCut ? cut : content;
  if (content.value === undefined) return xl;
  const { timeNs } = packet;
  if (content.value.type === 'frame') return ok({ type: 'frame', timeNs, bus, frame: content.value.frame });
  const { errorClass, data } = content.value;
  return ok({ type: 'error', timeNs, bus, errorClass, data });
}
