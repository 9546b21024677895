// Owns: checking RSASSA-PSS signatures of foreign repositories (RFC 8017, 8.1.2), over node:crypto. Nothing here signs.
import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { equalBytes, toHex } from '../core/bytes.ts';
import { keptKeys } from './keptKeys.ts';
import { rsaModulusBitsMax, rsaModulusBitsMin, rsaPublicExponentMax } from './limits.ts';
import { publicKeyBlock } from './pem.ts';

interface RsaKey {
  readonly object: KeyObject;
  readonly modulusBytes: number;
  readonly canonical: string;
}

const rsaKey = keptKeys((pem): RsaKey | undefined => {
  const block = publicKeyBlock(pem);
  if (block === undefined) return undefined;
  const type = block.label === 'PUBLIC KEY' ? 'spki' : 'pkcs1';
  try {
    const object = createPublicKey({ key: Buffer.from(block.der), format: 'der', type });
    const { modulusLength = 0, publicExponent = 0n } = object.asymmetricKeyDetails ?? {};
    const fits =
      object.asymmetricKeyType === 'rsa' &&
      modulusLength >= rsaModulusBitsMin &&
      modulusLength <= rsaModulusBitsMax &&
      publicExponent >= 3n &&
      publicExponent % 2n === 1n &&
      publicExponent <= BigInt(rsaPublicExponentMax) &&
      // OpenSSL reads looser encodings, and takes a private key where a public one is announced; a key has one form here.
      equalBytes(object.export({ format: 'der', type }), block.der);
    if (!fits) return undefined;
    const canonical = toHex(object.export({ format: 'der', type: 'spki' }));
    return { object, modulusBytes: Math.ceil(modulusLength / 8), canonical };
  } catch {
    return undefined; // no key at all
  }
});

/** One text for one key: its SPKI in hexadecimal, from SPKI or PKCS#1 in PEM. Undefined for no acceptable key. */
export function canonicalRsaKey(pem: string): string | undefined {
  return rsaKey(pem)?.canonical;
}

/**
 * Whether `signature` is one of RSASSA-PSS with SHA-256, MGF1 of SHA-256 and a salt of any length. `pem`: an RSA key as SPKI or
 * PKCS#1. False for anything but a valid signature by an acceptable key; never throws.
 */
export function rsaPssVerifies(pem: string, message: Uint8Array, signature: Uint8Array): boolean {
  const key = rsaKey(pem);
  // OpenSSL itself takes a signature whose leading zero bytes are left out.
  if (key === undefined || signature.length !== key.modulusBytes) return false;
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_AUTO: saltLength } = constants;
  try {
    return verify('sha256', message, { key: key.object, padding, saltLength }, signature);
  } catch {
    return false; // arithmetic that OpenSSL declines, such as an even modulus
  }
}
