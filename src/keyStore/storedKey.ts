// Owns: a signing key that can be written to a file and read from one. Its secret goes into that file and nowhere else: whatever
// prints the key prints its public part.
import { randomBytes } from 'node:crypto';
import { fromHex, toHex, utf8 } from '../core/bytes.ts';
import { ok, type Result } from '../core/result.ts';
import type { Signatures } from '../crypto/signatures.ts';
import { notAsExpected, readHex, reading, readObject } from '../uptane/json/jsonReader.ts';
import { parseStrictJson } from '../uptane/json/strictJson.ts';
import type { PublicKey } from '../uptane/model/metadata.ts';
import { type SigningKey, signingKey } from '../uptane/signing/keys.ts';

export class StoredKey implements SigningKey {
  readonly keyId: string;
  readonly key: PublicKey;
  readonly simulated?: true;
  readonly #secret: Uint8Array;
  readonly #signatures: Signatures;

  /** `simulated`: the 32-byte secret came from a run's seed. Throws for a secret of another length. */
  constructor(signatures: Signatures, secret: Uint8Array, { simulated }: { readonly simulated: boolean }) {
    const { keyId, key } = signingKey(signatures, secret);
    this.keyId = keyId;
    this.key = key;
    if (simulated) this.simulated = true;
    this.#secret = secret.slice();
    this.#signatures = signatures;
  }

  sign(message: Uint8Array): Uint8Array {
    return this.#signatures.sign(this.#secret, message);
  }

  /** The key's file, secret included: for `saveKeys` alone. */
  toFile(): Uint8Array {
    const keyval = { ...this.key.keyval, private: toHex(this.#secret) };
    return utf8(`${JSON.stringify({ ...this.key, keyval, ...(this.simulated && { simulated: true }) }, null, 2)}\n`);
  }
}

/** A key that nobody can guess. */
export function generateKey(signatures: Signatures): StoredKey {
  return new StoredKey(signatures, randomBytes(32), { simulated: false });
}

/** The key of a file, or in one line what is wrong with it; the line never quotes the file. */
export function readStoredKey(signatures: Signatures, bytes: Uint8Array): Result<StoredKey, string> {
  const json = parseStrictJson(bytes);
  if (!json.ok) return { ok: false, fault: 'it is no JSON' };
  const read = reading(() => {
    const object = readObject(json.value, 'key');
    const keyval = readObject(object.keyval, 'keyval');
    const secret = fromHex(readHex(keyval.private, 'keyval.private', 32)) ?? new Uint8Array();
    const { simulated } = object;
    if (simulated !== undefined && simulated !== true) notAsExpected('simulated', 'true is needed, or nothing');
    if (object.keytype !== 'ed25519' || object.scheme !== 'ed25519') notAsExpected('keytype', 'ed25519 is needed');
    const key = new StoredKey(signatures, secret, { simulated: simulated === true });
    if (key.key.keyval.public !== keyval.public) notAsExpected('keyval', 'the two parts are not of one key');
    return key;
  });
  return read.ok ? ok(read.value) : read;
}
