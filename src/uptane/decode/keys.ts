// Owns: reading public keys, the keys of a role, and signatures. B2 B3 C1 C2
import { fromBase64, fromHex } from '../../core/bytes.ts';
import { signaturesMax } from '../../core/limits.ts';
import { shortened } from '../../core/text.ts';
import { notAsExpected, readArray, readHex, readInteger, readObject, readString } from '../json/jsonReader.ts';
import type { JsonObject, JsonValue } from '../json/strictJson.ts';
import {
  foreignKeyIdCharsMax,
  keyIdWordsCharsMax,
  publicKeyCharsMax,
  signatureCharsMax,
  wordCharsMax,
} from '../limits.ts';
import type { PublicKey, RoleKeys, Signature, Signers } from '../model/metadata.ts';
import type { Profile } from '../model/profile.ts';
import { keyIdOf } from '../signing/keys.ts';

/** This project's own form knows one kind of key, spelt in one way. */
function readOwnKey(object: JsonObject, path: string): PublicKey {
  if (object.keytype !== 'ed25519' || object.scheme !== 'ed25519') {
    return notAsExpected(path, 'an ed25519 key is needed');
  }
  const keyval = readObject(object.keyval, `${path}.keyval`);
  return {
    keytype: 'ed25519',
    keyval: { public: readHex(keyval.public, `${path}.keyval.public`, 32) },
    scheme: 'ed25519',
  };
}

const unknownKey: PublicKey = { keytype: 'unknown', scheme: 'unknown', keyval: { public: '' } };

/** Kinds of key by the names that others give them; the scheme is taken where none is stated. */
const foreignKinds: Readonly<Record<string, Pick<PublicKey, 'keytype' | 'scheme'>>> = {
  ed25519: { keytype: 'ed25519', scheme: 'ed25519' },
  rsa: { keytype: 'rsa', scheme: 'rsassa-pss-sha256' },
  ecdsa: { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256' },
  'ecdsa-sha2-nistp256': { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256' },
};

/** A key of a kind that is not known harms nobody: it is kept, and verifies nothing. */
function readForeignKey(object: JsonObject, path: string): PublicKey {
  const keytype = readString(object.keytype, `${path}.keytype`, wordCharsMax).toLowerCase();
  const keyval = readObject(object.keyval, `${path}.keyval`);
  const text = readString(keyval.public, `${path}.keyval.public`, publicKeyCharsMax);
  const kind = Object.hasOwn(foreignKinds, keytype) ? foreignKinds[keytype] : undefined;
  if (kind === undefined || (object.scheme !== undefined && object.scheme !== kind.scheme)) return unknownKey;
  return { ...kind, keyval: { public: kind.keytype === 'ed25519' ? text.toLowerCase() : text } };
}

/** The keys that a root or a delegator lists, by identifier. B2 C1 E3 */
export function readKeys(profile: Profile, value: JsonValue | undefined, path: string): ReadonlyMap<string, PublicKey> {
  const entries = Object.entries(readObject(value, path));
  const { keys: keysMax } = profile.countMax;
  if (entries.length > keysMax) return notAsExpected(path, `at most ${keysMax} keys are allowed`);
  return new Map(
    entries.map(([id, entry]) => {
      const at = `${path}.${shortened(id, keyIdWordsCharsMax)}`;
      const object = readObject(entry, at);
      if (!profile.strict) return [readKeyId(profile, id, at), readForeignKey(object, at)];
      const key = readOwnKey(object, at);
      if (keyIdOf(key) !== id)
        notAsExpected(path, `the identifier ${shortened(id, keyIdWordsCharsMax)} is not the hash of its key`);
      return [id, key];
    }),
  );
}

function readKeyId(profile: Profile, value: JsonValue | undefined, path: string): string {
  return profile.strict ? readHex(value, path, 32) : readString(value, path, foreignKeyIdCharsMax);
}

/** A threshold of zero would be met by a file that nobody signed: it has a code of its own. C2 */
export function readRoleKeys(profile: Profile, value: JsonValue | undefined, path: string): RoleKeys {
  const object = readObject(value, path);
  const keyids = readArray(object.keyids, `${path}.keyids`, signaturesMax).map((id) => readKeyId(profile, id, path));
  if (new Set(keyids).size !== keyids.length) notAsExpected(path, 'a key identifier appears twice');
  if (object.threshold === 0)
    notAsExpected(`${path}.threshold`, 'a whole number from 1 is needed; zero asks for no signature', 'zero-threshold');
  return { keyids, threshold: readInteger(object.threshold, `${path}.threshold`, 1) };
}

/** A role with its own keys beside it, as Director Targets carry the timeserver's. Y4 */
export function readSigners(profile: Profile, value: JsonValue | undefined, path: string): Signers {
  return {
    role: readRoleKeys(profile, value, path),
    keys: readKeys(profile, readObject(value, path).keys, `${path}.keys`),
  };
}

/** What is no signature at all counts as a bad one where the form is somebody else's. */
function readForeignSignature(profile: Profile, text: string): Uint8Array {
  return fromHex(text.toLowerCase()) ?? (profile.base64Signatures ? fromBase64(text) : undefined) ?? new Uint8Array();
}

/** A method that is not known spoils the file, also under a signature that would not count: so aktualizr has it. */
function readMethod({ signatureMethods }: Profile, value: JsonValue | undefined, path: string): void {
  if (signatureMethods === undefined) return;
  const method = readString(value, path, wordCharsMax).toLowerCase();
  if (!signatureMethods.includes(method)) notAsExpected(path, `one of ${signatureMethods.join(', ')} is needed`);
}

/** B3: who signed; no identifier twice. */
export function readSignatures(profile: Profile, value: JsonValue | undefined): readonly Signature[] {
  const signatures = readArray(value, 'signatures', signaturesMax).map((entry, index) => {
    const path = `signatures[${index}]`;
    const object = readObject(entry, path);
    const keyid = readKeyId(profile, object.keyid, `${path}.keyid`);
    readMethod(profile, object.method, `${path}.method`);
    const signature = profile.strict
      ? (fromHex(readHex(object.sig, `${path}.sig`, 64)) ?? new Uint8Array())
      : readForeignSignature(profile, readString(object.sig, `${path}.sig`, signatureCharsMax));
    return { keyid, signature };
  });
  if (new Set(signatures.map(({ keyid }) => keyid)).size !== signatures.length) {
    notAsExpected('signatures', 'a key identifier appears twice', 'duplicate-signature');
  }
  return signatures;
}
