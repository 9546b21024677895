// Owns: keeping parsed keys, since parsing a key costs more than using it. Must not know any kind of key.
import { pemCharsMax } from './limits.ts';

/** Keys kept: a vehicle and its repositories use a few dozen. */
const keptMax = 1024;

/**
 * `parse`, whose results are kept by the key's text, refusals that are values too. What it throws, and longer texts, are not. A key that
 * was made in another way can be given beside its text.
 */
export function keptKeys<Key>(parse: (text: string) => Key): (text: string, made?: Key) => Key {
  const kept = new Map<string, { readonly key: Key }>();
  return (text, made) => {
    const known = kept.get(text);
    if (known !== undefined) return known.key;
    const key = made ?? parse(text);
    if (text.length > pemCharsMax) return key; // no key: not worth the memory
    if (kept.size >= keptMax) kept.clear();
    kept.set(text, { key });
    return key;
  };
}
