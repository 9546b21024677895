// BLF files of our own making, byte by byte: the header, objects, and the containers that hold them.
import { deflateSync } from 'node:zlib';
import { concatBytes, utf8 } from '../../../src/core/bytes.ts';
import { fieldsOf } from './binary.ts';

const { u8, u16, u32, u64 } = fieldsOf(true);

/** A SYSTEMTIME: year, month, day of the week, day, hour, minute, second, millisecond. */
export type SystemTime = readonly [number, number, number, number, number, number, number, number];

/** 2026-06-01T08:00:00.250Z, a Monday: a quarter of a second after the start of the other tests' captures. */
const blfStart: SystemTime = [2026, 6, 1, 1, 8, 0, 0, 250];

export interface BlfHeaderOptions {
  readonly signature?: string;
  readonly headerBytes?: number;
  readonly fileBytes?: bigint;
  readonly start?: SystemTime;
}

export function blfHeader(options: BlfHeaderOptions = {}): Uint8Array {
  const { signature = 'LOGG', headerBytes = 144, fileBytes = 0n, start = blfStart } = options;
  const times = concatBytes(...[...start, ...start].map(u16));
  const fields = [utf8(signature), u32(headerBytes), u32(4_080_200), u8(2, 6, 11, 0), u64(fileBytes), u64(0n), u64(0n)];
  return concatBytes(...fields, times, new Uint8Array(144 - 72));
}

export interface ObjectOptions {
  readonly version?: number;
  readonly headerBytes?: number;
  /** 1: the time is in 10 us, 2: in ns. */
  readonly unit?: number;
  readonly time?: bigint;
  /** Instead of the true size. */
  readonly size?: number;
}

/** An object, without padding. */
export function blfObject(type: number, fields: Uint8Array, options: ObjectOptions = {}): Uint8Array {
  const { version = 1, unit = 2, time = 0n } = options;
  const rest = version === 2 ? [u32(unit), u8(0, 0), u16(0), u64(time), u64(time)] : [u32(unit), u32(0), u64(time)];
  const headerBytes = 16 + rest.reduce((sum, part) => sum + part.length, 0);
  const size = options.size ?? headerBytes + fields.length;
  return concatBytes(
    utf8('LOBJ'),
    u16(options.headerBytes ?? headerBytes),
    u16(version),
    u32(size),
    u32(type),
    ...rest,
    fields,
  );
}

/** Up to a multiple of 4, as a writer may do it. */
export function padded(bytes: Uint8Array): Uint8Array {
  return concatBytes(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4));
}

/** By `method` 0 as they are, by 2 packed with zlib. Filled up as Vector's own library does it, by `size % 4`. */
export function blfContainer(content: Uint8Array, method = 2): Uint8Array {
  const packed = method === 2 ? new Uint8Array(deflateSync(content)) : content;
  const size = 32 + packed.length;
  return concatBytes(
    ...[utf8('LOBJ'), u16(16), u16(1), u32(size), u32(10), u16(method), u16(0), u32(0), u32(content.length), u32(0)],
    packed,
    new Uint8Array(size % 4),
  );
}

export function blfFile(...objects: readonly Uint8Array[]): Uint8Array {
  return concatBytes(blfHeader(), blfContainer(concatBytes(...objects.map(padded))));
}

/** CAN_MESSAGE; `more` is what CAN_MESSAGE2 has behind the data. */
export function canMessage(id: number, data: Uint8Array, options: { dlc?: number; flags?: number } = {}): Uint8Array {
  const { dlc = data.length, flags = 0 } = options;
  return concatBytes(u16(1), u8(flags, dlc), u32(id), data, new Uint8Array(Math.max(8 - data.length, 0)));
}

/** CAN_FD_MESSAGE; flags of EDL 1, BRS 2, ESI 4. */
export function canFdMessage(id: number, dlc: number, fdFlags: number, data: Uint8Array, flags = 0): Uint8Array {
  const fields = [u16(2), u8(flags, dlc), u32(id), u32(0), u8(0, fdFlags, data.length, 0), u32(0)];
  return concatBytes(...fields, data, new Uint8Array(64 - data.length), u32(0));
}

interface CanFdMessage64 {
  readonly id: number;
  readonly dlc: number;
  readonly flags: number;
  readonly data: Uint8Array;
  readonly validBytes?: number;
  readonly direction?: number;
  readonly extensionAt?: number;
}

/** CAN_FD_MESSAGE_64; flags of EDL 0x1000, BRS 0x2000, ESI 0x4000, remote 0x10. */
export function canFdMessage64({ id, dlc, flags, data, ...more }: CanFdMessage64): Uint8Array {
  const { validBytes = data.length, direction = 0, extensionAt = 0 } = more;
  const timing = [u32(0), u32(0), u32(0), u32(0), u16(0)];
  const fields = [u8(3, dlc, validBytes, 0), u32(id), u32(0), u32(flags), ...timing, u8(direction, extensionAt)];
  return concatBytes(...fields, u32(0), data);
}

export function canErrorExt(valid: number, ecc: number, extended: number): Uint8Array {
  return concatBytes(u16(1), u16(0), u32(valid), u8(ecc, 0, 8, 0), u32(0), u32(0x123), u16(extended), u16(0), u64(0n));
}

export function canFdError64(valid: number, ecc: number, extended: number): Uint8Array {
  const fields = [u8(3, 8, 8, ecc), u16(valid), u16(extended), u16(0), u8(0, 0), u32(0x123)];
  return concatBytes(...fields, new Uint8Array(32), u64(0n));
}

export function ethernetFrame(tag: number, payload: Uint8Array, payloadBytes = payload.length): Uint8Array {
  const addresses = [u8(2, 0, 0, 0, 0, 2), u16(1), u8(2, 0, 0, 0, 0, 1), u16(0)];
  return concatBytes(...addresses, u16(0x88b5), u16(tag), u16(5), u16(payloadBytes), u64(0n), payload);
}

export function ethernetFrameEx(packet: Uint8Array, direction = 0, packetBytes = packet.length): Uint8Array {
  const fields = [u16(30), u16(0), u16(4), u16(0), u64(0n), u32(0), u16(direction), u16(packetBytes), u32(0), u32(0)];
  return concatBytes(...fields, packet);
}

/** Channel, length, reserved: CAN_ERROR and CAN_OVERLOAD. */
export const plainError = concatBytes(u16(2), u16(0), u32(0));
