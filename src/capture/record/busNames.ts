// Owns: the names of buses in formats of which a name is one word.
import { utf8 } from '../../core/bytes.ts';
import { captureNameCharsMax } from '../limits.ts';

/** A name as one word: `_` for each blank; `bus` for an empty one. */
export function oneWord(name: string): string {
  const word = name.slice(0, captureNameCharsMax).replace(/\s/g, '_');
  return word === '' ? 'bus' : word;
}

/** The same as bytes. */
export function nameBytes(name: string): Uint8Array {
  return utf8(oneWord(name));
}
