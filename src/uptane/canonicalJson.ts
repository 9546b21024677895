// Owns: the bytes that are signed: RFC 8785 canonical JSON.
import canonicalize from 'canonicalize';
import { utf8 } from '../core/bytes.ts';

/** The RFC 8785 form of a JSON value, in UTF-8. Throws on what is no JSON value: that is a bug of the caller. */
export function canonicalJson(value: unknown): Uint8Array {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return utf8(text);
}
