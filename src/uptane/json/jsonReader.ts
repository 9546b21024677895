// Owns: reading members out of parsed JSON with a path for the fault. Reading throws `NotAsExpected`; `reading` turns that
// into a result at the one place where a decoder begins, so that no decoder throws for bad input.
import type { RemoteFaultCode } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { JsonObject, JsonValue } from './strictJson.ts';

/** Which kind of misreading it is: those that have a code of their own are told apart from bad form. */
export type MisreadCode = Extract<RemoteFaultCode, 'malformed' | 'zero-threshold' | 'duplicate-signature'>;

/** `message`: one line that names the member and what is wrong with it. */
export interface Misread {
  readonly code: MisreadCode;
  readonly message: string;
}

class NotAsExpected extends Error {
  readonly code: MisreadCode;

  constructor(message: string, code: MisreadCode) {
    super(message);
    this.code = code;
  }
}

/** Runs a decoder; gives its value, or what is wrong and with which code. */
export function readingCoded<T>(decode: () => T): Result<T, Misread> {
  try {
    return ok(decode());
  } catch (error) {
    if (error instanceof NotAsExpected) return fail({ code: error.code, message: error.message });
    throw error;
  }
}

/** The same, for what has one code whatever is wrong with it: the line alone. */
export function reading<T>(decode: () => T): Result<T, string> {
  const read = readingCoded(decode);
  return read.ok ? read : fail(read.fault.message);
}

export function notAsExpected(path: string, needed: string, code: MisreadCode = 'malformed'): never {
  throw new NotAsExpected(`${path}: ${needed}`, code);
}

export function readObject(value: JsonValue | undefined, path: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return notAsExpected(path, 'an object is needed');
  return value as JsonObject;
}

export function readArray(value: JsonValue | undefined, path: string, itemsMax: number): readonly JsonValue[] {
  if (!Array.isArray(value)) return notAsExpected(path, 'a list is needed');
  if (value.length > itemsMax) return notAsExpected(path, `a list of at most ${itemsMax} is needed`);
  return value;
}

export function readString(value: JsonValue | undefined, path: string, charsMax: number): string {
  if (typeof value !== 'string') return notAsExpected(path, 'a text is needed');
  if (value.length > charsMax) return notAsExpected(path, `a text of at most ${charsMax} characters is needed`);
  return value;
}

/** A whole number from `min` to 2^53 - 1. */
export function readInteger(value: JsonValue | undefined, path: string, min: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min) {
    return notAsExpected(path, `a whole number from ${min} is needed`);
  }
  return value;
}

/** Lower-case hexadecimal of exactly `bytes` bytes. */
export function readHex(value: JsonValue | undefined, path: string, bytes: number): string {
  if (typeof value !== 'string' || value.length !== 2 * bytes || !/^[0-9a-f]*$/.test(value)) {
    return notAsExpected(path, `${bytes} bytes in lower-case hexadecimal are needed`);
  }
  return value;
}
