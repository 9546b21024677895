// Owns: the one PEM form in which public keys are taken (RFC 7468): a single block with nothing but white space around it,
// its lines of base64 without surplus bits. Does not know what the bytes inside mean.
import { pemCharsMax } from './limits.ts';

const form = /^-----BEGIN ((?:RSA )?PUBLIC KEY)-----\r?\n((?:[A-Za-z0-9+/=]+\r?\n)+)-----END \1-----$/;

export interface PublicKeyBlock {
  /** `PUBLIC KEY` is SPKI, `RSA PUBLIC KEY` PKCS#1. */
  readonly label: 'PUBLIC KEY' | 'RSA PUBLIC KEY';
  readonly der: Uint8Array;
}

/** The block in `text`, or undefined for anything else: certificates, private keys, several blocks, too long a text. */
export function publicKeyBlock(text: string): PublicKeyBlock | undefined {
  if (text.length > pemCharsMax) return undefined;
  const [, label, lines] = form.exec(text.trim()) ?? [];
  if (lines === undefined) return undefined;
  const base64 = lines.replace(/\r?\n/g, '');
  const der = Buffer.from(base64, 'base64');
  if (der.toString('base64') !== base64) return undefined;
  return { label: label === 'PUBLIC KEY' ? label : 'RSA PUBLIC KEY', der: new Uint8Array(der) };
}
