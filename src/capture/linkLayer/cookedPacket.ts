// Owns: the headers of Linux cooked captures, which is what `tcpdump -i any` writes: LINKTYPE_LINUX_SLL (113) and LINKTYPE_LINUX_SLL2
// (276). Their fields are in network order. Must not know what they carry.

/** The header of a packet on any interface of the machine. */
export interface CookedPacket {
  /** As EtherType says it, or one of Linux's own numbers below 1536. */
  readonly protocol: number;
  /** What kind of interface it was: ARPHRD of Linux. */
  readonly hardware: number;
  /** The interface; none in the older of the two headers. */
  readonly interfaceIndex?: number;
  readonly payload: Uint8Array;
}

const sllBytes = 16;
const sll2Bytes = 20;

/** Undefined where the bytes have no room for the header. */
export function readSll(bytes: Uint8Array): CookedPacket | undefined {
  if (bytes.length < sllBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return { protocol: view.getUint16(14), hardware: view.getUint16(2), payload: bytes.subarray(sllBytes) };
}

/** The same of the newer header. */
export function readSll2(bytes: Uint8Array): CookedPacket | undefined {
  if (bytes.length < sll2Bytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    protocol: view.getUint16(0),
    hardware: view.getUint16(8),
    interfaceIndex: view.getUint32(4),
    payload: bytes.subarray(sll2Bytes),
  };
}
