// Owns: checking a payload that one key signed: version reports and vehicle manifests. N1 O1

import { fromHex, toHex } from '../../core/bytes.ts';
import type { RemoteFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { hash } from '../../crypto/hashes.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import { canonicalJson } from '../json/canonicalJson.ts';
import { readArray, readHex, reading, readObject, readString } from '../json/jsonReader.ts';
import type { JsonObject, JsonValue } from '../json/strictJson.ts';
import { wordCharsMax } from '../limits.ts';
import { remoteFault } from '../model/faults.ts';
import type { PublicKey } from '../model/metadata.ts';
import { keyIdOf, verifies } from './keys.ts';

/** Decodes `{signatures, signed}` and checks that `key` signed it. `clause` is the one that asks for it. */
export function checkPayload(
  signatures: Signatures,
  key: PublicKey,
  value: JsonValue,
  clause: string,
  what: string,
): Result<JsonObject, RemoteFault> {
  const decoded = reading(() => {
    const file = readObject(value, what);
    const [first] = readArray(file.signatures, `${what}.signatures`, 1);
    const block = readObject(first, `${what}.signatures[0]`);
    const hashed = readObject(block.hash, `${what}.signatures[0].hash`);
    return {
      signed: readObject(file.signed, `${what}.signed`),
      keyid: readHex(block.keyid, `${what}.signatures[0].keyid`, 32),
      function: readString(hashed.function, `${what}.signatures[0].hash.function`, wordCharsMax),
      digest: readHex(hashed.digest, `${what}.signatures[0].hash.digest`, 32),
      signature: fromHex(readHex(block.sig, `${what}.signatures[0].sig`, 64)) ?? new Uint8Array(),
    };
  });
  if (!decoded.ok)
    return fail(remoteFault({ clause, code: 'malformed', indicates: 'report-forgery', message: decoded.fault }));
  const { signed, keyid, digest, signature } = decoded.value;
  if (keyid !== keyIdOf(key)) {
    const message = `${what} is signed by key ${keyid.slice(0, 8)}, not by its own`;
    return fail(remoteFault({ clause, code: 'wrong-key', indicates: 'report-forgery', message }));
  }
  const recomputed = hash('sha256', canonicalJson(signed));
  const sound = decoded.value.function === 'sha256' && toHex(recomputed) === digest;
  if (!sound || !verifies(signatures, key, recomputed, signature)) {
    const message = `the signature of ${what} is bad`;
    return fail(remoteFault({ clause, code: 'bad-signature', indicates: 'report-forgery', message }));
  }
  return ok(signed);
}
