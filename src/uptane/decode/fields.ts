// Owns: reading the members that many files share: names, hashes, times, what one file says of another.
import { utf8 } from '../../core/bytes.ts';
import { filenameCharsMax, filenamePartBytesMax, identifierCharsMax } from '../../core/limits.ts';
import { isPrintable } from '../../core/text.ts';
import { parseUtc } from '../../core/utc.ts';
import { type HashFunction, hashFunctions } from '../../crypto/hashes.ts';
import { notAsExpected, readHex, readInteger, readObject, readString } from '../json/jsonReader.ts';
import type { JsonValue } from '../json/strictJson.ts';
import { foreignNameCharsMax } from '../limits.ts';
import type { FileMeta, Hashes } from '../model/metadata.ts';
import type { Profile } from '../model/profile.ts';

/** Control characters make RFC 8785 and OLPC canonical JSON differ; invisible ones make two names look alike. */
const isVisible = (text: string) => text !== '' && isPrintable(text);

/** H3: whether an image may have this name: bounded, visible, normal, and no way out of the folder. */
export function isImageFilename(text: string): boolean {
  const plain = text.length <= filenameCharsMax && isVisible(text) && text.normalize('NFC') === text;
  const sound = (part: string) => !/^\.{0,2}$|\\/.test(part) && utf8(part).length <= filenamePartBytesMax;
  return plain && text.split('/').every(sound);
}

export function readFilename(profile: Profile, text: string, path: string): string {
  if (!profile.strict) return readString(text, path, foreignNameCharsMax);
  return isImageFilename(text) ? text : notAsExpected(path, 'the file name is not allowed');
}

/** B1: bounded, visible, in NFC. */
export function readIdentifier(value: JsonValue | undefined, path: string): string {
  const text = readString(value, path, identifierCharsMax);
  if (!isVisible(text) || text.normalize('NFC') !== text) {
    return notAsExpected(path, 'an identifier without control characters is needed');
  }
  return text;
}

/** An identifier, whatever it looks like where the form is not this project's own. */
export function readName(profile: Profile, value: JsonValue | undefined, path: string): string {
  if (profile.strict) return readIdentifier(value, path);
  const text = readString(value, path, foreignNameCharsMax);
  return text === '' ? notAsExpected(path, 'a name is needed') : text;
}

const digestBytes: { readonly [name in HashFunction]: number } = { sha256: 32, sha512: 64 };

/** The hashes of known functions; others are skipped. */
export function readHashes(value: JsonValue | undefined, path: string, anyCase = false): Hashes {
  const object = readObject(value, path);
  const hashes: { [name in HashFunction]?: string } = {};
  for (const name of hashFunctions) {
    const text = object[name];
    if (text === undefined) continue;
    const digits = anyCase && typeof text === 'string' ? text.toLowerCase() : text;
    hashes[name] = readHex(digits, `${path}.${name}`, digestBytes[name]);
  }
  return hashes;
}

/** B4: of any other form the fault says the form that is needed, however long the text is. */
export function readTime(value: JsonValue | undefined, path: string, parse: typeof parseUtc = parseUtc): number {
  const seconds = typeof value === 'string' ? parse(value) : undefined;
  return seconds ?? notAsExpected(path, 'a time such as 2030-01-01T00:00:00Z is needed: UTC, whole seconds, no offset');
}

export function readFileMeta(profile: Profile, value: JsonValue | undefined, path: string): FileMeta {
  const object = readObject(value, path);
  return {
    version: readInteger(object.version, `${path}.version`, 1),
    length: object.length === undefined ? undefined : readInteger(object.length, `${path}.length`, 1),
    hashes: object.hashes === undefined ? {} : readHashes(object.hashes, `${path}.hashes`, !profile.strict),
  };
}
