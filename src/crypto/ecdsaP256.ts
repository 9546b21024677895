// Owns: checking ECDSA P-256 signatures of foreign repositories (FIPS 186-5), over node:crypto. Nothing here signs.
// OpenSSL reads many encodings of one key and one signature; here each has the forms below and no other.
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { toHex } from '../core/bytes.ts';
import { keptKeys } from './keptKeys.ts';
import { publicKeyBlock } from './pem.ts';

/** The order of the base point: r and s are below it. SP 800-186, 3.2.1.3 */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
/** A point, compressed or not. SEC 1, 2.3.3 */
const pointHex = /^(?:0[23][0-9a-f]{64}|04[0-9a-f]{128})$/;
/** SPKI up to the point, by the point's length in hexadecimal: id-ecPublicKey on secp256r1 by name. RFC 5480 */
const spkiPrefix: ReadonlyMap<number, string> = new Map([
  [66, '3039301306072a8648ce3d020106082a8648ce3d030107032200'],
  [130, '3059301306072a8648ce3d020106082a8648ce3d030107034200'],
]);

/** The point that an SPKI holds, in hexadecimal; unchecked. */
function pointOfSpki(pem: string): string | undefined {
  const block = publicKeyBlock(pem);
  if (block?.label !== 'PUBLIC KEY') return undefined;
  const spki = toHex(block.der);
  for (const [length, prefix] of spkiPrefix) {
    if (spki.startsWith(prefix) && spki.length === prefix.length + length) return spki.slice(prefix.length);
  }
  return undefined;
}

interface P256Key {
  readonly object: KeyObject;
  readonly canonical: string;
}

const p256Key = keptKeys((text): P256Key | undefined => {
  const point = text.startsWith('0') ? text : pointOfSpki(text);
  if (point === undefined || !pointHex.test(point)) return undefined;
  try {
    const der = Buffer.from(`${spkiPrefix.get(point.length)}${point}`, 'hex');
    const object = createPublicKey({ key: der, format: 'der', type: 'spki' });
    const { x, y } = object.export({ format: 'jwk' }); // an SPKI keeps a point compressed where it came so
    return { object, canonical: `${x}.${y}` };
  } catch {
    return undefined; // not on the curve
  }
});

/** The INTEGER at `offset`, in its shortest form and within [1, order - 1], and the offset after it. */
function scalarAt(der: Uint8Array, offset: number): { value: bigint; end: number } | undefined {
  const end = offset + 2 + (der[offset + 1] ?? 0);
  const content = der.subarray(offset + 2, end);
  const [first = 0, second = 0] = content;
  if (der[offset] !== 0x02) return undefined;
  if (first >= 0x80 || (first === 0 && second < 0x80)) return undefined; // negative, longer than needed, zero, or empty
  const value = BigInt(`0x${toHex(content)}`);
  return value < order ? { value, end } : undefined;
}

/** r || s of a signature in strict DER, 32 bytes each. */
function rawSignature(der: Uint8Array): Buffer | undefined {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return undefined;
  const r = scalarAt(der, 2);
  const s = r && scalarAt(der, r.end);
  if (s?.end !== der.length) return undefined; // bytes too many, or a length that points beyond them
  return Buffer.from([r, s].map((scalar) => scalar?.value.toString(16).padStart(64, '0')).join(''), 'hex');
}

/** One text for one key, its x and y, from each of the forms in which it is taken. Undefined for no acceptable key. */
export function canonicalP256Key(publicKey: string): string | undefined {
  return p256Key(publicKey)?.canonical;
}

/**
 * Whether `signature` (strict DER; a high s is accepted) is one of ECDSA P-256 with SHA-256. `publicKey`: an SPKI in PEM, or the
 * point in lower-case hexadecimal, compressed or not. False for anything but a valid signature by such a key; never throws.
 */
export function ecdsaP256Verifies(publicKey: string, message: Uint8Array, signature: Uint8Array): boolean {
  const raw = rawSignature(signature);
  const key = p256Key(publicKey);
  if (raw === undefined || key === undefined) return false;
  return verify('sha256', message, { key: key.object, dsaEncoding: 'ieee-p1363' }, raw);
}
