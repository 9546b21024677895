// Owns: RSA keys of any modulus length and exponent, and RSASSA-PSS by the letter of RFC 8017, for what node:crypto does not make.
// Moduli of many short primes: quickly made, and no verifier can tell.
import { generatePrimeSync } from 'node:crypto';
import { concatBytes, fromHex, toHex } from '../../../src/core/bytes.ts';
import { type HashFunction, hash } from '../../../src/crypto/hashes.ts';

export interface RsaTestKey {
  readonly n: bigint;
  readonly e: bigint;
  readonly bits: number;
  readonly primes: readonly bigint[];
}

const bitLength = (value: bigint) => value.toString(2).length;
const mod = (value: bigint, modulus: bigint) => ((value % modulus) + modulus) % modulus;

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === '1') result = (result * base) % modulus;
  }
  return result;
}

/** The inverse, or undefined where there is none. */
function inverse(value: bigint, modulus: bigint): bigint | undefined {
  let [a, b, x, y] = [mod(value, modulus), modulus, 1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b, x, y] = [b, a - quotient * b, y, x - quotient * y];
  }
  return a === 1n ? mod(x, modulus) : undefined;
}

/** For even exponents, the squares: half of what there is, and all that has a root. */
const groupOrder = (prime: bigint, e: bigint) => (e % 2n === 0n ? (prime - 1n) / 2n : prime - 1n);

/** A key whose modulus has exactly `bits`. */
export function rsaTestKey(bits: number, e = 65_537n): RsaTestKey {
  const primes: bigint[] = [];
  let n = 1n;
  for (let attempt = 0; bitLength(n) < bits; attempt += 1) {
    const rest = bits - bitLength(n);
    const isLast = rest < 600;
    const prime = generatePrimeSync(isLast ? rest + (attempt % 2) : 512, { bigint: true });
    if (primes.includes(prime) || inverse(e, groupOrder(prime, e)) === undefined) continue;
    if (isLast && bitLength(n * prime) !== bits) continue;
    primes.push(prime);
    n *= prime;
  }
  return { n, e, bits, primes };
}

function toBytes(value: bigint, length: number): Uint8Array {
  return fromHex(value.toString(16).padStart(2 * length, '0')) ?? new Uint8Array();
}
const toInteger = (bytes: Uint8Array) => BigInt(`0x${toHex(bytes)}`);

function mgf1(name: HashFunction, seed: Uint8Array, length: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let counter = 0; counter * 32 < length; counter += 1) {
    blocks.push(hash(name, concatBytes(seed, toBytes(BigInt(counter), 4))));
  }
  return concatBytes(...blocks).subarray(0, length);
}

/** EMSA-PSS, RFC 8017, 9.1.1 */
function encoded(message: Uint8Array, bits: number, salt: Uint8Array, mgfHash: HashFunction): Uint8Array {
  const length = Math.ceil((bits - 1) / 8);
  const digest = hash('sha256', concatBytes(new Uint8Array(8), hash('sha256', message), salt));
  const block = new Uint8Array(length - 33);
  block.set([1], block.length - salt.length - 1);
  block.set(salt, block.length - salt.length);
  const mask = mgf1(mgfHash, digest, block.length);
  const masked = block.map((byte, index) => byte ^ (mask[index] ?? 0));
  masked[0] = (masked[0] ?? 0) & (0xff >> (8 * length - (bits - 1)));
  return concatBytes(masked, digest, Uint8Array.of(0xbc));
}

/** RSASSA-PSS with SHA-256, RFC 8017, 8.1.1. With an even exponent valid for one salt in some dozens only. */
export function pssSign(
  key: RsaTestKey,
  message: Uint8Array,
  { salt = new Uint8Array(32), mgfHash = 'sha256' }: { salt?: Uint8Array; mgfHash?: HashFunction } = {},
): Uint8Array {
  const text = toInteger(encoded(message, key.bits, salt, mgfHash));
  let [signature, modulus] = [0n, 1n];
  for (const prime of key.primes) {
    const d = inverse(key.e, groupOrder(prime, key.e)) ?? 0n;
    const step = (power(text % prime, d, prime) - signature) * (inverse(modulus, prime) ?? 0n);
    signature += modulus * mod(step, prime);
    modulus *= prime;
  }
  return toBytes(signature, Math.ceil(key.bits / 8));
}

function der(tag: number, content: Uint8Array): Uint8Array {
  const length = content.length < 0x80 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return concatBytes(Uint8Array.of(tag, ...length), content);
}
const derInteger = (value: bigint) => der(2, toBytes(value, Math.floor(bitLength(value) / 8) + 1));

/** PKCS#1's RSAPublicKey. Contents of 128 to 255 bytes do not occur. */
export function pkcs1({ n, e }: Pick<RsaTestKey, 'n' | 'e'>): Uint8Array {
  return der(0x30, concatBytes(derInteger(n), derInteger(e)));
}

export function pemOf(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

export const pkcs1Pem = (key: Pick<RsaTestKey, 'n' | 'e'>) => pemOf('RSA PUBLIC KEY', pkcs1(key));
