// Owns: signals in the bytes of a frame: which bits, in which order, and how a physical value becomes them. Must not know messages.
import type { SignalPlace } from '../dbc/dbcFile.ts';

type Bits = Pick<SignalPlace, 'start' | 'length' | 'bigEndian'>;

/** The place of bit `bit`, counted from the least significant one: 8 times the byte, and the bit in it, 0 the least significant. */
function positionOf({ start, length, bigEndian }: Bits, bit: number): number {
  if (!bigEndian) return start + bit;
  // From the most significant bit on: down within a byte, then on at the top of the next one.
  const along = (start & ~7) + 7 - (start & 7) + length - 1 - bit;
  return (along & ~7) + 7 - (along & 7);
}

/** Whether all bits of the signal are within so many bytes. */
export function fits(bits: Bits, bytes: number): boolean {
  return positionOf(bits, bits.bigEndian ? 0 : bits.length - 1) < 8 * bytes;
}

/** Puts the lowest bits of `raw` in their place; those of a negative number are its two's complement. */
export function putRaw(data: Uint8Array, bits: Bits, raw: bigint): void {
  let rest = BigInt.asUintN(bits.length, raw);
  for (let bit = 0; bit < bits.length; bit += 1, rest >>= 1n) {
    const position = positionOf(bits, bit);
    const mask = 1 << (position & 7);
    const old = data[position >> 3] ?? 0;
    data[position >> 3] = (rest & 1n) === 1n ? old | mask : old & ~mask;
  }
}

/** The raw value that stands there. */
export function rawOf(data: Uint8Array, place: SignalPlace): bigint {
  let raw = 0n;
  for (let bit = place.length - 1; bit >= 0; bit -= 1) {
    const position = positionOf(place, bit);
    raw = (raw << 1n) | (((data[position >> 3] ?? 0) >> (position & 7)) & 1 ? 1n : 0n);
  }
  return place.signed && !place.float ? BigInt.asIntN(place.length, raw) : raw;
}

/** The raw value of a physical one, the nearest that there is; undefined where the signal has no bits for it. */
export function rawOfPhysical(place: SignalPlace, physical: number): bigint | undefined {
  const scaled = (physical - place.offset) / place.factor;
  return rawOfNumber(place, scaled);
}

/** The bits of a raw value: of a whole number, or of an IEEE 754 number in a signal that holds one. */
export function rawOfNumber(place: SignalPlace, scaled: number): bigint | undefined {
  if (!Number.isFinite(scaled)) return undefined;
  if (place.float) return floatBits(place.length, scaled);
  const raw = BigInt(Math.round(scaled));
  const [low, high] = rawRange(place);
  return raw >= low && raw <= high ? raw : undefined;
}

/** The least and the greatest raw value. */
export function rawRange({ length, signed }: SignalPlace): readonly [low: bigint, high: bigint] {
  const count = 1n << BigInt(length);
  return signed ? [-count / 2n, count / 2n - 1n] : [0n, count - 1n];
}

function floatBits(length: number, value: number): bigint | undefined {
  const view = new DataView(new ArrayBuffer(8));
  if (length === 64) view.setFloat64(0, value);
  else if (length === 32) view.setFloat32(4, value);
  else return undefined;
  return view.getBigUint64(0);
}
