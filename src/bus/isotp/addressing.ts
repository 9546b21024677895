// Owns: whom a connection speaks for and to (ISO 15765-2, 10.3): each addressing mode becomes an id and, in some, a byte before
// the PCI, for either direction. Must not know frames' contents beyond that byte. The modes' names are python-can-isotp's.
import { baseIdMax, extendedIdMax } from '../frame/checkFrame.ts';

/** The ids of this side's frames and of the peer's. */
interface Ids {
  readonly transmitId: number;
  readonly receiveId: number;
}

/** N_SA and N_TA of what this side sends: its own address and its peer's, a byte each. */
interface Addresses {
  readonly sourceAddress: number;
  readonly targetAddress: number;
}

/** Bits 28 to 16 of ids that carry addresses in their lower 16: another priority than 6, for instance. */
interface IdBase {
  readonly idBase?: number;
}

/** N_AE: the network behind a gateway, a byte. */
interface Extension {
  readonly addressExtension: number;
}

type Addressing =
  | (Ids & { readonly mode?: 'Normal_11bits' | 'Normal_29bits' })
  | (Addresses & IdBase & { readonly mode: 'NormalFixed_29bits' })
  | (Ids & Addresses & { readonly mode: 'Extended_11bits' | 'Extended_29bits' })
  | (Ids & Extension & { readonly mode: 'Mixed_11bits' })
  | (Addresses & Extension & IdBase & { readonly mode: 'Mixed_29bits' });

/**
 * N_AI. `mode` is `Normal_11bits` when omitted. `targetAddressType` is N_TAtype: `functional` is one to many, single frames only;
 * an ECU that listens gives the group's address as its `sourceAddress`. Where there are ids, a functional one may stand in both places.
 */
export type AddressInformation = Addressing & { readonly targetAddressType?: 'physical' | 'functional' };

/** What the frames of one direction have in common. */
export interface FrameAddress {
  readonly id: number;
  readonly extended: boolean;
  /** The byte before the PCI: N_TA or N_AE; undefined in the modes that have none. */
  readonly firstByte: number | undefined;
}

export interface ConnectionAddress {
  readonly transmit: FrameAddress;
  readonly receive: FrameAddress;
  readonly functional: boolean;
}

/** Normal fixed and mixed addressing of 29 bits, physical and functional (10.3.3, 10.3.5): priority 6, data page 0. */
const idBases = {
  NormalFixed_29bits: { physical: 0x18da_0000, functional: 0x18db_0000 },
  Mixed_29bits: { physical: 0x18ce_0000, functional: 0x18cd_0000 },
};

function checkWithin(name: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new RangeError(`${name} is 0 to 0x${max.toString(16)}, not ${value}`);
  }
}

function checkByte(value: number | undefined): void {
  if (value !== undefined) checkWithin('an address', value, 0xff);
}

type Directions = Omit<ConnectionAddress, 'functional'>;

function byIds(ids: Ids, extended: boolean, sent: number | undefined, heard: number | undefined): Directions {
  const width = extended ? 'an id of 29 bits' : 'an id of 11 bits';
  for (const id of [ids.transmitId, ids.receiveId]) checkWithin(width, id, extended ? extendedIdMax : baseIdMax);
  checkByte(sent);
  checkByte(heard);
  return {
    transmit: { id: ids.transmitId, extended, firstByte: sent },
    receive: { id: ids.receiveId, extended, firstByte: heard },
  };
}

function byAddresses(ids: Addresses & IdBase, usualBase: number, firstByte: number | undefined): Directions {
  const { sourceAddress: own, targetAddress: peer, idBase = usualBase } = ids;
  checkByte(own);
  checkByte(peer);
  checkByte(firstByte);
  checkWithin('idBase', idBase, extendedIdMax);
  const base = idBase - (idBase & 0xffff);
  return {
    transmit: { id: base + peer * 256 + own, extended: true, firstByte },
    receive: { id: base + own * 256 + peer, extended: true, firstByte },
  };
}

/** The ids and first bytes of `address`. Throws a RangeError for what its mode cannot have. */
export function resolveAddress(address: AddressInformation): ConnectionAddress {
  const { targetAddressType: type = 'physical' } = address;
  return { ...directions(address, type), functional: type === 'functional' };
}

function directions(address: AddressInformation, type: 'physical' | 'functional'): Directions {
  switch (address.mode) {
    case 'NormalFixed_29bits':
      return byAddresses(address, idBases.NormalFixed_29bits[type], undefined);
    case 'Mixed_29bits':
      return byAddresses(address, idBases.Mixed_29bits[type], address.addressExtension);
    case 'Mixed_11bits':
      return byIds(address, false, address.addressExtension, address.addressExtension);
    case 'Extended_11bits':
    case 'Extended_29bits':
      return byIds(address, address.mode === 'Extended_29bits', address.targetAddress, address.sourceAddress);
    default:
      return byIds(address, address.mode === 'Normal_29bits', undefined, undefined);
  }
}
