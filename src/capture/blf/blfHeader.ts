// Owns: the header of a BLF file: how long it is, how long the file was to be, and the start to which all its times count.
import { fail, ok, type Result } from '../../core/result.ts';
import { NS_PER_S } from '../../core/units.ts';
import { parseUtc } from '../../core/utc.ts';

/** What is read of the header, which says its own length. */
export const headerReadBytes = 72;
/** 144 so far. */
const headerBytesMax = 4096;
/** `LOGG`, little-endian. */
const fileSignature = 0x4747_4f4c;
const startAt = 40;
const nsPerMs = 1_000_000n;

export interface BlfHeader {
  readonly headerBytes: number;
  readonly fileBytes: bigint;
  /** Nanoseconds since 1970; undefined where the file says no date. */
  readonly startNs: bigint | undefined;
}

/** `bytes`: at least `headerReadBytes` of them. */
export function readBlfHeader(bytes: Uint8Array): Result<BlfHeader, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (view.getUint32(0, true) !== fileSignature) return fail('this is no BLF file');
  const headerBytes = view.getUint32(4, true);
  if (headerBytes < headerReadBytes || headerBytes > headerBytesMax) {
    return fail(`a BLF file whose header has ${headerBytes} bytes`);
  }
  return ok({ headerBytes, fileBytes: view.getBigUint64(16, true), startNs: readSystemTime(view, startAt) });
}

/** A SYSTEMTIME of Windows: year, month, day of the week, day, hour, minute, second, millisecond. It has no zone. */
function readSystemTime(view: DataView, at: number): bigint | undefined {
  const field = (index: number, digits: number) => String(view.getUint16(at + 2 * index, true)).padStart(digits, '0');
  const date = `${field(0, 4)}-${field(1, 2)}-${field(3, 2)}`;
  const seconds = parseUtc(`${date}T${field(4, 2)}:${field(5, 2)}:${field(6, 2)}Z`);
  const ms = view.getUint16(at + 14, true);
  if (seconds === undefined || seconds < 0 || ms > 999) return undefined;
  return BigInt(seconds) * BigInt(NS_PER_S) + BigInt(ms) * nsPerMs;
}
