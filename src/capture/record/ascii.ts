// Owns: reading and writing ASCII as bytes, without a string for each line: a long capture is millions of lines. Must not know formats.

import { namesKnownMax } from '../limits.ts';

/** The value of each byte as a hexadecimal digit; 255 for others. */
export const hexValues = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = Number.parseInt(String.fromCharCode(byte), 16);
  return byte < 128 && !Number.isNaN(digit) ? digit : 255;
});
export const noHex = 255;

const upperDigits = Uint8Array.from('0123456789ABCDEF', (digit) => digit.charCodeAt(0));
const space = 0x20;
const zero = 0x30;

/** Lines written one after another into the same bytes. */
export class AsciiLine {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytesMax: number) {
    this.bytes = new Uint8Array(bytesMax);
  }

  begin(): void {
    this.at = 0;
  }

  /** What was written since `begin`; it holds until the next one. */
  taken(): Uint8Array {
    return this.bytes.subarray(0, this.at);
  }

  byte(code: number): void {
    this.bytes[this.at] = code;
    this.at += 1;
  }

  text(bytes: Uint8Array): void {
    for (let index = 0; index < bytes.length; index += 1) this.bytes[this.at + index] = bytes[index] as number;
    this.at += bytes.length;
  }

  spaces(count: number): void {
    for (let index = 0; index < count; index += 1) this.byte(space);
  }

  /** Upper-case hexadecimal of `width` digits. */
  hex(value: number, width: number): void {
    for (let shift = 4 * (width - 1); shift >= 0; shift -= 4) this.byte(upperDigits[(value >>> shift) & 15] as number);
  }

  hexBytes(data: Uint8Array): void {
    for (let index = 0; index < data.length; index += 1) this.hexByte(data[index] as number);
  }

  spacedHexBytes(data: Uint8Array): void {
    for (let index = 0; index < data.length; index += 1) {
      this.byte(space);
      this.hexByte(data[index] as number);
    }
  }

  /** Decimal digits, with `pad` before them up to `width`. */
  decimal(value: number, width = 1, pad = space): void {
    const digits = decimalDigits(value);
    for (let index = digits; index < width; index += 1) this.byte(pad);
    let rest = value;
    for (let index = this.at + digits - 1; index >= this.at; index -= 1) {
      const tens = Math.floor(rest / 10);
      this.bytes[index] = zero + (rest - 10 * tens);
      rest = tens;
    }
    this.at += digits;
  }

  private hexByte(byte: number): void {
    this.bytes[this.at] = upperDigits[byte >>> 4] as number;
    this.bytes[this.at + 1] = upperDigits[byte & 15] as number;
    this.at += 2;
  }
}

function decimalDigits(value: number): number {
  let digits = 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits += 1;
  return digits;
}

/** Digits that `id` takes in hexadecimal. */
export function hexDigitsOf(id: number): number {
  return id === 0 ? 1 : 8 - (Math.clz32(id) >>> 2);
}

/** Names that come again and again as bytes: one string for each. */
export class NameTable {
  private readonly known: { readonly bytes: Uint8Array; readonly name: string }[] = [];

  /** The name of the bytes from `start` to before `end`; undefined where it was not added. */
  find(bytes: Uint8Array, start: number, end: number): string | undefined {
    for (const entry of this.known) {
      if (entry.bytes.length === end - start && isSame(entry.bytes, bytes, start)) return entry.name;
    }
    return undefined;
  }

  /** Those that come later than the first few are looked up by other ways. */
  add(bytes: Uint8Array, name: string): void {
    if (this.known.length < namesKnownMax) this.known.push({ bytes, name });
  }
}

function isSame(name: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let index = 0; index < name.length; index += 1) if (name[index] !== bytes[start + index]) return false;
  return true;
}

/** Walks through the words of a line. A read that fails returns -1, and the walk is over. */
export class AsciiCursor {
  at = 0;
  private end = 0;
  private bytes: Uint8Array = new Uint8Array(0);

  begin(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  get isAtEnd(): boolean {
    return this.at >= this.end;
  }

  /** The byte here; -1 at the end. */
  get byte(): number {
    return this.at < this.end ? (this.bytes[this.at] as number) : -1;
  }

  /** Goes beyond blanks; false where there are none. */
  blanks(): boolean {
    const start = this.at;
    while (this.byte === space) this.at += 1;
    return this.at > start;
  }

  /** A decimal number of up to `digitsMax` digits. */
  decimal(digitsMax: number): number {
    const start = this.at;
    let value = 0;
    for (let byte = this.byte; byte >= zero && byte <= zero + 9; byte = this.byte) {
      value = value * 10 + byte - zero;
      this.at += 1;
    }
    return this.at > start && this.at - start <= digitsMax ? value : -1;
  }

  /** A hexadecimal number of up to `digitsMax` digits. */
  hex(digitsMax: number): number {
    const start = this.at;
    let value = 0;
    for (; this.at < this.end; this.at += 1) {
      const digit = hexValues[this.bytes[this.at] as number] as number;
      if (digit === noHex) break;
      value = value * 16 + digit;
    }
    return this.at > start && this.at - start <= digitsMax ? value : -1;
  }

  /** `length` bytes, each a blank and two hexadecimal digits. */
  spacedHexBytes(length: number): Uint8Array | undefined {
    if (this.at + 3 * length > this.end) return undefined;
    const data = new Uint8Array(length);
    for (let index = 0; index < length; index += 1, this.at += 3) {
      const high = hexValues[this.bytes[this.at + 1] as number] as number;
      const low = hexValues[this.bytes[this.at + 2] as number] as number;
      if (this.bytes[this.at] !== space || high === noHex || low === noHex) return undefined;
      data[index] = (high << 4) | low;
    }
    return data;
  }

  /** Whether these bytes come next; then it is behind them. */
  word(text: Uint8Array): boolean {
    for (let index = 0; index < text.length; index += 1) if (this.bytes[this.at + index] !== text[index]) return false;
    this.at += text.length;
    return this.at <= this.end;
  }
}
