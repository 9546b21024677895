// Owns: signed time. The timeserver signs the time and the tokens that it was sent; an ECU believes it when the signature
// is the timeserver's, its own token is in it, and time does not run backwards. Y

import { fromHex } from '../../core/bytes.ts';
import type { RemoteFault } from '../../core/faults.ts';
import { signaturesMax } from '../../core/limits.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { formatUtc } from '../../core/utc.ts';
import type { Signatures } from '../../crypto/signatures.ts';
import { readTime } from '../decode/fields.ts';
import { canonicalJson } from '../json/canonicalJson.ts';
import { readArray, readHex, reading, readObject } from '../json/jsonReader.ts';
import { parseStrictJson } from '../json/strictJson.ts';
import { timeAttestationBytesMax, timeTokensMax } from '../limits.ts';
import { remoteFault } from '../model/faults.ts';
import type { Signers } from '../model/metadata.ts';
import type { SigningKey } from '../signing/keys.ts';
import { signMetadata } from '../signing/sign.ts';
import { countSigners } from '../signing/signers.ts';

/** Bytes of a token: too many to guess or to meet twice. */
export const timeTokenBytes = 16;

/** Whether the timeserver may sign over what it was sent: nothing but tokens, no more than an ECU reads back. */
export function areTimeTokens(tokens: readonly string[]): boolean {
  return (
    tokens.length <= timeTokensMax &&
    tokens.every((token) => /^[0-9a-f]*$/.test(token) && token.length === 2 * timeTokenBytes)
  );
}

/** Y1: the time, in seconds since 1970, and all submitted tokens, in hexadecimal. */
export function makeTimeAttestation(time: number, tokens: readonly string[], keys: readonly SigningKey[]): Uint8Array {
  return signMetadata({ nonces: tokens, time: formatUtc(time) }, keys);
}

/** What the ECU holds an attestation against. */
export interface TimeExpectation {
  readonly signatures: Signatures;
  /** The timeserver's keys. Y4 */
  readonly timeserver: Signers;
  /** The ECU's own tokens, in hexadecimal. */
  readonly tokens: readonly string[];
  /** The latest time accepted, seconds since 1970. */
  readonly last: number | undefined;
}

/** The attested time in seconds since 1970. Y2 on a Primary, Y3 on a Secondary: `clause` says which. */
export function checkTimeAttestation(
  expected: TimeExpectation,
  bytes: Uint8Array,
  clause: 'Y2' | 'Y3',
): Result<number, RemoteFault> {
  if (bytes.length > timeAttestationBytesMax) {
    return fail(
      remoteFault({
        clause,
        code: 'oversized',
        indicates: 'endless-data',
        message: 'the time attestation is too long',
      }),
    );
  }
  const decoded = decode(bytes);
  if (!decoded.ok) {
    return fail(
      remoteFault({
        clause,
        code: 'malformed',
        indicates: 'time-forgery',
        message: `time attestation: ${decoded.fault}`,
      }),
    );
  }
  const { nonces, time } = decoded.value;
  const { lacking } = countSigners(expected.signatures, decoded.value, expected.timeserver);
  if (lacking > 0) {
    const message = 'the time attestation is not signed by the timeserver';
    return fail(remoteFault({ clause, code: 'bad-signature', indicates: 'time-forgery', message }));
  }
  if (expected.tokens.length === 0 || !expected.tokens.every((token) => nonces.includes(token))) {
    const message = 'the time attestation does not hold the token that was sent';
    return fail(remoteFault({ clause, code: 'time-token-mismatch', indicates: 'time-replay', message }));
  }
  if (expected.last !== undefined && time < expected.last) {
    const message = `the attested time ${formatUtc(time)} lies before ${formatUtc(expected.last)}`;
    return fail(remoteFault({ clause, code: 'time-not-later', indicates: 'time-replay', message }));
  }
  return ok(time);
}

function decode(bytes: Uint8Array) {
  const json = parseStrictJson(bytes);
  if (!json.ok) return json;
  return reading(() => {
    const file = readObject(json.value, 'file');
    const signed = readObject(file.signed, 'signed');
    return {
      signedForms: [canonicalJson(signed)],
      signatures: readArray(file.signatures, 'signatures', signaturesMax).map((entry, index) => {
        const block = readObject(entry, `signatures[${index}]`);
        return {
          keyid: readHex(block.keyid, `signatures[${index}].keyid`, 32),
          signature: fromHex(readHex(block.sig, `signatures[${index}].sig`, 64)) ?? new Uint8Array(),
        };
      }),
      nonces: readArray(signed.nonces, 'nonces', timeTokensMax).map((nonce) =>
        readHex(nonce, 'nonces', timeTokenBytes),
      ),
      time: readTime(signed.time, 'time'),
    };
  });
}
