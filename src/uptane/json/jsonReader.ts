// Owns: reading members out of parsed JSON with a path for the fault. Reading throws `NotAsExpected`; `reading` turns that
// into a result at the one place where a decoder begins, so that no decoder throws for bad input.
import { fail, ok, type Result } from '../../core/result.ts';
import type { JsonObject, JsonValue } from './strictJson.ts';

class NotAsExpected extends Error {}

/** Runs a decoder; gives its value, or one line that names the member and what is wrong with it. */
export function reading<T>(decode: () => T): Result<T, string> {
  try {
    return ok(decode());
  } catch (error) {
    if (error instanceof NotAsExpected) return fail(error.message);
    throw error;
  }
}

export function notAsExpected(path: string, needed: string): never {
  throw new NotAsExpected(`${path}: ${needed}`);
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
